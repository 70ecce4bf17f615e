#include "server/service/rollouts.h"

#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "base/error.h"
#include "server/audit/audit.h"
#include "server/service/rollout_rate.h"

namespace holdfast::server {
namespace {

using fleet::HandedPolicy;
using fleet::HandedState;

// A version that is sent again and again, as to a device whose answers are lost, is noted this often.
constexpr absl::Duration kOfferedAgain = absl::Minutes(5);

bool IsOf(const std::optional<HandedPolicy>& handed, const PolicyInForce& policy) {
  return handed && handed->version == policy.info.version && handed->group == policy.info.group;
}

// Whether trouble that began at `since` counts against what was handed.
bool CountsAgainst(const HandedPolicy& handed, ServerTime since) {
  const bool undecided = handed.state == HandedState::kOffered || handed.state == HandedState::kApplied;
  return handed.counted && undecided && since - handed.at <= kRolloutWindow;
}

std::string Why(const fleet::HandedCounts& counts, const RolloutRate& rate, double bound) {
  return absl::StrFormat(
      "%d of %d devices failed: %.1f %%, of which %.1f %% would have without it; the bound is %g %%",
      counts.failed, counts.counted, rate.failed, rate.expected, bound);
}

}  // namespace

void Rollouts::Note(LiveDevice& device, bool silent) {
  const ServerTime now = context_.Now();
  // In trouble when it was first heard of: it cannot be told when that began, unless it was being watched.
  const bool settled = !device.looked_at && !(device.handed && CountsAgainst(*device.handed, now));
  device.trouble = Trouble{now, silent, settled};
  if (!settled) troubles_.emplace_back(now + kTroubleLasts, device.record.id);
}

void Rollouts::Silent(const Uuid& id) {
  LiveDevice* device = directory_.Peek(id);
  if (device != nullptr && device->looked_at && !device->trouble) Note(*device, true);
}

absl::Status Rollouts::Set(LiveDevice& device, const PolicyInForce& policy, HandedState state, bool counted) {
  const HandedPolicy handed{policy.info.group, policy.info.version, state, context_.Now(), counted};
  HOLDFAST_RETURN_IF_ERROR(context_.store.PutHanded(device.record.key, handed));
  device.handed = handed;
  if (state == HandedState::kRejected) to_judge_.insert(policy.info.group);
  return absl::OkStatus();
}

absl::Status Rollouts::Heard(LiveDevice& device, const wire::SyncRequest& request) {
  const bool violates = device.record.posture == TimeClass::kViolation && !device.record.asleep;
  if (!violates || (device.trouble && device.trouble->silent)) device.trouble.reset();
  if (violates && !device.trouble) Note(device, false);
  device.looked_at = true;
  HOLDFAST_ASSIGN_OR_RETURN(const PolicyInForce* newest, policies_.Newest(device.record.group));
  if (newest == nullptr) return absl::OkStatus();
  const bool known = IsOf(device.handed, *newest);
  const auto& status = request.policy_status;
  if (status && status->state == wire::PolicyStatus::State::kFailed && status->policy_id == newest->info.id) {
    if (known && device.handed->state != HandedState::kOffered) return absl::OkStatus();
    return Set(device, *newest, HandedState::kRejected, true);
  }
  if (request.policy_id != newest->info.id) return absl::OkStatus();
  if (!known) return Set(device, *newest, HandedState::kApplied, false);  // with its enrollment
  const HandedState before = device.handed->state;
  if (before != HandedState::kOffered && before != HandedState::kRejected) return absl::OkStatus();
  return Set(device, *newest, HandedState::kApplied, device.handed->counted);
}

absl::Status Rollouts::Handed(LiveDevice& device, const wire::SyncRequest& request,
                              const PolicyInForce& policy) {
  HOLDFAST_ASSIGN_OR_RETURN(const PolicyInForce* newest, policies_.Newest(device.record.group));
  if (newest == nullptr || newest->info.id != policy.info.id) return absl::OkStatus();
  if (!IsOf(device.handed, policy)) {
    // Without a policy before there is nothing to compare with; in trouble before, nothing is learned.
    return Set(device, policy, HandedState::kOffered, request.policy_id.has_value() && !device.trouble);
  }
  const HandedPolicy& before = *device.handed;
  if (before.state != HandedState::kOffered || context_.Now() - before.at < kOfferedAgain) {
    return absl::OkStatus();
  }
  return Set(device, policy, HandedState::kOffered, before.counted);
}

absl::StatusOr<std::vector<Rollouts::Lasting>> Rollouts::Due(ServerTime now) {
  std::vector<Lasting> due;
  for (const auto& [when, id] : troubles_) {
    if (when > now) break;
    LiveDevice* device = directory_.Peek(id);
    if (device == nullptr || !device->trouble || device->trouble->settled) continue;
    if (device->trouble->since + kTroubleLasts != when) continue;  // another one: it has its own entry
    HOLDFAST_ASSIGN_OR_RETURN(const PolicyInForce* newest, policies_.Newest(device->record.group));
    if (newest == nullptr) continue;
    // What memory has may be of a transaction that was rolled back.
    HOLDFAST_ASSIGN_OR_RETURN(auto handed, context_.store.FindHanded(device->record.key));
    if (!IsOf(handed, *newest)) handed.reset();
    due.push_back({device, newest, std::move(handed)});
  }
  return due;
}

// Inside a transaction.
absl::Status Rollouts::Count(ServerTime now, const std::vector<Lasting>& due) {
  std::map<std::string, int> others;
  for (const Lasting& lasting : due) {
    const std::string& group = lasting.newest->info.group;
    if (!lasting.handed) {
      ++others[group];
      continue;
    }
    const Trouble& trouble = *lasting.device->trouble;
    if (!CountsAgainst(*lasting.handed, trouble.since)) continue;
    HandedPolicy failed = *lasting.handed;
    failed.state = trouble.silent ? HandedState::kSilent : HandedState::kViolation;
    HOLDFAST_RETURN_IF_ERROR(context_.store.PutHanded(lasting.device->record.key, failed));
    directory_.Invalidate(lasting.device->record.id);
    to_judge_.insert(group);
  }
  for (const auto& [group, failures] : others) HOLDFAST_RETURN_IF_ERROR(Expect(now, group, failures));
  return absl::OkStatus();
}

// So many devices without the version failed: of those that have it, the same share would have anyway.
absl::Status Rollouts::Expect(ServerTime now, const std::string& group, int failures) {
  HOLDFAST_ASSIGN_OR_RETURN(const PolicyInForce* newest, policies_.Newest(group));
  fleet::RolloutRecord rollout = newest->rollout;
  HOLDFAST_ASSIGN_OR_RETURN(const auto counts, context_.store.CountHanded(rollout, now - kRolloutWindow));
  if (counts.watched == 0) return absl::OkStatus();
  absl::Status failed;
  const int others = directory_.Count([&](const LiveDevice& device) {
    if (!device.looked_at || device.record.revoked || IsOf(device.handed, *newest)) return false;
    const auto of_device = policies_.Newest(device.record.group);
    if (!of_device.ok()) failed = of_device.status();
    return of_device.ok() && *of_device != nullptr && (*of_device)->info.id == newest->info.id;
  });
  HOLDFAST_RETURN_IF_ERROR(failed);
  if (others < kLeastOthers) return absl::OkStatus();
  rollout.expected_millionths += int64_t{1000000} * counts.watched * failures / others;
  return context_.store.PutRollout(rollout);
}

absl::StatusOr<std::vector<std::string>> Rollouts::Judge() {
  const ServerTime now = context_.Now();
  HOLDFAST_RETURN_IF_ERROR(FindGroups());
  HOLDFAST_ASSIGN_OR_RETURN(const std::vector<Lasting> due, Due(now));
  std::vector<std::string> halts;
  if (due.empty() && to_judge_.empty() && exceeded_.empty()) {
    Settle(now, due);
    return halts;
  }
  HOLDFAST_ASSIGN_OR_RETURN(auto transaction, fleet::Transaction::Begin(context_.store));
  absl::Status judged = Count(now, due);
  policies_.Forget();
  std::set<std::string> groups = to_judge_;
  for (const auto& [group, since] : exceeded_) groups.insert(group);
  for (const std::string& group : groups) {
    if (judged.ok()) judged = JudgeGroup(now, group, halts);
  }
  if (judged.ok()) judged = transaction.Commit();
  policies_.Forget();
  HOLDFAST_RETURN_IF_ERROR(Annotate(judged, "judging roll-outs"));
  Settle(now, due);
  to_judge_.clear();
  return halts;
}

// What was due is counted, and what passed in time is forgotten.
void Rollouts::Settle(ServerTime now, const std::vector<Lasting>& due) {
  for (const Lasting& lasting : due) lasting.device->trouble->settled = true;
  while (!troubles_.empty() && troubles_.front().first <= now) troubles_.pop_front();
}

// After a start every group's is judged once: the server may have ended between a failure and its judgement.
absl::Status Rollouts::FindGroups() {
  if (groups_found_) return absl::OkStatus();
  HOLDFAST_ASSIGN_OR_RETURN(const auto versions, context_.store.ListPolicies("", true));
  for (const fleet::PolicyInfo& info : versions) to_judge_.insert(info.group);
  groups_found_ = true;
  return absl::OkStatus();
}

absl::Status Rollouts::JudgeGroup(ServerTime now, const std::string& group, std::vector<std::string>& halts) {
  HOLDFAST_ASSIGN_OR_RETURN(const PolicyInForce* newest, policies_.Newest(group));
  const fleet::RolloutRecord& rollout = newest->rollout;
  HOLDFAST_ASSIGN_OR_RETURN(const auto counts, context_.store.CountHanded(rollout, now - kRolloutWindow));
  const RolloutRate rate = RateOf(counts, rollout);
  if (rollout.halted || !rate.exceeded) {
    exceeded_.erase(group);
    return absl::OkStatus();
  }
  const ServerTime since = exceeded_.try_emplace(group, now).first->second;
  if (now - since < kRateStands) return absl::OkStatus();
  const std::string why = Why(counts, rate, rollout.halt_on_failure_rate);
  HOLDFAST_RETURN_IF_ERROR(Halt(now, *newest, why));
  halts.push_back(absl::StrCat("the roll-out of version ", rollout.version, " of ", PolicyTarget(group),
                               " is halted: ", why, "; `holdfast-admin policy rollout` shows it"));
  return absl::OkStatus();
}

absl::Status Rollouts::Halt(ServerTime now, const PolicyInForce& newest, const std::string& why) {
  fleet::RolloutRecord rollout = newest.rollout;
  rollout.halted = now;
  rollout.halted_by = "server";
  rollout.halted_why = why;
  HOLDFAST_RETURN_IF_ERROR(context_.store.PutRollout(rollout));
  return RecordAudit(context_.store, now, {.name = "server", .source = ""},
                     {.action = "HaltRollout",
                      .target = PolicyTarget(rollout.group),
                      .before = absl::StrCat("version ", rollout.version, "; ", rollout.percent, " %"),
                      .after = absl::StrCat("halted: ", why),
                      .group = rollout.group});
}

}  // namespace holdfast::server
