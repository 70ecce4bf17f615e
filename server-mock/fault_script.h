// What goes wrong, and when: rules from a YAML file, applied to the calls of each method in order. Pure: the
// same script and the same calls give the same faults. docs/server-mock.md describes the file.
#pragma once

#include <array>
#include <optional>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "absl/time/time.h"
#include "base/random.h"

namespace holdfast::mock {

enum class Method : uint8_t { kEnroll, kSync, kWatch, kRenew };
inline constexpr int kMethodCount = 4;

enum class FaultKind : uint8_t {
  kDelay,                 // answer `by` later
  kDropAnswer,            // do it, but do not answer: fails after `by`, when nobody waits any more
  kDuplicate,             // do it twice, as after a repeated request; the second answer is given
  kRefuse,                // do nothing and answer `refusal`
  kCutStream,             // end a Watch stream `by` after it began
  kWrongPolicySignature,  // the answer's policy bundle is not as it was signed
  kClockSkew,             // the answer's server time is off by `by`
};

struct Rule {
  std::optional<Method> method;  // nothing: every method
  // When it strikes; exactly one is set. Calls are counted per method, from 1.
  int nth = 0;
  int every = 0;
  double probability = 0;
  FaultKind fault = FaultKind::kDelay;
  absl::Duration by;
  absl::Status refusal;
};

// All that befalls one call.
struct Plan {
  absl::Duration delay;
  std::optional<absl::Duration> drop_answer;
  bool duplicate = false;
  std::optional<absl::Status> refusal;
  std::optional<absl::Duration> cut_stream;
  bool wrong_policy_signature = false;
  absl::Duration clock_skew;
};

class FaultScript {
 public:
  FaultScript() = default;  // no faults
  FaultScript(std::vector<Rule> rules, uint64_t seed) : rules_(std::move(rules)), random_{seed} {}
  // INVALID_ARGUMENT names the line and what is wrong there.
  static absl::StatusOr<FaultScript> FromYaml(absl::string_view text);

  // The next call of this method.
  Plan Next(Method method);

 private:
  bool Strikes(const Rule& rule, int count);

  std::vector<Rule> rules_;
  SplitMix64 random_;
  std::array<int, kMethodCount> counts_{};
};

}  // namespace holdfast::mock
