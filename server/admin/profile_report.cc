#include "server/admin/profile_report.h"

#include <utility>

namespace holdfast::admin {
namespace {

// A word of a newer server's is grave until it is understood.
lint::Severity SeverityOf(absl::string_view name) {
  for (const lint::Severity severity : {lint::Severity::kInfo, lint::Severity::kWarning}) {
    if (lint::SeverityName(severity) == name) return severity;
  }
  return lint::Severity::kError;
}

lint::Place PlaceOf(const v1::ProfilePlace& place) {
  return {place.file(), place.line(), place.key()};
}

lint::Finding FindingOf(const v1::ProfileFinding& finding, const lint::Rule& rule) {
  lint::Finding out;
  out.rule = &rule;
  out.severity = rule.severity;
  out.place = PlaceOf(finding.place());
  out.profile = finding.profile();
  out.payload_type = finding.payload_type();
  out.subject = finding.subject();
  out.what = finding.what();
  out.fix = finding.fix();
  for (const v1::ProfilePlace& place : finding.related()) out.related.push_back(PlaceOf(place));
  out.allowed_because = finding.allowed_because();
  return out;
}

}  // namespace

lint::Report ReportOf(const google::protobuf::RepeatedPtrField<v1::ProfileFinding>& findings, int files,
                      std::deque<lint::Rule>& rules) {
  lint::Report report;
  report.files = static_cast<size_t>(files);
  for (const v1::ProfileFinding& finding : findings) {
    const lint::Rule& rule = rules.emplace_back(lint::Rule{.id = finding.rule(),
                                                           .severity = SeverityOf(finding.severity()),
                                                           .why = finding.why(),
                                                           .fix = finding.fix(),
                                                           .reference = finding.reference()});
    report.findings.push_back(FindingOf(finding, rule));
  }
  return report;
}

}  // namespace holdfast::admin
