// Last contacts, and who became silent. Contacts only grow, so each tick looks only at those between the line
// it drew last time and the one it draws now.
#include "absl/strings/str_cat.h"
#include "base/error.h"
#include "server/service/device_state.h"
#include "server/service/reachability.h"
#include "server/service/state.h"

namespace holdfast::server {

absl::Status ServerCore::State::FlushContacts() {
  HOLDFAST_ASSIGN_OR_RETURN(auto transaction, fleet::Transaction::Begin(context.store));
  HOLDFAST_RETURN_IF_ERROR(directory.Flush());
  HOLDFAST_RETURN_IF_ERROR(transaction.Commit());
  directory.Flushed();
  return absl::OkStatus();
}

// Nothing is known of a device that went silent without a goodbye.
absl::Status ServerCore::State::MarkSilent(ServerTime now) {
  const ServerTime line = now - SilentAfter(context.options.heartbeat);
  HOLDFAST_ASSIGN_OR_RETURN(auto silent, context.store.LastSeenBetween(silent_through, line));
  for (fleet::DeviceRecord& record : silent) {
    if (record.asleep || record.revoked) continue;
    HOLDFAST_ASSIGN_OR_RETURN(const absl::Duration interval, policies.Interval(record.group));
    if (now - record.last_seen <= SilentAfter(interval)) continue;
    rollouts.Silent(record.id);
    if (record.posture == TimeClass::kNotRequired) continue;
    HOLDFAST_RETURN_IF_ERROR(SetPosture(context, record, TimeClass::kUnknown));
    directory.Invalidate(record.id);
  }
  return absl::OkStatus();
}

absl::Status ServerCore::State::RaiseSilence(ServerTime now) {
  HOLDFAST_ASSIGN_OR_RETURN(auto silent,
                            context.store.LastSeenBetween(missed_through, now - kSilentIncidentAfter));
  for (const fleet::DeviceRecord& record : silent) {
    if (record.asleep || record.revoked) continue;
    HOLDFAST_ASSIGN_OR_RETURN(LiveDevice * device, directory.Find(record.id));
    if (device == nullptr) continue;
    HOLDFAST_RETURN_IF_ERROR(RaiseIncident(
        context, *device,
        {.name = "silent_agent",
         .severity = "warning",
         .key = "",
         .summary = absl::StrCat("Nothing was heard since ", FormatUtc(record.last_seen), ", and no goodbye"),
         .evidence = absl::StrCat("last_seen=", FormatUtc(record.last_seen))}));
  }
  return absl::OkStatus();
}

absl::Status ServerCore::State::JudgeSilence(ServerTime now) {
  HOLDFAST_ASSIGN_OR_RETURN(auto transaction, fleet::Transaction::Begin(context.store));
  absl::Status judged = MarkSilent(now);
  if (judged.ok()) judged = RaiseSilence(now);
  if (judged.ok()) judged = transaction.Commit();
  if (!judged.ok()) {
    directory.InvalidateAll();
    return judged;
  }
  // Groups may have longer intervals than the line was drawn for: look again from a little earlier.
  silent_through = now - SilentAfter(context.options.heartbeat) - absl::Hours(1);
  missed_through = now - kSilentIncidentAfter;
  return absl::OkStatus();
}

absl::Status ServerCore::State::JudgeRollouts() {
  HOLDFAST_ASSIGN_OR_RETURN(const std::vector<std::string> halts, rollouts.Judge());
  if (!halt_listener) return absl::OkStatus();
  for (const std::string& halt : halts) halt_listener(halt);
  return absl::OkStatus();
}

absl::Status ServerCore::Tick() {
  HOLDFAST_RETURN_IF_ERROR(state_->FlushContacts());
  HOLDFAST_RETURN_IF_ERROR(state_->JudgeSilence(state_->context.Now()));
  HOLDFAST_RETURN_IF_ERROR(state_->JudgeRollouts());
  return state_->row_check.Slice();
}

}  // namespace holdfast::server
