#include "agent/ctl/profile_lint.h"

#include "absl/strings/str_cat.h"
#include "base/error.h"
#include "base/file.h"
#include "base/text/table.h"
#include "core/policy/document.h"
#include "profiles/docs/all_rules.h"
#include "profiles/files/read_trees.h"
#include "profiles/lint/lint.h"
#include "profiles/lint/output/output.h"

namespace holdfast::ctl {
namespace {

using text::Style;

absl::StatusOr<lint::Report> Lint(const ProfileLintOptions& given) {
  lint::Options options;
  options.manual = given.manual;
  options.now = given.now;
  if (!given.target.empty()) {
    HOLDFAST_ASSIGN_OR_RETURN(options.target, lint::ParseMacOsVersion(given.target));
  }
  lint::AllowList allowed;
  if (!given.allowed.empty()) {
    HOLDFAST_ASSIGN_OR_RETURN(const std::string bytes, ReadFile(given.allowed, kMaxDocumentBytes));
    HOLDFAST_ASSIGN_OR_RETURN(allowed, lint::ParseAllowList(bytes, given.allowed));
  }
  HOLDFAST_ASSIGN_OR_RETURN(const std::vector<profiles::Profile> files, profiles::ReadTrees(given.paths));
  return lint::Check(files, options, given.fleet, allowed);
}

std::string Render(const lint::Report& report, const ProfileLintOptions& options, bool json, const Io& io) {
  if (options.sarif) return lint::RenderSarif(report, lint::RuleGroups(), HOLDFAST_VERSION);
  return json ? lint::RenderJson(report) : lint::RenderText(report, options.verbose, io.terminal);
}

Style StyleOf(lint::Severity severity) {
  return severity == lint::Severity::kError     ? Style::kRed
         : severity == lint::Severity::kWarning ? Style::kYellow
                                                : Style::kDim;
}

void ShowAll(const Io& io) {
  text::Table table({{"Rule"}, {"Severity"}, {"What", text::Align::kLeft, true, 20, 0, true}});
  for (const lint::RuleGroup* group : lint::AllRuleGroups()) {
    for (const lint::Rule* rule : group->rules) {
      table.AddRow({std::string(rule->id),
                    {std::string(SeverityName(rule->severity)), StyleOf(rule->severity)},
                    std::string(rule->title)});
    }
  }
  io.out << table.Render(io.terminal);
}

}  // namespace

Failure LintProfiles(const ProfileLintOptions& options, bool json, const Io& io) {
  const absl::StatusOr<lint::Report> report = Lint(options);
  if (!report.ok()) return {ExitCode::kUsage, Annotate(report.status(), "profile lint")};
  io.out << Render(*report, options, json, io);
  const size_t errors = report->Count(lint::Severity::kError);
  const size_t warnings = report->Count(lint::Severity::kWarning);
  const bool failed = errors > 0 || (options.strict && warnings > 0);
  return failed ? Failure{ExitCode::kFailed, absl::OkStatus()} : Failure();
}

Failure ShowLintRules(const std::string& id, const Io& io) {
  if (id.empty()) {
    ShowAll(io);
    return {};
  }
  const lint::Rule* rule = lint::FindAnyRule(id);
  if (rule == nullptr) {
    return {ExitCode::kUsage, absl::NotFoundError(absl::StrCat("there is no rule '", id,
                                                               "'; 'holdfastctl profile rules' lists them"))};
  }
  io.out << rule->id << ": "
         << text::Styled(SeverityName(rule->severity), StyleOf(rule->severity), io.terminal) << ": "
         << rule->title << "\n  why:    " << rule->why << "\n  fix:    " << rule->fix
         << "\n  source: " << rule->reference << "\n";
  return {};
}

}  // namespace holdfast::ctl
