#include "sim/log.h"

#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"

namespace holdfast::sim {
namespace {

absl::string_view SessionClass(ServiceType type) {
  switch (type) {
    case ServiceType::kIkev2:
      return "NESMIKEv2VPNSession";
    case ServiceType::kIpsec:
    case ServiceType::kL2tp:
      return "NESMLegacySession";
    case ServiceType::kTransparentProxy:
      return "NESMTransparentProxySession";
    case ServiceType::kProvider:
    case ServiceType::kUnknown:
      break;
  }
  return "NESMVPNSession";
}

}  // namespace

std::string SessionDescription(const ServiceFacts& service) {
  return absl::StrCat(SessionClass(service.type), "[Primary Tunnel:", service.name, ":",
                      service.id.ToString(), ":(null)]");
}

std::string StateName(const ServiceFacts& service, absl::string_view state) {
  return absl::StrCat(SessionClass(service.type), "State", state);
}

std::string FormatLogShow(const LogLine& line) {
  const std::string when =
      absl::FormatTime("%Y-%m-%d %H:%M:%E6S", absl::FromUnixNanos(line.at.ns), absl::UTCTimeZone());
  return absl::StrFormat(
      "%s+0000 0x10a8     Default     0x0                  %-6d 0    nesessionmanager: "
      "[com.apple.networkextension:] %s",
      when, line.pid, line.message);
}

}  // namespace holdfast::sim
