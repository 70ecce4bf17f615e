#include "core/policy/surroundings.h"

#include <algorithm>
#include <set>

#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/strip.h"

namespace holdfast {
namespace {

constexpr size_t kLongestHost = 253;

// A name or an address; brackets are off.
bool IsHost(absl::string_view host) {
  const bool ipv6 = absl::StrContains(host, ':');
  return host.size() <= kLongestHost && std::all_of(host.begin(), host.end(), [ipv6](char c) {
           return ipv6 ? absl::ascii_isxdigit(c) || c == ':' || c == '.' || c == '%'
                       : absl::ascii_isalnum(c) || c == '.' || c == '-' || c == '_';
         });
}

}  // namespace

Probe::Kind Probe::kind() const {
  if (!https.empty()) return Kind::kHttps;
  return dns.empty() ? Kind::kTcp : Kind::kDns;
}

std::string Probe::Target() const {
  switch (kind()) {
    case Kind::kHttps:
      return https;
    case Kind::kDns:
      return absl::StrCat("dns:", dns, dns_server.empty() ? "" : "@", dns_server);
    case Kind::kTcp:
      break;
  }
  return absl::StrCat("tcp:", tcp.ToString());
}

std::string Probe::Host() const {
  switch (kind()) {
    case Kind::kHttps: {
      Url url;
      return ParseUrl(https, &url) ? url.endpoint.host : https;
    }
    case Kind::kDns:
      return dns_server.empty() ? "resolver" : dns_server;
    case Kind::kTcp:
      break;
  }
  return tcp.host;
}

size_t Liveness::IndependentTargets() const {
  std::set<std::string> hosts;
  for (const Probe& probe : probes) hosts.insert(absl::AsciiStrToLower(probe.Host()));
  return hosts.size();
}

bool ParseEndpoint(absl::string_view text, Endpoint* endpoint) {
  absl::StatusOr<Endpoint> parsed = Endpoint::Parse(text);
  if (!parsed.ok() || parsed->port == 0 || !IsHost(parsed->host)) return false;
  *endpoint = *std::move(parsed);
  return true;
}

bool ParseUrl(absl::string_view text, Url* url) {
  Url parsed;
  if (absl::ConsumePrefix(&text, "https://")) {
    parsed.tls = true;
  } else if (!absl::ConsumePrefix(&text, "http://")) {
    return false;
  }
  const size_t slash = text.find_first_of("/?");
  const absl::string_view authority = text.substr(0, slash);
  if (slash != absl::string_view::npos) {
    parsed.path = std::string(text.substr(slash));
    if (parsed.path[0] == '?') parsed.path.insert(0, "/");
  }
  const auto odd = [](char c) { return !absl::ascii_isgraph(c) || c == '#'; };
  if (std::any_of(parsed.path.begin(), parsed.path.end(), odd)) return false;
  const bool has_port = absl::StartsWith(authority, "[") ? absl::StrContains(authority, "]:")
                                                         : absl::StrContains(authority, ':');
  const std::string endpoint =
      has_port ? std::string(authority) : absl::StrCat(authority, parsed.tls ? ":443" : ":80");
  if (!ParseEndpoint(endpoint, &parsed.endpoint)) return false;
  *url = std::move(parsed);
  return true;
}

bool IsSha256Hex(absl::string_view text) {
  return text.size() == 64 && std::all_of(text.begin(), text.end(), absl::ascii_isxdigit);
}

}  // namespace holdfast
