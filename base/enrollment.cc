#include "base/enrollment.h"

#include <algorithm>

#include "absl/strings/ascii.h"
#include "absl/strings/escaping.h"
#include "absl/strings/match.h"
#include "absl/strings/numbers.h"
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

bool TakeHost(absl::string_view* rest, absl::string_view* host) {
  if (!absl::ConsumePrefix(rest, "[")) return TakeField(rest, host);
  const size_t end = rest->find("]:");
  if (end == absl::string_view::npos) return false;
  *host = rest->substr(0, end);
  rest->remove_prefix(end + 2);
  return true;
}

bool IsHex(absl::string_view text) {
  return std::all_of(text.begin(), text.end(), [](char c) { return absl::ascii_isxdigit(c); });
}

bool IsPrintableAscii(absl::string_view text) {
  return std::all_of(text.begin(), text.end(), [](char c) { return absl::ascii_isgraph(c); });
}

bool ParsePort(absl::string_view text, uint16_t* port) {
  uint32_t value = 0;
  if (text.empty() || !absl::ascii_isdigit(text.front()) || !absl::SimpleAtoi(text, &value) ||
      value > 65535) {
    return false;
  }
  *port = static_cast<uint16_t>(value);
  return true;
}

}  // namespace

std::string Endpoint::ToString() const {
  const bool v6 = absl::StrContains(host, ":");
  return v6 ? absl::StrCat("[", host, "]:", port) : absl::StrCat(host, ":", port);
}

absl::StatusOr<Endpoint> Endpoint::Parse(absl::string_view text) {
  Endpoint out;
  absl::string_view rest = text;
  absl::string_view host;
  if (!TakeHost(&rest, &host) || host.empty() || !IsPrintableAscii(host)) {
    return absl::InvalidArgumentError(
        absl::StrCat("'", text, "' is not HOST:PORT (an IPv6 address goes in brackets: [::1]:443)"));
  }
  if (!ParsePort(rest, &out.port)) {
    return absl::InvalidArgumentError(
        absl::StrCat("'", text, "': the port must be a number from 0 to 65535"));
  }
  out.host = std::string(host);
  return out;
}

std::string EnrollmentString::ToString() const {
  return absl::StrCat(kPrefix, server.ToString(), ":", ToHex(ca_spki_sha256), ":", token);
}

absl::StatusOr<EnrollmentString> EnrollmentString::Parse(absl::string_view text) {
  absl::string_view rest = absl::StripAsciiWhitespace(text);
  if (!absl::ConsumePrefix(&rest, kPrefix)) return Bad("it does not begin with 'holdfast1:'");
  EnrollmentString out;
  absl::string_view host;
  absl::string_view port;
  absl::string_view hash;
  if (!TakeHost(&rest, &host) || host.empty() || !IsPrintableAscii(host)) return Bad("the host is missing");
  if (!TakeField(&rest, &port) || !ParsePort(port, &out.server.port) || out.server.port == 0) {
    return Bad("the port must be a number from 1 to 65535");
  }
  if (!TakeField(&rest, &hash) || hash.size() != kHexDigits || !IsHex(hash)) {
    return Bad("the authority's hash must be 64 hex digits");
  }
  if (rest.empty() || !IsPrintableAscii(rest)) return Bad("the token is missing or has spaces in it");
  const std::string bytes = absl::HexStringToBytes(hash);
  std::copy(bytes.begin(), bytes.end(), out.ca_spki_sha256.begin());
  out.server.host = std::string(host);
  out.token = std::string(rest);
  return out;
}

}  // namespace holdfast
