#include "core/engine/gate.h"

#include <algorithm>

#include "core/engine/causes.h"
#include "core/engine/group.h"
#include "core/engine/portal.h"
#include "core/engine/reachability.h"
#include "core/engine/trust.h"

namespace holdfast::engine {
namespace {

// A rule that needs a person's session, or begins with one.
Block LoginBlock(const Core& core, const ServiceRule& rule) {
  const bool needs_person = rule.authentication != Authentication::kMachine || rule.scope == RuleScope::kUser;
  const bool from_login = rule.always_connected.since == Since::kLogin && !core.login_seen;
  if (!needs_person && !from_login) return Block::kNone;
  if (!core.console_known) return Block::kUnknown;
  return core.console.present && !from_login ? Block::kNone : Block::kLogin;
}

Gate PersonStopGate(const ServiceRule& rule, const Service& service, MonoTime now) {
  if (!service.person_stop) return {};
  const AlwaysConnected& always = rule.always_connected;
  const Block block = always.allow_disconnect ? Block::kAllowedStop : Block::kPersonStop;
  if (!always.reconnect_after) {
    return always.allow_disconnect ? Gate{block, std::nullopt} : Gate{};
  }
  const MonoTime until = *service.person_stop + *always.reconnect_after;
  return now < until ? Gate{block, until} : Gate{};
}

Gate PaceGate(const Core& core, const Service& service, MonoTime now) {
  const Reconnect& reconnect = core.policy->reconnect;
  if (service.attempts.Left(now, reconnect.budget) == 0) {
    return {Block::kBudget, service.attempts.NextAt(now, reconnect.budget)};
  }
  if (const auto by = TrustPendingUntil(core, now)) return {Block::kSettling, by};
  const MonoTime settled = std::max(core.path_since, core.resumed_at) + reconnect.settle;
  if (now < settled) return {Block::kSettling, settled};
  const std::optional<MonoTime>& backoff = service.failures.not_before;
  if (backoff && now < *backoff) return {Block::kBackoff, backoff};
  return {};
}

}  // namespace

Gate OwnGate(const Core& core, const Service& service, MonoTime now) {
  const ServiceRule& rule = RuleOf(core, service);
  if (!Awake(core)) return {Block::kAsleep, {}};
  if (!service.learned || !core.path_known) return {Block::kUnknown, {}};
  if (const Override* o = ActiveOverride(core, service.facts.id, now)) return {Block::kOverride, o->until};
  if (const Block login = LoginBlock(core, rule); login != Block::kNone) return {login, {}};
  if (!core.path.satisfied || !core.path.has_resolver) return {Block::kNoNetwork, {}};
  if (IsDownAfterUpdate(core)) return {Block::kDownAfterUpdate, {}};
  if (IsTrusted(core)) return {Block::kTrusted, {}};
  if (LeavesUntrustedAlone(core)) return {Block::kUntrusted, {}};
  if (const auto until = PortalHoldUntil(core, now)) return {Block::kCaptive, until};
  if (!service.facts.enabled) return {Block::kDisabled, {}};
  if (service.excluded) return {Block::kConflict, {}};
  const Gate stopped = PersonStopGate(rule, service, now);
  if (stopped.block == Block::kAllowedStop) return stopped;
  if (rule.authentication == Authentication::kInteractive) return {Block::kInteractive, {}};
  if (service.failures.hold != Hold::kNone) return {Block::kHold, {}};
  if (service.remedy.open_until && now < *service.remedy.open_until) {
    return {Block::kCircuit, service.remedy.open_until};
  }
  if (service.storm_until && now < *service.storm_until) return {Block::kStorm, service.storm_until};
  if (stopped.block != Block::kNone) return stopped;
  return PaceGate(core, service, now);
}

Gate StartGate(const Core& core, const Service& service, MonoTime now) {
  const Gate own = OwnGate(core, service, now);
  // What comes before it in the order says more than the group.
  if (own.block != Block::kNone && own.block < Block::kStandby) return own;
  if (!service.group.empty() && StandsBy(core, service, now)) return {Block::kStandby, {}};
  return own;
}

const Override* ActiveOverride(const Core& core, const Uuid& service, MonoTime now) {
  for (const Override& o : core.overrides) {
    if (now < o.until && (o.service.IsNil() || o.service == service)) return &o;
  }
  return nullptr;
}

std::optional<MonoTime> StuckAt(const Core& core, const Service& service) {
  const MonoTime since = std::max(service.phase_since, core.resumed_at);
  switch (service.phase) {
    case Phase::kStarting:
    case Phase::kConnecting: {
      const bool interactive =
          service.rule >= 0 && RuleOf(core, service).authentication == Authentication::kInteractive;
      return since +
             (interactive ? core.policy->stuck_connecting_interactive : core.policy->stuck_connecting);
    }
    case Phase::kStopping:
    case Phase::kDisconnecting:
      return since + core.policy->stuck_disconnecting;
    case Phase::kUnlearned:
    case Phase::kDown:
    case Phase::kUp:
      return std::nullopt;
  }
  return std::nullopt;
}

}  // namespace holdfast::engine
