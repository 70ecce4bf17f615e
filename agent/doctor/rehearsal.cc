#include "agent/doctor/rehearsal.h"

#include <optional>
#include <utility>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_replace.h"
#include "absl/strings/str_split.h"

namespace holdfast::doctor {
namespace {

// Two lines: the build, and what went wrong on it (empty: nothing).
constexpr char kFile[] = "rehearsal";

absl::Status Answer(const std::string& build, absl::string_view wrong) {
  if (wrong.empty()) return absl::OkStatus();
  return absl::FailedPreconditionError(
      absl::StrCat("rehearsing the calls in a child process on build ", build, ": ", wrong));
}

std::optional<std::string> Kept(const platform::StateFiles& files, const std::string& build) {
  const auto kept = files.Read(kFile);
  if (!kept.ok() || !kept->has_value()) return std::nullopt;
  const std::vector<std::string> lines = absl::StrSplit(**kept, absl::MaxSplits('\n', 2));
  if (lines.size() < 3 || lines[0] != build) return std::nullopt;
  return lines[1];
}

}  // namespace

absl::Status Rehearse(platform::StateFiles& files, const std::string& build, const RunRehearsal& run) {
  if (const auto kept = Kept(files, build)) return Answer(build, *kept);
  const ChildReport report = run();
  if (report.end == ChildEnd::kNotStarted || report.end == ChildEnd::kFailed) return absl::OkStatus();
  const bool well = report.end == ChildEnd::kWell || report.findings.empty();
  const std::string wrong = well ? "" : absl::StrReplaceAll(report.findings.back().detail, {{"\n", " "}});
  files.Write(kFile, absl::StrCat(build, "\n", wrong, "\n")).IgnoreError();
  return Answer(build, wrong);
}

}  // namespace holdfast::doctor
