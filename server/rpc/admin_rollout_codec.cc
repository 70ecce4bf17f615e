// The messages about roll-outs.
#include "server/rpc/admin_codec.h"
#include "server/rpc/timestamps.h"

namespace holdfast::server {

absl::StatusOr<SetRolloutRequest> FromProto(const v1::SetRolloutRequest& m) {
  SetRolloutRequest out{.group = m.group()};
  switch (m.change()) {
    case v1::ROLLOUT_CHANGE_PERCENT:
      out.percent = m.percent();
      return out;
    case v1::ROLLOUT_CHANGE_HALT:
      out.halt = true;
      return out;
    case v1::ROLLOUT_CHANGE_RESUME:
      out.resume = true;
      return out;
    default:
      return absl::InvalidArgumentError("changing a roll-out: `change` is percent, halt or resume");
  }
}

v1::PolicyInfo ToProto(const ListedPolicy& m) {
  v1::PolicyInfo out = ToProto(m.info);
  out.set_rollout_percent(m.rollout.percent);
  out.set_rollout_halted(m.rollout.halted.has_value());
  return out;
}

v1::Rollout ToProto(const Rollout& m) {
  v1::Rollout out;
  *out.mutable_policy() = ToProto(m.policy);
  out.set_percent(m.state.percent);
  out.set_halt_on_failure_rate(m.state.halt_on_failure_rate);
  out.set_halted(m.state.halted.has_value());
  if (m.state.halted) SetTime(*m.state.halted, out.mutable_halted_at());
  out.set_halted_by(m.state.halted_by);
  out.set_halted_why(m.state.halted_why);
  out.set_offered(m.counts.offered);
  out.set_pending(m.counts.pending);
  out.set_applied(m.counts.applied);
  out.set_rejected(m.counts.rejected);
  out.set_in_violation(m.counts.violations);
  out.set_silent(m.counts.silent);
  out.set_counted(m.counts.counted);
  out.set_failed(m.counts.failed);
  out.set_failure_rate(m.failure_rate);
  out.set_expected_rate(m.expected_rate);
  out.set_believed(m.believed);
  return out;
}

}  // namespace holdfast::server
