#include "server-mock/fault_script.h"

namespace holdfast::mock {
namespace {

void Apply(const Rule& rule, Plan* plan) {
  switch (rule.fault) {
    case FaultKind::kDelay:
      plan->delay += rule.by;
      break;
    case FaultKind::kDropAnswer:
      plan->drop_answer = rule.by;
      break;
    case FaultKind::kDuplicate:
      plan->duplicate = true;
      break;
    case FaultKind::kRefuse:
      plan->refusal = rule.refusal;
      break;
    case FaultKind::kCutStream:
      plan->cut_stream = rule.by;
      break;
    case FaultKind::kWrongPolicySignature:
      plan->wrong_policy_signature = true;
      break;
    case FaultKind::kClockSkew:
      plan->clock_skew += rule.by;
      break;
  }
}

}  // namespace

bool FaultScript::Strikes(const Rule& rule, int count) {
  if (rule.nth > 0) return count == rule.nth;
  if (rule.every > 0) return count % rule.every == 0;
  return random_.Uniform() < rule.probability;
}

Plan FaultScript::Next(Method method) {
  Plan plan;
  const int count = ++counts_[static_cast<size_t>(method)];
  for (const Rule& rule : rules_) {
    if (rule.method && *rule.method != method) continue;
    if (Strikes(rule, count)) Apply(rule, &plan);
  }
  return plan;
}

}  // namespace holdfast::mock
