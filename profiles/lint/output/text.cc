#include <algorithm>

#include "absl/strings/str_cat.h"
#include "base/text/width.h"
#include "profiles/lint/output/output.h"

namespace holdfast::lint {
namespace {

using text::Printable;
using text::Style;

Style StyleOf(Severity severity) {
  return severity == Severity::kError     ? Style::kRed
         : severity == Severity::kWarning ? Style::kYellow
                                          : Style::kDim;
}

std::string PlaceText(const Place& place) {
  std::string text = Printable(place.file);
  if (place.line != 0) absl::StrAppend(&text, ":", place.line);
  return text;
}

std::string Counted(size_t count, absl::string_view word) {
  return absl::StrCat(count, " ", word, count == 1 ? "" : "s");
}

}  // namespace

// What of the file it is about; the file itself is named already.
std::string About(const Finding& finding) {
  return finding.payload_type.empty() ? "" : absl::StrCat(Printable(finding.subject), ": ");
}

// "corp.mobileconfig:34: error: VPN payload 'Corp': its Order is a <string> [proxy-order-mistyped]"
void AppendFinding(const Finding& finding, bool verbose, const text::Terminal& terminal, std::string& out) {
  absl::StrAppend(&out, PlaceText(finding.place), ": ",
                  text::Styled(SeverityName(finding.severity), StyleOf(finding.severity), terminal), ": ",
                  About(finding), Printable(finding.what), " [", finding.rule->id, "]\n");
  if (!finding.allowed_because.empty()) {
    absl::StrAppend(&out, "    allowed: ", Printable(finding.allowed_because), "\n");
    return;
  }
  if (!finding.place.key_path.empty())
    absl::StrAppend(&out, "    at:  ", Printable(finding.place.key_path), "\n");
  for (const Place& other : finding.related) {
    absl::StrAppend(&out, "    see: ", PlaceText(other), " ", Printable(other.key_path), "\n");
  }
  if (verbose) absl::StrAppend(&out, "    why: ", finding.rule->why, "\n");
  absl::StrAppend(&out, "    fix: ", Printable(finding.fix), "\n");
  if (verbose) absl::StrAppend(&out, "    source: ", finding.rule->reference, "\n");
}

std::string CountsText(const Report& report) {
  std::string out = absl::StrCat(Counted(report.Count(Severity::kError), "error"), ", ",
                                 Counted(report.Count(Severity::kWarning), "warning"), ", ",
                                 report.Count(Severity::kInfo), " for information");
  if (const size_t silenced = report.silenced()) absl::StrAppend(&out, ", ", silenced, " allowed");
  return out;
}

std::string RenderText(const Report& report, bool verbose, const text::Terminal& terminal) {
  std::string out;
  for (const Finding& finding : report.findings) {
    if (finding.allowed_because.empty() || verbose) AppendFinding(finding, verbose, terminal, out);
  }
  absl::StrAppend(&out, Counted(report.files, "profile"), ": ", CountsText(report), "\n");
  return out;
}

}  // namespace holdfast::lint
