#include "base/enrollment.h"

#include <algorithm>

#include "absl/strings/ascii.h"
#include "absl/strings/escaping.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/strip.h"
#include "base/error.h"

namespace holdfast {
namespace {

constexpr absl::string_view kPrefix = "holdfast1:";
constexpr size_t kHexDigits = 64;

absl::Status Bad(absl::string_view why) {
  return absl::InvalidArgumentError(absl::StrCat("not an enrollment string: ", why,
                                                 "; it looks like holdfast1:HOST:PORT:64-HEX-DIGITS:TOKEN"));
}

// Takes the text before the next ':' and the colon itself; false when there is no colon.
bool TakeField(absl::string_view* rest, absl::string_view* field) {
  const size_t colon = rest->find(':');
  if (colon == absl::string_view::npos) return false;
  *field = rest->substr(0, colon);
  rest->remove_prefix(colon + 1);
  return true;
}

absl::StatusOr<Endpoint> TakeServer(absl::string_view* rest) {
  const size_t host_end = absl::StartsWith(*rest, "[") ? rest->find("]:") : 0;
  const size_t colon = host_end == absl::string_view::npos ? host_end : rest->find(':', host_end);
  const size_t end = colon == absl::string_view::npos ? colon : rest->find(':', colon + 1);
  if (end == absl::string_view::npos) return Bad("the host or the port is missing");
  absl::StatusOr<Endpoint> server = Endpoint::Parse(rest->substr(0, end));
  // Not the parser's own words: what stands there may be a piece of the token.
  if (!server.ok() || server->port == 0) {
    return Bad("the host must be a name or an address and the port a number from 1 to 65535");
  }
  rest->remove_prefix(end + 1);
  return server;
}

bool IsHex(absl::string_view text) {
  return std::all_of(text.begin(), text.end(), [](char c) { return absl::ascii_isxdigit(c); });
}

}  // namespace

std::string EnrollmentString::ToString() const {
  return absl::StrCat(kPrefix, server.ToString(), ":", ToHex(ca_spki_sha256), ":", token);
}

absl::StatusOr<EnrollmentString> EnrollmentString::Parse(absl::string_view text) {
  absl::string_view rest = absl::StripAsciiWhitespace(text);
  if (!absl::ConsumePrefix(&rest, kPrefix)) return Bad("it does not begin with 'holdfast1:'");
  EnrollmentString out;
  HOLDFAST_ASSIGN_OR_RETURN(out.server, TakeServer(&rest));
  absl::string_view hash;
  if (!TakeField(&rest, &hash) || hash.size() != kHexDigits || !IsHex(hash)) {
    return Bad("the authority's hash must be 64 hex digits");
  }
  if (rest.empty() || !std::all_of(rest.begin(), rest.end(), absl::ascii_isgraph))
    return Bad("the token is missing or has spaces in it");
  const std::string bytes = absl::HexStringToBytes(hash);
  std::copy(bytes.begin(), bytes.end(), out.ca_spki_sha256.begin());
  out.token = std::string(rest);
  return out;
}

}  // namespace holdfast
