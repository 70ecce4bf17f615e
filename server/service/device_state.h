// What the server derives and keeps current per device beside its rows: incidents of its own, the number of
// open ones, the posture. All inside the caller's transaction.
#pragma once

#include <string>

#include "absl/status/status.h"
#include "server/service/context.h"
#include "server/service/directory.h"

namespace holdfast::server {

// Something the server itself noticed.
struct Noticed {
  std::string name, severity, key, summary, evidence;
};

// Opens it unless one of the same name and key is open.
absl::Status RaiseIncident(Context& context, LiveDevice& device, const Noticed& noticed);
// Closes the server's own one of this name, if it is open.
absl::Status SettleIncident(Context& context, LiveDevice& device, const std::string& name,
                            const std::string& reason);
// The device's log contradicts what it sent before: opens chain_fork with this evidence and gives the
// refusal, a CHAIN_FORK that says `message`.
absl::Status RefuseFork(Context& context, LiveDevice& device, const std::string& evidence,
                        const std::string& message);
// Counts again what is open.
absl::Status CountIncidents(Context& context, LiveDevice& device);

// The worst class of its current verdicts; unknown without any.
absl::StatusOr<TimeClass> PostureOf(Context& context, fleet::DeviceKey device);
// Writes the record when `posture` differs. Nothing is required of a device that is out of service.
absl::Status SetPosture(Context& context, fleet::DeviceRecord& record, TimeClass posture);

}  // namespace holdfast::server
