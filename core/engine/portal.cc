#include "core/engine/portal.h"

#include <algorithm>
#include <utility>

#include "absl/strings/str_cat.h"
#include "core/engine/failure.h"

namespace holdfast::engine {
namespace {

constexpr absl::Duration kTimeout = absl::Seconds(5);
constexpr absl::Duration kAgain = absl::Seconds(10);  // while it is captive
constexpr absl::Duration kSuspectEvery = absl::Seconds(30);
constexpr absl::Duration kDay = absl::Hours(24);

// Nobody needs to know while everything that is required is up.
bool IsWanted(const Core& core) {
  if (core.policy->captive_portal.action == CaptiveAction::kNone || !Awake(core)) return false;
  if (!core.path_known || !core.path.satisfied || !core.path.has_resolver) return false;
  return std::any_of(core.services.begin(), core.services.end(), [](const auto& entry) {
    return entry.second.required && entry.second.phase != Phase::kUp;
  });
}

void ForgetOldHolds(Core& core, MonoTime now) {
  std::erase_if(core.portal.holds, [&](const auto& hold) { return now - hold.second >= kDay; });
}

void BeginHold(Core& core, Turn& turn) {
  const std::string& network = core.portal.facts.network_id;
  ForgetOldHolds(core, turn.mono());
  const auto here = std::count_if(core.portal.holds.begin(), core.portal.holds.end(),
                                  [&](const auto& hold) { return hold.first == network; });
  const int most = core.policy->captive_portal.max_holds_per_network_per_day;
  if (here >= most) {
    core.incidents.Open(turn, "captive_hold_exhausted", network,
                        absl::StrCat("A captive portal was met more than ", most,
                                     " times in a day on this network: it is not waited for any more"),
                        absl::StrCat("holds=", here, "; portal=", core.portal.facts.detail));
    return;
  }
  core.portal.holds.emplace_back(network, turn.mono());
  core.portal.hold_since = turn.mono();
}

void TellPerson(const Core& core, Turn& turn) {
  if (!MayNotify(core)) return;
  turn.Emit(
      NotifyUser{core.console.uid, "This network wants you to sign in",
                 "A captive portal stands between this Mac and the internet. Open a browser and sign in; "
                 "your VPN connects afterwards."});
}

void OnCaptive(Core& core, Turn& turn) {
  core.incidents.changes().Note(turn.mono(), "a captive portal was found");
  if (core.policy->captive_portal.action == CaptiveAction::kHold) BeginHold(core, turn);
  if (core.policy->captive_portal.action == CaptiveAction::kNotify) TellPerson(core, turn);
}

void OnOpen(Core& core, Turn& turn) {
  core.portal.hold_since.reset();
  core.incidents.changes().Note(turn.mono(), "no captive portal is in between any more");
  core.incidents.CloseOthers(turn, "captive_hold_exhausted", {}, "the portal lets traffic through");
  for (auto& [id, service] : core.services) GiveFreshChance(service);
}

}  // namespace

void LookForPortalAnew(Core& core, Turn& turn) {
  Portal& portal = core.portal;
  portal.due = turn.mono();
  portal.asking = false;
  if (portal.facts.network_id == core.path.network_id) return;
  portal.facts = {};
  portal.hold_since.reset();
  core.incidents.CloseOthers(turn, "captive_hold_exhausted", {}, "the Mac is on another network");
}

void SuspectPortal(Core& core, MonoTime now) {
  Portal& portal = core.portal;
  if (!portal.due) portal.due = portal.asked ? std::max(now, *portal.asked + kSuspectEvery) : now;
}

void RunPortal(Core& core, Turn& turn) {
  Portal& portal = core.portal;
  if (!portal.due || !IsWanted(core)) return;
  if (*portal.due > turn.mono()) return turn.WakeAt(portal.due);
  portal.due.reset();
  portal.asked = turn.mono();
  portal.asking = true;
  turn.Emit(LookForPortal{core.policy->captive_portal.probes, core.path, kTimeout});
}

void OnPortal(Core& core, Turn& turn, const PortalFacts& facts) {
  Portal& portal = core.portal;
  if (facts.network_id != core.path.network_id || !std::exchange(portal.asking, false)) return;
  const PortalState before = portal.facts.state;
  // No answer at all does not mean that the portal is gone.
  const bool still = before == PortalState::kCaptive && facts.state == PortalState::kUnknown;
  if (still || facts.state == PortalState::kCaptive) portal.due = turn.mono() + kAgain;
  if (still || (before == facts.state && portal.facts.network_id == facts.network_id)) return;
  portal.facts = facts;
  turn.Row(facts);
  if (facts.state == PortalState::kCaptive) OnCaptive(core, turn);
  if (facts.state == PortalState::kOpen && before == PortalState::kCaptive) OnOpen(core, turn);
}

std::optional<MonoTime> PortalHoldUntil(const Core& core, MonoTime now) {
  const CaptivePortal& policy = core.policy->captive_portal;
  if (policy.action != CaptiveAction::kHold || !core.portal.hold_since) return std::nullopt;
  const MonoTime until = *core.portal.hold_since + policy.hold_timeout;
  return now < until ? std::optional(until) : std::nullopt;
}

bool OutlastedByPortal(const Core& core, MonoTime now) {
  return core.policy->captive_portal.action == CaptiveAction::kHold && core.portal.hold_since &&
         !PortalHoldUntil(core, now);
}

}  // namespace holdfast::engine
