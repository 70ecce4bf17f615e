// Last contacts, and who became silent. Contacts only grow, so each tick looks only at those between the line
// it drew last time and the one it draws now.
#include <algorithm>

#include "absl/strings/str_cat.h"
#include "base/error.h"
#include "server/service/device_state.h"
#include "server/service/reachability.h"
#include "server/service/state.h"

namespace holdfast::server {
namespace {

// Whether its silence says anything.
bool IsMissed(const fleet::DeviceRecord& record) {
  return !record.asleep && !record.revoked && fleet::InService(record.lifecycle.state);
}

}  // namespace

absl::Status ServerCore::State::FlushContacts() {
  if (!directory.has_unflushed()) return absl::OkStatus();
  HOLDFAST_ASSIGN_OR_RETURN(auto transaction, fleet::Transaction::Begin(context.store));
  HOLDFAST_RETURN_IF_ERROR(directory.Flush());
  HOLDFAST_RETURN_IF_ERROR(transaction.Commit());
  directory.Flushed();
  return absl::OkStatus();
}

// Nothing is known of a device that went silent without a goodbye. Those that come less often than others are
// not silent yet: up to the first of them all are judged.
absl::StatusOr<ServerTime> ServerCore::State::MarkSilent(ServerTime now, ServerTime through,
                                                         std::vector<fleet::DeviceRecord>& silent) {
  for (fleet::DeviceRecord& record : silent) {
    if (!IsMissed(record)) continue;
    HOLDFAST_ASSIGN_OR_RETURN(const absl::Duration interval, policies.IntervalOf(record));
    if (now - record.last_seen <= SilentAfter(interval)) {
      through = std::min(through, record.last_seen);
      continue;
    }
    rollouts.Silent(record.id);
    if (record.posture == TimeClass::kNotRequired) continue;
    HOLDFAST_RETURN_IF_ERROR(SetPosture(context, record, TimeClass::kUnknown));
    directory.Invalidate(record.id);
  }
  return through;
}

absl::Status ServerCore::State::RaiseSilence(const std::vector<fleet::DeviceRecord>& missed) {
  for (const fleet::DeviceRecord& record : missed) {
    if (!IsMissed(record)) continue;
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
  HOLDFAST_ASSIGN_OR_RETURN(const absl::Duration shortest, policies.ShortestInterval());
  const ServerTime silent_line = now - SilentAfter(shortest), missed_line = now - kSilentIncidentAfter;
  absl::StatusOr<ServerTime> judged_through = silent_line;
  HOLDFAST_ASSIGN_OR_RETURN(auto silent, context.store.LastSeenBetween(silent_through, silent_line));
  HOLDFAST_ASSIGN_OR_RETURN(const auto missed, context.store.LastSeenBetween(missed_through, missed_line));
  if (!silent.empty() || !missed.empty()) {
    HOLDFAST_ASSIGN_OR_RETURN(auto transaction, fleet::Transaction::Begin(context.store));
    judged_through = MarkSilent(now, silent_line, silent);
    absl::Status judged = judged_through.status();
    if (judged.ok()) judged = RaiseSilence(missed);
    if (judged.ok()) judged = transaction.Commit();
    if (!judged.ok()) {
      directory.InvalidateAll();
      return judged;
    }
  }
  silent_through = *judged_through;
  missed_through = missed_line;
  return absl::OkStatus();
}

absl::Status ServerCore::State::JudgeRollouts() {
  HOLDFAST_ASSIGN_OR_RETURN(const std::vector<std::string> halts, rollouts.Judge());
  if (!halt_listener) return absl::OkStatus();
  for (const std::string& halt : halts) halt_listener(halt);
  return absl::OkStatus();
}

absl::Status ServerCore::Tick() {
  state_->TellStoreWorks();
  HOLDFAST_RETURN_IF_ERROR(state_->FlushContacts());
  HOLDFAST_RETURN_IF_ERROR(state_->JudgeSilence(state_->context.Now()));
  HOLDFAST_RETURN_IF_ERROR(state_->refused_enrollments.WriteCounts());
  HOLDFAST_RETURN_IF_ERROR(state_->JudgeRollouts());
  HOLDFAST_RETURN_IF_ERROR(state_->StepKeys());
  HOLDFAST_RETURN_IF_ERROR(state_->day_keeper.Slice());
  return state_->row_check.Slice();
}

}  // namespace holdfast::server
