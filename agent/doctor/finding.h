// One thing that doctor looked at.
#pragma once

#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"

namespace holdfast::doctor {

enum class State {
  kOk,
  kDegraded,  // the agent works with less
  kFailed,    // the agent cannot do what it is for
  kSkipped,   // not here, or not asked
};
absl::string_view StateName(State state);  // "ok"

struct Finding {
  std::string group;  // "session interface"
  std::string name;   // "ne_session_stop"
  State state = State::kOk;
  std::string detail;  // what was seen
  std::string remedy;  // what it means and what to do; empty when nothing
  friend bool operator==(const Finding&, const Finding&) = default;
};

// As lines that another process of ours reads: what is found in a child must survive the child's death.
std::string ToLine(const Finding& finding);
absl::StatusOr<Finding> FromLine(absl::string_view line);

}  // namespace holdfast::doctor
