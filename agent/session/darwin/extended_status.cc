#include "agent/session/darwin/extended_status.h"

#include <algorithm>
#include <array>
#include <limits>

#include "absl/strings/string_view.h"

namespace holdfast::ne {
namespace {

constexpr std::array kKnownKeys = {"NEStatus",
                                   "SessionState",
                                   "VPN",
                                   "IPv4",
                                   "IPv6",
                                   "PPP",
                                   "IPSec",
                                   "DNSServers",
                                   "DNSDomain",
                                   "Status",
                                   "DNSSearchDomains",
                                   "StartMessage",
                                   "ConnectionStatistics",
                                   "LastDisconnectError",
                                   "LastStatusChangeTime",
                                   "IsPrimaryInterface",
                                   "DNSSupplementalMatchDomains"};

std::optional<int64_t> Number(const Value* value) {
  if (value == nullptr || value->number() == nullptr) return std::nullopt;
  return *value->number();
}

std::string Text(const Value* value) {
  return value == nullptr || value->text() == nullptr ? "" : *value->text();
}

std::optional<SessionStatus> Status(const Value* value) {
  const std::optional<int64_t> raw = Number(value);
  if (!raw || *raw < 0 || *raw > 5) return std::nullopt;
  return static_cast<SessionStatus>(*raw);
}

std::optional<int> SmallNumber(const Value* value) {
  const std::optional<int64_t> raw = Number(value);
  if (!raw || *raw < 0 || *raw > std::numeric_limits<int>::max()) return std::nullopt;
  return static_cast<int>(*raw);
}

// pppd's exit codes (docs/ne-session.md, 1.5).
FailureCause CauseOfPpp(int code) {
  switch (code) {
    case 0:
      return FailureCause::kNone;
    case 5:
      return FailureCause::kStopCommand;
    case 2:
      return FailureCause::kConfiguration;
    case 11:
    case 19:
    case 23:
      return FailureCause::kAuthentication;
    case 8:
    case 10:
    case 15:
    case 16:
    case 25:
      return FailureCause::kServerUnreachable;
    case 12:
      return FailureCause::kIdle;
    default:
      return FailureCause::kUnknown;
  }
}

// The legacy IPSec client's causes (docs/ne-session.md, 1.5).
FailureCause CauseOfIpsec(int code) {
  if (code == 0) return FailureCause::kNone;
  if (code == 2 || code == 3 || code == 7) return FailureCause::kConfiguration;
  if (code == 4 || code == 12 || code == 13 || (code >= 20 && code <= 24)) return FailureCause::kCertificate;
  if (code == 6 || code == 15) return FailureCause::kNoNetwork;
  if (code == 5 || code == 9 || code == 10 || code == 16 || code == 17)
    return FailureCause::kServerUnreachable;
  if (code == 11 || code == 14) return FailureCause::kAuthentication;
  if (code == 19) return FailureCause::kIdle;
  return FailureCause::kUnknown;
}

FailureCause LegacyCause(const Value& info) {
  if (const Value* ppp = info.Get("PPP")) {
    if (const auto cause = SmallNumber(ppp->Get("LastCause"))) return CauseOfPpp(*cause);
  }
  if (const Value* ipsec = info.Get("IPSec")) {
    if (const auto cause = SmallNumber(ipsec->Get("LastCause"))) return CauseOfIpsec(*cause);
  }
  return FailureCause::kNone;
}

// The tunnel's own interface: those of excluded routes lie deeper.
std::string InterfaceName(const Value& info) {
  for (const char* family : {"IPv4", "IPv6"}) {
    const Value* addresses = info.Get(family);
    if (addresses == nullptr) continue;
    if (std::string name = Text(addresses->Get("InterfaceName")); !name.empty()) return name;
  }
  return "";
}

std::string ServerAddress(const Value& info) {
  if (const Value* vpn = info.Get("VPN")) {
    if (std::string address = Text(vpn->Get("RemoteAddress")); !address.empty()) return address;
  }
  const Value* ipv4 = info.Get("IPv4");
  return ipv4 == nullptr ? "" : Text(ipv4->Get("ServerAddress"));
}

}  // namespace

ExtendedStatus ReadExtendedStatus(const Value& info) {
  ExtendedStatus out;
  const Value::Dictionary* all = info.dictionary();
  if (all == nullptr) return out;
  out.status = Status(info.Get("NEStatus"));
  out.session_state = Number(info.Get("SessionState"));
  if (const Value* vpn = info.Get("VPN")) out.stop_reason = SmallNumber(vpn->Get("LastCause"));
  out.interface_name = InterfaceName(info);
  out.server_address = ServerAddress(info);
  out.legacy_cause = LegacyCause(info);
  if (const Value* servers = info.Get("DNSServers"); servers != nullptr && servers->array() != nullptr) {
    for (const Value& server : *servers->array()) {
      if (server.text() != nullptr) out.dns_servers.push_back(*server.text());
    }
  }
  if (const auto primary = Number(info.Get("IsPrimaryInterface"))) out.primary = *primary != 0;
  for (const auto& [key, value] : *all) {
    const auto is_key = [&](absl::string_view known) { return known == key; };
    if (std::none_of(kKnownKeys.begin(), kKnownKeys.end(), is_key)) out.unknown_keys.push_back(key);
  }
  return out;
}

std::optional<uint64_t> ReadBytesIn(const Value& statistics) {
  for (const char* part : {"VPN", "PPP"}) {
    const Value* counters = statistics.Get(part);
    if (counters == nullptr) continue;
    const std::optional<int64_t> bytes = Number(counters->Get("BytesIn"));
    if (bytes && *bytes >= 0) return static_cast<uint64_t>(*bytes);
  }
  return std::nullopt;
}

}  // namespace holdfast::ne
