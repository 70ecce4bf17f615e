#include "server/service/device_state.h"

#include "base/error.h"
#include "core/compliance/posture.h"
#include "server/service/refusal.h"

namespace holdfast::server {

absl::Status RaiseIncident(Context& context, LiveDevice& device, const Noticed& noticed) {
  HOLDFAST_ASSIGN_OR_RETURN(const auto open,
                            context.store.OpenIncidentsNamed(device.record.key, noticed.name, noticed.key));
  if (!open.empty()) return absl::OkStatus();
  fleet::Incident incident;
  incident.id.device = device.record.id;
  incident.name = noticed.name;
  incident.severity = noticed.severity;
  incident.key = noticed.key;
  incident.summary = noticed.summary;
  incident.evidence = noticed.evidence;
  incident.opened = context.Now();
  HOLDFAST_RETURN_IF_ERROR(context.store.OpenIncident(device.record.key, incident));
  return CountIncidents(context, device);
}

absl::Status SettleIncident(Context& context, LiveDevice& device, const std::string& name,
                            const std::string& reason) {
  if (device.record.open_incidents == 0) return absl::OkStatus();
  HOLDFAST_ASSIGN_OR_RETURN(const auto open,
                            context.store.OpenIncidentsNamed(device.record.key, name, std::nullopt));
  for (const fleet::Incident& i : open) {
    if (i.id.epoch != 0) continue;
    HOLDFAST_RETURN_IF_ERROR(
        context.store.CloseIncident(device.record.key, 0, i.id.seq, context.Now(), reason));
  }
  return CountIncidents(context, device);
}

absl::Status RefuseFork(Context& context, LiveDevice& device, const std::string& evidence,
                        const std::string& message) {
  HOLDFAST_RETURN_IF_ERROR(RaiseIncident(
      context, device,
      {.name = "chain_fork",
       .severity = "critical",
       .key = "",
       .summary = "The device's log contradicts what it sent before: it was changed, copied or rolled back",
       .evidence = evidence}));
  return Refuse(absl::StatusCode::kFailedPrecondition, ErrorReason::kChainFork, message);
}

absl::Status CountIncidents(Context& context, LiveDevice& device) {
  HOLDFAST_ASSIGN_OR_RETURN(const int count, context.store.CountOpenIncidents(device.record.key));
  if (count == device.record.open_incidents) return absl::OkStatus();
  device.record.open_incidents = count;
  return context.store.SetOpenIncidents(device.record.key, count);
}

absl::StatusOr<TimeClass> PostureOf(Context& context, fleet::DeviceKey device) {
  HOLDFAST_ASSIGN_OR_RETURN(const auto verdicts, context.store.VerdictsOf(device));
  if (verdicts.empty()) return TimeClass::kUnknown;
  TimeClass worst = TimeClass::kNotRequired;
  for (const fleet::CurrentVerdict& v : verdicts) worst = compliance::Worse(worst, v.time_class);
  return worst;
}

absl::Status SetPosture(Context& context, fleet::DeviceRecord& record, TimeClass posture) {
  if (!fleet::InService(record.lifecycle.state)) posture = TimeClass::kNotRequired;
  if (record.posture == posture) return absl::OkStatus();
  record.posture = posture;
  return context.store.SetPosture(record.key, posture);
}

}  // namespace holdfast::server
