// What admins see and decide of a roll-out.
#include "absl/strings/str_cat.h"
#include "base/error.h"
#include "server/audit/audit.h"
#include "server/service/rollout_rate.h"
#include "server/service/state.h"

namespace holdfast::server {
namespace {

std::string Describe(const fleet::RolloutRecord& rollout) {
  return absl::StrCat("version ", rollout.version, "; ", rollout.percent, " %",
                      rollout.halted ? "; halted" : "");
}

// What the request makes of it, or why it cannot be.
absl::StatusOr<fleet::RolloutRecord> Changed(fleet::RolloutRecord rollout, const SetRolloutRequest& request,
                                             const Actor& actor, ServerTime now) {
  const int wanted = (request.percent ? 1 : 0) + (request.halt ? 1 : 0) + (request.resume ? 1 : 0);
  if (wanted != 1) {
    return absl::InvalidArgumentError("changing a roll-out: give a percentage, or halt it, or resume it");
  }
  if (request.percent) {
    if (*request.percent < 0 || *request.percent > 100) {
      return absl::InvalidArgumentError(
          absl::StrCat("changing a roll-out: ", *request.percent, " is no percentage between 0 and 100"));
    }
    rollout.percent = *request.percent;
  } else if (request.halt && !rollout.halted) {
    rollout.halted = now;
    rollout.halted_by = actor.name;
    rollout.halted_why = "an admin said so";
  } else if (request.resume) {
    if (!rollout.halted) {
      return absl::FailedPreconditionError(
          absl::StrCat("resuming a roll-out: that of version ", rollout.version, " is not halted"));
    }
    rollout.halted.reset();
    rollout.halted_by.clear();
    rollout.halted_why.clear();
    // What led to the halt was seen by the admin and must not lead to the next one.
    rollout.counted_from = now;
    rollout.expected_millionths = 0;
  }
  return rollout;
}

absl::StatusOr<Rollout> Shown(Context& context, const PolicyInForce& newest) {
  Rollout out;
  out.policy = newest.info;
  out.state = newest.rollout;
  HOLDFAST_ASSIGN_OR_RETURN(out.counts,
                            context.store.CountHanded(newest.rollout, context.Now() - kRolloutWindow));
  const RolloutRate rate = RateOf(out.counts, newest.rollout);
  out.failure_rate = rate.failed;
  out.expected_rate = rate.expected;
  out.believed = rate.believed;
  return out;
}

}  // namespace

// Names that are nobody's group must leave nothing in memory: anyone may ask.
absl::StatusOr<bool> ServerCore::State::HasOwnPolicy(const std::string& group) {
  HOLDFAST_ASSIGN_OR_RETURN(const auto policy, context.store.FindPolicy(group, 0));
  return policy.has_value();
}

absl::StatusOr<Rollout> ServerCore::GetRollout(const Actor& actor, const std::string& group) {
  HOLDFAST_RETURN_IF_ERROR(CheckAllowed(actor, AdminMethod::kGetRollout));
  HOLDFAST_RETURN_IF_ERROR(CheckGroup(actor, AdminMethod::kGetRollout, group));
  HOLDFAST_ASSIGN_OR_RETURN(const bool own, state_->HasOwnPolicy(group));
  // The default group's counts other groups' devices too.
  if (!own) HOLDFAST_RETURN_IF_ERROR(CheckFleet(actor, AdminMethod::kGetRollout));
  HOLDFAST_ASSIGN_OR_RETURN(const PolicyInForce* newest, state_->policies.Newest(own ? group : ""));
  if (newest == nullptr) {
    return absl::NotFoundError("there is no policy yet; `policy put` makes the first one");
  }
  return Shown(state_->context, *newest);
}

absl::StatusOr<Rollout> ServerCore::SetRollout(const Actor& actor, const SetRolloutRequest& request) {
  HOLDFAST_RETURN_IF_ERROR(CheckAllowed(actor, AdminMethod::kSetRollout));
  HOLDFAST_RETURN_IF_ERROR(CheckGroup(actor, AdminMethod::kSetRollout, request.group));
  Context& context = state_->context;
  HOLDFAST_ASSIGN_OR_RETURN(const bool own, state_->HasOwnPolicy(request.group));
  if (!own) {
    return absl::NotFoundError(absl::StrCat(
        "changing a roll-out: ", PolicyTarget(request.group),
        " has no policy of its own; `policy list` shows which groups have one, and without a group the "
        "default group's is meant"));
  }
  HOLDFAST_ASSIGN_OR_RETURN(const PolicyInForce* newest, state_->policies.Newest(request.group));
  const std::string before = Describe(newest->rollout);
  HOLDFAST_ASSIGN_OR_RETURN(const fleet::RolloutRecord rollout,
                            Changed(newest->rollout, request, actor, context.Now()));
  HOLDFAST_ASSIGN_OR_RETURN(auto transaction, fleet::Transaction::Begin(context.store));
  HOLDFAST_RETURN_IF_ERROR(context.store.PutRollout(rollout));
  HOLDFAST_RETURN_IF_ERROR(RecordAudit(context.store, context.Now(), actor,
                                       {.action = "SetRollout",
                                        .target = PolicyTarget(request.group),
                                        .before = before,
                                        .after = Describe(rollout),
                                        .group = request.group}));
  HOLDFAST_RETURN_IF_ERROR(transaction.Commit());
  state_->policies.Forget();
  HOLDFAST_ASSIGN_OR_RETURN(newest, state_->policies.Newest(request.group));
  if (!rollout.halted) HOLDFAST_RETURN_IF_ERROR(state_->NudgeShare(newest->info, rollout.percent));
  return Shown(context, *newest);
}

}  // namespace holdfast::server
