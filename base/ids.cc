#include "base/ids.h"

#include <algorithm>

#include "absl/strings/ascii.h"
#include "absl/strings/escaping.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "base/sha256.h"

namespace holdfast {
namespace {

constexpr std::array<size_t, 4> kDashes = {8, 13, 18, 23};

void SetVersion(Uuid& id, uint8_t version) {
  id.bytes[6] = static_cast<uint8_t>((id.bytes[6] & 0x0f) | (version << 4));
  id.bytes[8] = static_cast<uint8_t>((id.bytes[8] & 0x3f) | 0x80);
}

}  // namespace

std::string Uuid::ToString() const {
  std::string hex = absl::AsciiStrToUpper(
      absl::BytesToHexString({reinterpret_cast<const char*>(bytes.data()), bytes.size()}));
  for (size_t dash : kDashes) hex.insert(dash, 1, '-');
  return hex;
}

absl::StatusOr<Uuid> Uuid::Parse(absl::string_view text) {
  std::string hex;
  bool good = text.size() == 36;
  for (size_t i = 0; good && i < text.size(); ++i) {
    const bool dash = std::find(kDashes.begin(), kDashes.end(), i) != kDashes.end();
    if (dash ? text[i] != '-' : !absl::ascii_isxdigit(text[i])) good = false;
    if (!dash) hex.push_back(text[i]);
  }
  if (!good) return absl::InvalidArgumentError(absl::StrCat("not a UUID: '", text, "'"));
  const std::string raw = absl::HexStringToBytes(hex);
  Uuid id;
  std::copy(raw.begin(), raw.end(), id.bytes.begin());
  return id;
}

Uuid Uuid::Random(RandomSource& random) {
  Uuid id;
  random.Fill(id.bytes.data(), id.bytes.size());
  SetVersion(id, 4);
  return id;
}

Uuid Uuid::FromName(absl::string_view name) {
  const Sha256Digest digest = Sha256(name);
  Uuid id;
  std::copy_n(digest.begin(), id.bytes.size(), id.bytes.begin());
  SetVersion(id, 8);
  return id;
}

std::string EpochToString(Epoch epoch) {
  return absl::StrFormat("%016x", epoch);
}

absl::StatusOr<Epoch> ParseEpoch(absl::string_view text) {
  Epoch epoch = 0;
  if (text.size() != 16 || !absl::SimpleHexAtoi(text, &epoch)) {
    return absl::InvalidArgumentError(absl::StrCat("not an epoch (16 hex digits): '", text, "'"));
  }
  return epoch;
}

std::string IncidentId::ToString() const {
  return absl::StrCat(device.ToString(), "/", EpochToString(epoch), "/", seq);
}

}  // namespace holdfast
