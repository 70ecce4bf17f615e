#include "core/flow/on_demand.h"

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "core/flow/destination.h"

namespace holdfast {
namespace {

struct Verdict {
  FlowPart part = FlowPart::kNot;
  std::string why;
};

Verdict Evaluated(const Flow& flow, const OnDemandRule& rule) {
  for (const DomainRule& domains : rule.domains) {
    if (!InAnyDomain(flow.host, domains.domains)) continue;
    const std::string listed = absl::StrJoin(domains.domains, ", ");
    if (!domains.connects) return {FlowPart::kNot, absl::StrCat("names in ", listed, " never start it")};
    return {FlowPart::kMayStart,
            absl::StrCat("names in ", listed, " start it when they cannot be resolved, or its probe fails")};
  }
  return {FlowPart::kNot, "its rule names other domains"};
}

Verdict Of(const Flow& flow, const OnDemandRule& rule) {
  if (rule.action == "connect") return {FlowPart::kWouldStart, "a rule says connect"};
  if (rule.action == "disconnect") return {FlowPart::kNot, "a rule says disconnect"};
  if (rule.action == "ignore") return {FlowPart::kNot, "a rule says ignore"};
  if (rule.action == "evaluate") return Evaluated(flow, rule);
  return {FlowPart::kMayStart, absl::StrCat("a rule's action is not known here (", rule.action, ")")};
}

}  // namespace

FlowStep OnDemandFor(const Flow& flow, const FlowService& service) {
  FlowStep step{FlowLayer::kOnDemand, FlowPart::kMayStart, service.facts.name,
                "it starts on demand, by rules that are not known here", "its configuration"};
  if (!service.rules) return step;
  // Rules with conditions may match or not; the first one without any ends the list.
  const Verdict none{FlowPart::kNot, "no rule matches"};
  Verdict last = none;
  std::vector<std::string> whys;
  bool one_starts = false, all_start = true;
  for (const OnDemandRule& rule : *service.rules) {
    last = Of(flow, rule);
    one_starts = one_starts || last.part != FlowPart::kNot;
    all_start = all_start && last.part == FlowPart::kWouldStart;
    if (rule.conditions.empty()) break;
    whys.push_back(absl::StrCat("where ", absl::StrJoin(rule.conditions, " and "), ": ", last.why));
    last = none;
  }
  step.part = last.part;
  step.why = last.why;
  if (whys.empty()) return step;
  whys.push_back(absl::StrCat("else: ", last.why));
  step.why = absl::StrJoin(whys, "; ");
  const bool sure = all_start && last.part == FlowPart::kWouldStart;
  step.part = sure ? FlowPart::kWouldStart : one_starts ? FlowPart::kMayStart : FlowPart::kNot;
  return step;
}

}  // namespace holdfast
