#include "server-mock/swarm/life.h"

#include <string>

namespace holdfast::swarm {

Event EventNumber(uint64_t number, const Uuid& service) {
  const std::string detail(60, static_cast<char>('a' + number % 26));
  if (number % 250 == 10) {
    return IncidentOpened{.name = "stuck_connecting", .severity = "warning", .key = "corp"};
  }
  if (number % 250 == 40) {
    return IncidentClosed{.name = "stuck_connecting", .key = "corp", .reason = "connected"};
  }
  if (number % 10 == 5) {
    return Verdict{.key = "corp",
                   .rule = "Corp VPN",
                   .service = service,
                   .service_name = "Corp",
                   .time_class = number % 20 == 5 ? TimeClass::kViolation : TimeClass::kProtected,
                   .cause = "stuck",
                   .detail = detail};
  }
  if (number % 3 == 0) {
    return ProbeResult{.service = service, .target = "tcp:10.66.0.1:443", .ok = true, .error = detail};
  }
  return SessionEvent{
      .service = service, .generation = number, .status = SessionStatus::kConnected, .detail = detail};
}

}  // namespace holdfast::swarm
