#include "core/flow/destination.h"

#include <arpa/inet.h>
#include <netinet/in.h>

#include <algorithm>
#include <cstdint>

#include "absl/status/status.h"
#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/strip.h"
#include "base/endpoint.h"
#include "base/error.h"

namespace holdfast {
namespace {

constexpr size_t kLongestName = 253;  // of DNS

std::optional<uint32_t> Ipv4(const std::string& host) {
  in_addr bytes{};
  if (inet_pton(AF_INET, host.c_str(), &bytes) != 1) return std::nullopt;
  return ntohl(bytes.s_addr);
}

std::optional<in6_addr> Ipv6(const std::string& host) {
  in6_addr bytes{};
  if (inet_pton(AF_INET6, host.c_str(), &bytes) != 1) return std::nullopt;
  return bytes;
}

bool InRange(uint32_t address, uint32_t prefix, int bits) {
  return (address >> (32 - bits)) == (prefix >> (32 - bits));
}

bool IsHostCharacter(char c) {
  return absl::ascii_isalnum(static_cast<unsigned char>(c)) || c == '-' || c == '.' || c == '_' ||
         static_cast<unsigned char>(c) >= 0x80;
}

bool HasPort(const std::string& text) {
  return absl::StartsWith(text, "[") || std::count(text.begin(), text.end(), ':') == 1;
}

}  // namespace

absl::StatusOr<Flow> MakeFlow(absl::string_view app, absl::string_view destination) {
  Flow flow{std::string(app), absl::AsciiStrToLower(destination), std::nullopt};
  if (app.empty()) return absl::InvalidArgumentError("name the program by its bundle identifier or path");
  if (HasPort(flow.host)) {
    HOLDFAST_ASSIGN_OR_RETURN(Endpoint endpoint, Endpoint::Parse(flow.host));
    flow.host = std::move(endpoint.host);
    flow.port = endpoint.port;
  }
  flow.host = std::string(absl::StripSuffix(flow.host, "."));
  const bool name = IsName(flow.host);
  if (flow.host.empty() || (name && (flow.host.size() > kLongestName ||
                                     !std::all_of(flow.host.begin(), flow.host.end(), IsHostCharacter)))) {
    return absl::InvalidArgumentError(absl::StrCat(
        "'", destination, "' is no destination: write a host's name or address, with :PORT if you like"));
  }
  return flow;
}

bool IsIpv4(const std::string& host) {
  return Ipv4(host).has_value();
}
bool IsIpv6(const std::string& host) {
  return Ipv6(host).has_value();
}

bool IsLoopback(const std::string& host) {
  if (const auto v4 = Ipv4(host)) return InRange(*v4, 0x7F000000, 8);
  if (const auto v6 = Ipv6(host)) return IN6_IS_ADDR_LOOPBACK(&*v6);
  return host == "localhost" || absl::EndsWith(host, ".localhost");
}

bool IsLocal(const std::string& host) {
  if (const auto v4 = Ipv4(host)) {
    return InRange(*v4, 0x0A000000, 8) || InRange(*v4, 0xAC100000, 12) || InRange(*v4, 0xC0A80000, 16) ||
           InRange(*v4, 0xA9FE0000, 16) || InRange(*v4, 0xE0000000, 4);
  }
  if (const auto v6 = Ipv6(host)) {
    const bool unique_local = (v6->s6_addr[0] & 0xFE) == 0xFC;
    return IN6_IS_ADDR_LINKLOCAL(&*v6) || IN6_IS_ADDR_MULTICAST(&*v6) || unique_local;
  }
  return InDomain(host, "local");
}

bool IsPush(const std::string& host) {
  return InDomain(host, "push.apple.com");
}

bool InDomain(absl::string_view host, absl::string_view domain) {
  absl::ConsumePrefix(&domain, "*");
  absl::ConsumePrefix(&domain, ".");
  if (domain.empty() || !absl::EndsWithIgnoreCase(host, domain)) return false;
  return host.size() == domain.size() || host[host.size() - domain.size() - 1] == '.';
}

bool InAnyDomain(absl::string_view host, const std::vector<std::string>& domains) {
  return std::any_of(domains.begin(), domains.end(), [&](const std::string& d) { return InDomain(host, d); });
}

bool IsApp(const Flow& flow, absl::string_view identifier) {
  return !identifier.empty() && absl::EqualsIgnoreCase(flow.app, identifier);
}

}  // namespace holdfast
