#include "server/service/lifecycle.h"

#include <cstdint>

#include "absl/strings/str_cat.h"
#include "base/error.h"
#include "server/audit/audit.h"
#include "server/service/day_keeper.h"
#include "server/service/device_state.h"
#include "server/service/reachability.h"
#include "server/service/state.h"

namespace holdfast::server {
namespace {

constexpr size_t kLongestReason = 256;
constexpr ServerTime kNoEnd{INT64_MAX};

compliance::Point Absence(ServerTime from, ServerTime to) {
  compliance::Point point;
  point.kind = compliance::PointKind::kAbsent;
  point.from = from;
  point.at = to;
  return point;
}

}  // namespace

absl::string_view LifecycleName(fleet::Lifecycle state) {
  switch (state) {
    case fleet::Lifecycle::kInUse:
      return "in_use";
    case fleet::Lifecycle::kOnLoan:
      return "on_loan";
    case fleet::Lifecycle::kRetired:
      return "retired";
    case fleet::Lifecycle::kWiped:
      return "wiped";
    case fleet::Lifecycle::kMigrated:
      return "migrated";
  }
  return "in_use";
}

absl::Status AddAbsences(fleet::FleetStore& store, const fleet::DeviceRecord& device,
                         std::vector<compliance::Point>& points) {
  if (device.lifecycle.at == ServerTime{}) return absl::OkStatus();
  HOLDFAST_ASSIGN_OR_RETURN(const auto changes, store.LifecycleOf(device.key));
  std::optional<ServerTime> since;
  for (const fleet::LifecycleChange& change : changes) {
    const bool in_service = fleet::InService(change.state);
    if (since && in_service) points.push_back(Absence(*since, change.at));
    if (in_service) {
      since.reset();
    } else if (!since) {
      since = change.at;
    }
  }
  if (since) points.push_back(Absence(*since, kNoEnd));
  return absl::OkStatus();
}

// What was true of it while it was away is true no more, and the reverse.
absl::Status ServerCore::State::FollowLifecycle(LiveDevice& device) {
  fleet::DeviceRecord& record = device.record;
  if (!fleet::InService(record.lifecycle.state)) {
    HOLDFAST_RETURN_IF_ERROR(SetPosture(context, record, TimeClass::kNotRequired));
    return SettleIncident(context, device, "silent_agent",
                          absl::StrCat("the device is ", LifecycleName(record.lifecycle.state)));
  }
  HOLDFAST_ASSIGN_OR_RETURN(const absl::Duration interval, policies.IntervalOf(record));
  const absl::Duration silence = context.Now() - record.last_seen;
  HOLDFAST_ASSIGN_OR_RETURN(TimeClass posture, PostureOf(context, record.key));
  if (silence > SilentAfter(interval) && !record.asleep) posture = TimeClass::kUnknown;
  HOLDFAST_RETURN_IF_ERROR(SetPosture(context, record, posture));
  return silence >= kSilentIncidentAfter ? RaiseSilence({record}) : absl::OkStatus();
}

absl::Status ServerCore::State::ChangeLifecycle(const Actor& actor, LiveDevice& device,
                                                const fleet::LifecycleChange& change) {
  fleet::DeviceRecord& record = device.record;
  const fleet::LifecycleChange before = record.lifecycle;
  HOLDFAST_ASSIGN_OR_RETURN(auto transaction, fleet::Transaction::Begin(context.store));
  HOLDFAST_RETURN_IF_ERROR(context.store.AddLifecycle(record.key, change));
  record.lifecycle = change;
  HOLDFAST_RETURN_IF_ERROR(DayKeeper::Forget(context, record, change.at));
  if (fleet::InService(before.state) != fleet::InService(change.state)) {
    HOLDFAST_RETURN_IF_ERROR(FollowLifecycle(device));
  }
  HOLDFAST_RETURN_IF_ERROR(RecordAudit(
      context.store, change.at, actor,
      {.action = "SetDeviceLifecycle",
       .target = absl::StrCat("device:", record.id.ToString()),
       .before = std::string(LifecycleName(before.state)),
       .after = absl::StrCat(LifecycleName(change.state), change.reason.empty() ? "" : ": ", change.reason),
       .group = record.group}));
  return transaction.Commit();
}

absl::StatusOr<Device> ServerCore::SetDeviceLifecycle(const Actor& actor,
                                                      const SetDeviceLifecycleRequest& request) {
  HOLDFAST_RETURN_IF_ERROR(CheckAllowed(actor, AdminMethod::kSetDeviceLifecycle));
  if (request.reason.size() > kLongestReason) {
    return absl::InvalidArgumentError(absl::StrCat("setting a device's lifecycle: the reason has ",
                                                   request.reason.size(), " bytes, at most ", kLongestReason,
                                                   " are kept"));
  }
  HOLDFAST_ASSIGN_OR_RETURN(const fleet::DeviceRecord named,
                            state_->FindNamed(actor, AdminMethod::kSetDeviceLifecycle, request.device));
  HOLDFAST_ASSIGN_OR_RETURN(LiveDevice * device, state_->directory.Find(named.id));
  if (device == nullptr) return absl::InternalError("the device is gone");
  if (device->record.lifecycle.state != request.state) {
    const absl::Status changed =
        state_->ChangeLifecycle(actor, *device, {request.state, state_->context.Now(), request.reason});
    state_->directory.Invalidate(named.id);
    HOLDFAST_RETURN_IF_ERROR(changed);
  }
  return GetDevice(actor, named.id.ToString());
}

}  // namespace holdfast::server
