#include "agent/doctor/child.h"

#include <string.h>
#include <sys/wait.h>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"
#include "agent/platform/posix/run_program.h"

namespace holdfast::doctor {
namespace {

std::vector<Finding> Findings(const std::string& text) {
  std::vector<Finding> findings;
  for (const absl::string_view line : absl::StrSplit(text, '\n', absl::SkipEmpty())) {
    if (auto finding = FromLine(line); finding.ok()) findings.push_back(*std::move(finding));
  }
  return findings;
}

ChildEnd EndOf(const platform::ProgramEnd& end) {
  if (!end.in_time) return ChildEnd::kTookTooLong;
  if (WIFSIGNALED(end.status)) return ChildEnd::kCrashed;
  return end.ok() ? ChildEnd::kWell : ChildEnd::kFailed;
}

Finding HowItEnded(const platform::ProgramEnd& end, absl::Duration limit, const std::string& last) {
  Finding finding{"", "probe", State::kFailed, "", ""};
  switch (EndOf(end)) {
    case ChildEnd::kTookTooLong:
      finding.detail = absl::StrCat("it took longer than ", absl::FormatDuration(limit), last);
      finding.remedy = "The call after that one does not come back: attach this report to an issue.";
      break;
    case ChildEnd::kCrashed:
      finding.detail = absl::StrCat("it crashed: ", strsignal(WTERMSIG(end.status)), last);
      finding.remedy =
          "The call after that one is not what it was on this OS build: attach this report to an issue.";
      break;
    default:
      finding.detail = absl::StrCat("it ended with status ", WEXITSTATUS(end.status), last);
      finding.remedy = "See its error above.";
  }
  return finding;
}

}  // namespace

ChildReport RunChild(const std::vector<std::string>& arguments, absl::Duration limit,
                     const std::string& group) {
  const auto end = platform::RunProgram(arguments, limit);
  if (!end.ok()) {
    return {{{group, "probe", State::kFailed, std::string(end.status().message()), "Is it executable?"}},
            ChildEnd::kNotStarted};
  }
  ChildReport report{Findings(end->out), EndOf(*end)};
  if (report.end == ChildEnd::kWell) return report;
  const std::string last = report.findings.empty() ? ""
                                                   : absl::StrCat("; the last that it said was about ",
                                                                  report.findings.back().name);
  report.findings.push_back(HowItEnded(*end, limit, last));
  report.findings.back().group = group;
  return report;
}

}  // namespace holdfast::doctor
