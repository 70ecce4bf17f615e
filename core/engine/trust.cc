#include "core/engine/trust.h"

#include <algorithm>
#include <utility>

#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "core/engine/command.h"

namespace holdfast::engine {
namespace {

// A proof is renewed, and a beacon that did not answer is asked again.
constexpr absl::Duration kAgain = absl::Minutes(5);

bool MakesADifference(const Policy& policy) {
  return policy.mode != EnforcementMode::kOff && !policy.trusted_networks.empty() &&
         (policy.trusted_network_action != TrustedAction::kConnect ||
          policy.untrusted_network_action != UntrustedAction::kConnect);
}

bool IsWanted(const Core& core) {
  if (!MakesADifference(*core.policy) || !Awake(core)) return false;
  if (!core.path_known || !core.path.satisfied) return false;
  return std::any_of(core.services.begin(), core.services.end(),
                     [](const auto& entry) { return entry.second.required; });
}

bool Differs(const std::string& hint, const std::string& is) {
  return !hint.empty() && !is.empty() && !absl::EqualsIgnoreCase(hint, is);
}

template <class Items, class Name>
bool Lacks(const std::string& hint, const Items& items, Name name) {
  return !hint.empty() && !items.empty() && std::none_of(items.begin(), items.end(), [&](const auto& item) {
    return absl::EqualsIgnoreCase(hint, name(item));
  });
}

// A tunnel brings resolvers and domains of its own.
bool ResolvesByTunnel(const NetworkFacts& facts) {
  return std::any_of(facts.resolvers.begin(), facts.resolvers.end(),
                     [&](const ResolverFacts& resolver) { return IsTunnel(facts, resolver.interface_name); });
}

// The hints say that it is another network. What is not known says nothing.
bool IsElsewhere(const Core& core, const TrustedNetwork& network) {
  const NetworkFacts& facts = core.network;
  if (Differs(network.gateway_mac, facts.gateway_mac) || Differs(network.ssid, facts.ssid)) return true;
  if (ResolvesByTunnel(facts)) return false;
  return Lacks(network.dns_domain, facts.search_domains, [](const std::string& domain) { return domain; }) ||
         Lacks(network.dns_server, facts.resolvers, [](const ResolverFacts& r) { return r.address; });
}

void Lose(Core& core, Turn& turn, absl::string_view why) {
  if (std::exchange(core.trust.proven, "").empty()) return;
  core.incidents.changes().Note(turn.mono(), absl::StrCat("the trusted network ended: ", why));
  for (auto& [id, service] : core.services) {
    service.pause_due = false;
    service.dry_noted = false;
  }
}

void Prove(Core& core, Turn& turn, const std::string& name) {
  if (std::exchange(core.trust.proven, name) == name) return;
  core.incidents.changes().Note(turn.mono(), absl::StrCat("on the trusted network ", name));
  for (auto& [id, service] : core.services) service.pause_due = service.phase == Phase::kUp;
}

}  // namespace

void ForgetTrust(Core& core, Turn& turn) {
  Lose(core, turn, "another network, or another wake");
  core.trust = {};
  AskBeaconsAnew(core, turn.mono());
}

void AskBeaconsAnew(Core& core, MonoTime now) {
  core.trust.due = now;
  core.trust.renewal = false;
}

void RunTrust(Core& core, Turn& turn) {
  Trust& trust = core.trust;
  if (!MakesADifference(*core.policy)) return Lose(core, turn, "the policy changed");
  if (!trust.due || !IsWanted(core)) return;
  if (*trust.due > turn.mono()) return turn.WakeAt(trust.due);
  trust.due = turn.mono() + kAgain;
  turn.WakeAt(trust.due);
  trust.asking.clear();
  trust.answers_by.reset();
  if (!std::exchange(trust.renewal, true)) trust.answers_by = turn.mono() + kBeaconTimeout;
  bool proven_is_asked = false;
  for (const TrustedNetwork& network : core.policy->trusted_networks) {
    if (IsElsewhere(core, network)) continue;
    proven_is_asked |= network.name == trust.proven;
    trust.asking.insert(network.name);
    turn.Emit(AskBeacon{network, core.path, kBeaconTimeout});
  }
  if (!proven_is_asked) Lose(core, turn, "the network's marks are others");
}

void OnBeacon(Core& core, Turn& turn, const BeaconFacts& facts) {
  Trust& trust = core.trust;
  if (facts.network_id != core.path.network_id || trust.asking.erase(facts.name) == 0) return;
  const auto [known, fresh] = trust.answers.try_emplace(facts.name, facts);
  if (fresh || known->second.proven != facts.proven) turn.Row(facts);
  known->second = facts;
  if (facts.proven) {
    if (trust.proven.empty()) Prove(core, turn, facts.name);
  } else if (trust.proven == facts.name) {
    Lose(core, turn, "its beacon did not prove itself again");
  }
}

void KeepTrusted(Core& core, Turn& turn, Service& service) {
  if (!IsTrusted(core) || !service.required || service.phase != Phase::kUp || service.command) return;
  const TrustedAction action = core.policy->trusted_network_action;
  const bool due = std::exchange(service.pause_due, false);
  if (action == TrustedAction::kDisconnect || (action == TrustedAction::kPause && due)) {
    SendStop(core, turn, service, absl::StrCat("trusted_network:", core.trust.proven));
  }
}

bool IsTrusted(const Core& core) {
  return !core.trust.proven.empty() && core.policy->trusted_network_action != TrustedAction::kConnect;
}

bool LeavesUntrustedAlone(const Core& core) {
  return core.policy->untrusted_network_action == UntrustedAction::kIgnore && core.trust.proven.empty() &&
         MakesADifference(*core.policy);
}

std::optional<MonoTime> TrustPendingUntil(const Core& core, MonoTime now) {
  const Trust& trust = core.trust;
  if (!trust.proven.empty() || trust.asking.empty() || !trust.answers_by || *trust.answers_by <= now) {
    return std::nullopt;
  }
  return trust.answers_by;
}

}  // namespace holdfast::engine
