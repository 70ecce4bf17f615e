#include "base/endpoint.h"

#include <algorithm>

#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/strip.h"

namespace holdfast {
namespace {

// Takes the host and the colon after it. Brackets are for IPv6 addresses alone.
bool TakeHost(absl::string_view* rest, absl::string_view* host) {
  const bool bracketed = absl::ConsumePrefix(rest, "[");
  const absl::string_view closing = bracketed ? "]:" : ":";
  const size_t end = rest->find(closing);
  if (end == absl::string_view::npos) return false;
  *host = rest->substr(0, end);
  rest->remove_prefix(end + closing.size());
  return !bracketed || absl::StrContains(*host, ':');
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

}  // namespace holdfast
