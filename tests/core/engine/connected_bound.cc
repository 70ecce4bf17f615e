// "Connected within its bound", by the account of Invariants.
#include <algorithm>

#include "core/policy/bound.h"
#include "invariants.h"

namespace holdfast {
namespace {

constexpr SessionManagerTimers kTimers{.starting = absl::Minutes(2), .stopping = absl::Seconds(20)};

// In how long a service must be connected that nothing stands against, whatever it went through before: the
// bound that is promised, after what keeps it from being connectable is over.
absl::Duration Bound(const Policy& policy, const ServiceRule& rule) {
  const absl::Duration stopped = rule.always_connected.reconnect_after.value_or(absl::ZeroDuration());
  const absl::Duration budget = absl::Minutes(10);  // its shorter window
  return ConnectedBound(policy, rule, kTimers) + stopped + policy.circuit_breaker.cooldown + budget +
         absl::Seconds(30);
}

}  // namespace

bool Invariants::MustBeConnected(const Uuid& service, absl::Duration undisturbed, bool trusted) const {
  const ServiceRule* rule = RuleOf(service);
  if (rule == nullptr || policy_.mode != EnforcementMode::kEnforce) return false;
  const AlwaysConnected& always = rule->always_connected;
  if (!always.enabled || always.allow_disconnect || !always.conflict_group.empty() ||
      rule->authentication == Authentication::kInteractive || asleep_ ||
      (dark_ && policy_.ignore_dark_wake) ||
      (trusted && policy_.trusted_network_action != TrustedAction::kConnect)) {
    return false;
  }
  return undisturbed > Bound(policy_, *rule) && NothingStandsAgainst(service);
}

bool Invariants::NothingStandsAgainst(const Uuid& service) const {
  const auto found = services_.find(service);
  if (found == services_.end() || RuleOf(service) == nullptr) return false;
  const Watched& watched = found->second;
  for (const Running& o : overrides_) {
    if (o.began.service.IsNil() || o.began.service == service) return false;
  }
  const auto spent = std::count_if(watched.counted.begin(), watched.counted.end(),
                                   [&](const Counted& c) { return true_now_ - c.at < absl::Hours(1); });
  if (!suspensions_.empty()) return false;
  for (const char* name : {"toggle_fight", "start_storm"}) {
    if (incidents_.contains({name, service.ToString()})) return false;
  }
  // After each crash one more is assumed as spent.
  const auto assumed = std::count_if(crashes_.begin(), crashes_.end(),
                                     [&](MonoTime at) { return true_now_ - at < absl::Hours(1); });
  return !watched.may_be_held && spent + assumed + 1 < policy_.reconnect.budget.per_hour;
}

}  // namespace holdfast
