#include "core/engine/binding.h"

#include <algorithm>
#include <utility>

#include "absl/strings/str_cat.h"
#include "core/engine/command.h"
#include "core/engine/failure.h"
#include "core/engine/group.h"
#include "core/engine/overrides.h"
#include "core/engine/portal.h"
#include "core/engine/reachability.h"
#include "core/engine/trust.h"

namespace holdfast::engine {
namespace {

bool RequiresNow(const Core& core, const ServiceRule& rule) {
  if (core.policy->mode == EnforcementMode::kOff || !rule.always_connected.enabled) return false;
  if (rule.always_connected.since == Since::kNetwork && !core.network_seen) return false;
  return rule.scope == RuleScope::kDevice || !core.console_known || core.console.present;
}

int GoverningRule(const Policy& policy, const ServiceFacts& facts) {
  for (size_t i = 0; i < policy.services.size(); ++i) {
    const ServiceMatch& match = policy.services[i].match;
    if (match.interface_name.empty() && match.Matches(facts)) return static_cast<int>(i);
  }
  return -1;
}

bool AnyMatches(const Core& core, const ServiceRule& rule) {
  return std::any_of(core.installed.services.begin(), core.installed.services.end(),
                     [&](const ServiceFacts& facts) { return rule.match.Matches(facts); });
}

// Nothing requires it any more: what we found about it is settled.
void Release(Core& core, Turn& turn, Service& service) {
  for (const absl::string_view incident :
       {"stuck_connecting", "stuck_disconnecting", "circuit_open", "budget_exhausted", "false_connected",
        "coverage_missing", "authentication_failed", "certificate_invalid", "toggle_fight", "start_storm",
        "slow_start", "not_restored_after_boot", "session_manager_exhausted"}) {
    core.incidents.Close(turn, incident, service.id_text, "it is not required any more");
  }
  service.remedy = {};
  service.failures = {};
  service.person_stop.reset();
  service.yielded = service.slow = false;
  service.storm_until.reset();
  service.to_restore.reset();
  service.dead_starts = 0;
  service.asked_to_connect = false;
}

// A configuration that was deleted and made again keeps what its predecessor spent.
void InheritAttempts(Core& core, const std::map<Uuid, Service>& gone) {
  for (auto& [id, service] : core.services) {
    if (service.rule >= 0 || !service.installed) continue;
    const int rule = GoverningRule(*core.policy, service.facts);
    for (const auto& [old_id, old] : gone) {
      if (rule >= 0 && old.rule == rule && old.facts.name == service.facts.name) {
        service.attempts = old.attempts;
      }
    }
  }
}

void Install(Core& core, Turn& turn, const ServiceFacts& facts) {
  Service& service = FindOrAdd(core, facts.id);
  const bool again = service.installed && service.facts != facts;
  service.facts = facts;
  service.installed = true;
  if (again) ClearHolds(core, turn, service, "its configuration was installed again");
}

std::map<Uuid, Service> RemoveGone(Core& core, Turn& turn, const InstalledFacts& installed) {
  std::map<Uuid, Service> gone;
  for (auto it = core.services.begin(); it != core.services.end();) {
    const auto here = it++;
    const auto is_it = [&](const ServiceFacts& facts) { return facts.id == here->first; };
    if (std::any_of(installed.services.begin(), installed.services.end(), is_it)) continue;
    if (!here->second.installed && here->second.learned) continue;  // its facts are still to come
    FinishCommand(turn, here->second, CommandOutcome::Result::kFailed, FailureCause::kConfigurationGone,
                  "its configuration was removed");
    Release(core, turn, here->second);
    gone.insert(core.services.extract(here));
  }
  return gone;
}

bool SamePolicy(const PolicyChange& a, const PolicyChange& b) {
  return a.version == b.version && a.id == b.id;
}

}  // namespace

void OnInstalled(Core& core, Turn& turn, const InstalledFacts& installed) {
  if (core.installed_known && installed == core.installed) return;
  turn.Row(installed);
  if (core.installed_known || core.recalled.installed) {
    const InstalledFacts& before = core.installed_known ? core.installed : *core.recalled.installed;
    for (std::string& what : Differences(before, installed)) {
      if (before != installed) core.incidents.changes().Note(turn.mono(), std::move(what));
    }
    NoteExtensionUpdates(core, turn, before, installed);
  }
  core.installed_known = true;
  core.installed = installed;
  core.binding_stale = true;
  const std::map<Uuid, Service> gone = RemoveGone(core, turn, installed);
  for (const ServiceFacts& facts : installed.services) Install(core, turn, facts);
  InheritAttempts(core, gone);
}

void OnPolicyApplied(Core& core, Turn& turn, const PolicyApplied& applied) {
  turn.Row(applied.change);
  core.policy_error.clear();
  core.incidents.Close(turn, "policy_rejected", "", "a policy was applied");
  const bool changed = !SamePolicy(applied.change, core.policy_change);
  core.policy = applied.policy;
  core.policy_change = applied.change;
  core.policy_known = true;
  core.binding_stale = true;
  ReviewOverrides(core, turn);
  if (!changed) return;
  core.incidents.changes().Note(turn.mono(), absl::StrCat("policy version ", applied.change.version));
  for (auto& [id, service] : core.services) {
    service.remedy.step.reset();  // its steps were those of the old ladder
    service.dry_noted = false;
    ClearHolds(core, turn, service, "the policy changed");
    GiveFreshChance(service);
  }
  LookForPortalAnew(core, turn);
  ForgetTrust(core, turn);
}

void OnPolicyRejected(Core& core, Turn& turn, const PolicyRejected& rejected) {
  turn.Row(rejected.change);
  core.policy_error = rejected.change.error;
  core.incidents.Open(
      turn, "policy_rejected", "",
      absl::StrCat("Policy from ", rejected.change.source, " was rejected: ", rejected.change.error),
      absl::StrCat("version=", rejected.change.version, "; in_force=", core.policy_change.version));
}

void Bind(Core& core, Turn& turn) {
  if (!std::exchange(core.binding_stale, false)) return;
  ++core.reviews_due;
  const Policy& policy = *core.policy;
  std::vector<int> matches(policy.services.size(), 0);
  for (auto& [id, service] : core.services) {
    service.rule = service.installed ? GoverningRule(policy, service.facts) : -1;
    if (service.rule >= 0) ++matches[static_cast<size_t>(service.rule)];
  }
  for (auto& [id, service] : core.services) {
    const bool was_required = service.required;
    service.required = service.rule >= 0 && RequiresNow(core, RuleOf(core, service));
    service.key.clear();
    if (service.required) {
      const std::string& label = RuleOf(core, service).label;
      const bool several = matches[static_cast<size_t>(service.rule)] > 1;
      service.key = several ? absl::StrCat(label, "/", service.id_text) : label;
    } else if (was_required) {
      Release(core, turn, service);
    }
  }
  BindGroups(core, turn);
  core.missing.clear();
  core.observed.clear();
  for (size_t i = 0; i < policy.services.size(); ++i) {
    const ServiceRule& rule = policy.services[i];
    if (!RequiresNow(core, rule)) continue;
    if (!rule.match.interface_name.empty()) {
      core.observed.push_back(static_cast<int>(i));
    } else if (!AnyMatches(core, rule)) {
      core.missing.push_back(static_cast<int>(i));
    }
  }
}

}  // namespace holdfast::engine
