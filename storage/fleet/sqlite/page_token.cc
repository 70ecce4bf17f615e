#include "storage/fleet/sqlite/page_token.h"

#include <algorithm>

#include "absl/strings/ascii.h"
#include "absl/strings/escaping.h"
#include "base/canonical.h"
#include "base/sha256.h"

namespace holdfast::fleet {
namespace {

absl::string_view Fingerprint(const Sha256Digest& digest) {
  return AsBytes(digest).substr(0, 8);
}

absl::Status Bad(absl::string_view why) {
  return absl::InvalidArgumentError(
      absl::StrCat("cannot continue the list: ", why, "; begin again without a page token"));
}

}  // namespace

std::string MakePageToken(absl::string_view query, const PagePosition& position) {
  const Sha256Digest digest = Sha256(query);
  CanonicalWriter out;
  out.Raw(Fingerprint(digest)).I64(position.number).I64(position.integer).Bytes(position.text);
  return absl::BytesToHexString(out.str());
}

absl::StatusOr<PagePosition> ReadPageToken(absl::string_view query, absl::string_view token) {
  const bool hex = std::all_of(token.begin(), token.end(), [](char c) { return absl::ascii_isxdigit(c); });
  if (!hex || token.size() % 2 != 0) return Bad("the page token is malformed");
  const std::string bytes = absl::HexStringToBytes(token);
  CanonicalReader in(bytes);
  const absl::string_view fingerprint = in.Raw(8);
  PagePosition position;
  position.number = in.I64();
  position.integer = in.I64();
  position.text = std::string(in.Bytes());
  if (!in.Done().ok()) return Bad("the page token is malformed");
  const Sha256Digest digest = Sha256(query);
  if (fingerprint != Fingerprint(digest)) return Bad("the page token belongs to another query");
  return position;
}

}  // namespace holdfast::fleet
