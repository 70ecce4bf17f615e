#include "core/engine/view.h"

#include <algorithm>
#include <tuple>

#include "absl/strings/match.h"
#include "core/engine/coverage.h"
#include "core/engine/explain.h"

namespace holdfast::engine {
namespace {

void AddVerdict(const Core& core, const std::string& key, ServiceView& view) {
  if (SetupHolds(core)) view.verdict.time_class = TimeClass::kNotRequired;
  const auto known = core.verdicts.find(key);
  if (known == core.verdicts.end()) return;
  view.verdict = known->second.verdict;
  view.verdict_since = known->second.since;
}

ServiceView ViewOf(const Core& core, const Service& service, MonoTime now) {
  ServiceView view;
  view.key = service.key;
  view.facts = service.facts;
  view.status = service.learned ? service.delivered.status : SessionStatus::kInvalid;
  view.status_since = service.status_since;
  if (service.rule >= 0) view.rule = RuleOf(core, service).label;
  if (!service.required) {
    const bool off = core.policy->mode == EnforcementMode::kOff;
    view.reasons = {off                ? "The policy switches enforcement off; nothing is judged or started."
                    : service.rule < 0 ? "No rule of the policy names it; Holdfast leaves it alone."
                                       : "Its rule does not require it now."};
    view.next = {"nothing", {}, off ? "enforcement is off" : "it is not required"};
    return view;
  }
  AddVerdict(core, service.key, view);
  const Assessment assessment = Assess(core, service, now);
  std::string first = SetupHolds(core) ? "Setup Assistant is running; nothing is judged until it has ended."
                                       : Explain(core, service, assessment, now);
  view.reasons = Reasons(core, service, assessment, now);
  std::erase_if(view.reasons, [&](const std::string& more) { return absl::StrContains(first, more); });
  view.reasons.insert(view.reasons.begin(), std::move(first));
  view.next = Next(core, service, now);
  view.attempts_last_hour = service.attempts.Spent(now, absl::Hours(1));
  view.attempts_left_now = service.attempts.Left(now, core.policy->reconnect.budget);
  view.failures_in_row = service.failures.in_row;
  view.circuit_open = service.remedy.open_until && now < *service.remedy.open_until;
  if (const Override* o = ActiveOverride(core, service.facts.id, now)) view.override_until = o->until;
  return view;
}

ServiceView ViewOfRule(const Core& core, const ServiceRule& rule, const std::string& reason, NextStep next) {
  ServiceView view;
  view.key = rule.label;
  view.rule = rule.label;
  AddVerdict(core, rule.label, view);
  view.reasons = {reason};
  view.next = std::move(next);
  return view;
}

void AddRequired(const Core& core, MonoTime now, std::vector<ServiceView>& views) {
  for (size_t i = 0; i < core.policy->services.size(); ++i) {
    const ServiceRule& rule = core.policy->services[i];
    const auto is_listed = [&](const std::vector<int>& rules) {
      return std::find(rules.begin(), rules.end(), static_cast<int>(i)) != rules.end();
    };
    for (const auto& [id, service] : core.services) {
      if (service.required && service.rule == static_cast<int>(i))
        views.push_back(ViewOf(core, service, now));
    }
    if (is_listed(core.missing)) {
      views.push_back(
          ViewOfRule(core, rule, ExplainMissing(core, AssessMissing(core, now), now),
                     {"nothing until a matching configuration is installed", {}, "none matches"}));
    } else if (is_listed(core.observed)) {
      views.push_back(
          ViewOfRule(core, rule, ExplainObserved(core, rule), {"nothing", {}, "it is only observed"}));
    }
  }
}

void AddOthers(const Core& core, MonoTime now, std::vector<ServiceView>& views) {
  const auto first = static_cast<std::ptrdiff_t>(views.size());
  for (const auto& [id, service] : core.services) {
    if (!service.required && service.installed) views.push_back(ViewOf(core, service, now));
  }
  std::sort(views.begin() + first, views.end(), [](const ServiceView& a, const ServiceView& b) {
    return std::tie(a.facts.name, a.facts.id) < std::tie(b.facts.name, b.facts.id);
  });
}

}  // namespace

EngineView MakeView(const Core& core, const Stamp& now) {
  EngineView view;
  view.mode = core.policy->mode;
  view.policy_version = core.policy_change.version;
  view.policy_id = core.policy_change.id;
  view.policy_source = core.policy_change.source;
  view.policy_error = core.policy_error;
  view.path = core.path;
  view.network = core.network;
  view.portal = core.portal.facts.state;
  view.trusted_network = core.trust.proven;
  view.console_user = core.console;
  view.asleep = !Awake(core);
  AddRequired(core, now.mono, view.services);
  AddOthers(core, now.mono, view.services);
  view.proxies = core.installed.proxies;
  view.filters = core.installed.filters;
  if (core.system_known) view.system = core.system;
  view.checks = core.checks;
  view.incidents = core.incidents.All();
  return view;
}

}  // namespace holdfast::engine
