#include "storage/journal/row.h"

#include <algorithm>

#include "absl/strings/str_cat.h"
#include "base/canonical.h"
#include "base/error.h"

namespace holdfast::journal {
namespace {

constexpr absl::string_view kMagic = "HFR1";

template <size_t N>
void CopyTo(std::array<uint8_t, N>& out, absl::string_view bytes) {
  std::copy_n(bytes.begin(), std::min(bytes.size(), N), out.begin());
}

void Write(const Row& row, const Sha256Digest& previous, CanonicalWriter& out) {
  constexpr size_t kFixed = 128;  // all but subject and payload, and a little more
  out.Reserve(kFixed + row.subject.size() + row.payload.size());
  out.Raw(kMagic).Raw(AsBytes(previous)).U64(row.epoch).U64(row.seq);
  out.Raw({reinterpret_cast<const char*>(row.at.boot.bytes.data()), row.at.boot.bytes.size()});
  out.I64(row.at.mono.ns).I64(row.at.wall.ns).U16(row.kind).U16(row.payload_version);
  out.Bytes(row.subject).Bytes(row.payload);
}

}  // namespace

std::string CanonicalBytes(const Row& row, const Sha256Digest& previous) {
  CanonicalWriter out;
  Write(row, previous, out);
  return out.Take();
}

Sha256Digest HashOf(const Row& row, const Sha256Digest& previous) {
  static thread_local CanonicalWriter bytes;  // a server hashes each row it takes
  bytes.Clear();
  Write(row, previous, bytes);
  return Sha256(bytes.str());
}

absl::StatusOr<ChainedRow> ParseCanonical(absl::string_view bytes) {
  CanonicalReader in(bytes);
  if (in.Raw(kMagic.size()) != kMagic) return absl::DataLossError("not a journal row in encoding v1");
  ChainedRow out;
  CopyTo(out.previous, in.Raw(out.previous.size()));
  out.row.epoch = in.U64();
  out.row.seq = in.U64();
  CopyTo(out.row.at.boot.bytes, in.Raw(out.row.at.boot.bytes.size()));
  out.row.at.mono.ns = in.I64();
  out.row.at.wall.ns = in.I64();
  out.row.kind = in.U16();
  out.row.payload_version = in.U16();
  out.row.subject = std::string(in.Bytes());
  out.row.payload = std::string(in.Bytes());
  HOLDFAST_RETURN_IF_ERROR(in.Done());
  if (out.row.subject.size() > kMaxSubject || out.row.payload.size() > kMaxPayload) {
    return absl::DataLossError(absl::StrCat("row ", out.row.seq, " is larger than a row may be"));
  }
  out.row.hash = Sha256(bytes);
  return out;
}

}  // namespace holdfast::journal
