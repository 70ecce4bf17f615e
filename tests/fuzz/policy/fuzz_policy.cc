// Any bytes as a policy document and as a bundle: no crash, and what is accepted holds its promises.
#include <cstdint>
#include <cstdlib>
#include <set>

#include "core/policy/bundle.h"
#include "core/policy/explain.h"
#include "core/policy/parse.h"

namespace {

void Require(bool condition) {
  if (!condition) std::abort();
}

void CheckAccepted(const holdfast::ParsedPolicy& parsed) {
  const holdfast::Policy& policy = parsed.policy;
  Require(policy.version >= 1);
  Require(policy.reconnect.backoff.max >= policy.reconnect.backoff.initial);
  Require(policy.reconnect.backoff.multiplier >= 1 && policy.reconnect.backoff.jitter >= 0);
  Require(policy.reconnect.backoff.jitter <= 1 && !policy.ladder.empty());
  Require(policy.liveness.timeout <= policy.liveness.interval);
  Require(policy.rollout.percent >= 0 && policy.rollout.percent <= 100);
  for (size_t i = 0; i + 1 < policy.ladder.size(); ++i)
    Require(policy.ladder[i] != holdfast::LadderStep::kNotify);
  std::set<std::string> labels;
  for (const holdfast::ServiceRule& rule : policy.services) {
    Require(!rule.label.empty() && labels.insert(rule.label).second);
    Require(holdfast::IsValidUtf8(rule.label));
  }
  for (const holdfast::ExplainedKey& key : holdfast::ExplainPolicy(parsed)) {
    Require(!key.path.empty() && !key.value.empty());
  }
  for (const std::string& warning : parsed.warnings) Require(holdfast::IsValidUtf8(warning));
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  const absl::string_view bytes(reinterpret_cast<const char*>(data), size);
  absl::StatusOr<holdfast::ParsedPolicy> parsed = holdfast::ParsePolicy(bytes, "fuzz");
  if (parsed.ok()) {
    CheckAccepted(*parsed);
  } else {
    Require(!parsed.status().message().empty());
    Require(holdfast::IsValidUtf8(parsed.status().message()));
  }
  absl::StatusOr<holdfast::BundledPolicy> bundle = holdfast::DecodePolicyBundle(bytes);
  if (bundle.ok()) Require(holdfast::EncodePolicyBundle(*bundle) == bytes);
  return 0;
}
