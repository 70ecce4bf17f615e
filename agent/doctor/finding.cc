#include "agent/doctor/finding.h"

#include <array>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_replace.h"
#include "absl/strings/str_split.h"

namespace holdfast::doctor {
namespace {

constexpr std::array kStates = {State::kOk, State::kDegraded, State::kFailed, State::kSkipped};

std::string Plain(absl::string_view text) {
  return absl::StrReplaceAll(text, {{"\t", " "}, {"\n", " "}, {"\r", " "}});
}

}  // namespace

absl::string_view StateName(State state) {
  switch (state) {
    case State::kOk:
      return "ok";
    case State::kDegraded:
      return "degraded";
    case State::kFailed:
      return "failed";
    case State::kSkipped:
      return "skipped";
  }
  return "";
}

std::string ToLine(const Finding& finding) {
  return absl::StrCat(StateName(finding.state), "\t", Plain(finding.group), "\t", Plain(finding.name), "\t",
                      Plain(finding.detail), "\t", Plain(finding.remedy), "\n");
}

absl::StatusOr<Finding> FromLine(absl::string_view line) {
  const std::vector<std::string> parts = absl::StrSplit(line, '\t');
  if (parts.size() == 5) {
    for (const State state : kStates) {
      if (StateName(state) == parts[0]) return Finding{parts[1], parts[2], state, parts[3], parts[4]};
    }
  }
  return absl::InvalidArgumentError(absl::StrCat("not a finding: '", line, "'"));
}

}  // namespace holdfast::doctor
