// Who may have a report, of what, and its signature; report_maker.h makes it.
#include <algorithm>
#include <utility>

#include "absl/strings/str_cat.h"
#include "base/error.h"
#include "server/service/report_maker.h"
#include "server/service/state.h"

namespace holdfast::server {

absl::StatusOr<ReportJob> ServerCore::BeginReport(const Actor& actor,
                                                  const GetComplianceReportRequest& request) {
  HOLDFAST_RETURN_IF_ERROR(CheckAllowed(actor, AdminMethod::kGetComplianceReport));
  ReportJob job;
  job.report.made = state_->context.Now();
  job.report.device = request.device;
  if (request.device.empty()) {
    HOLDFAST_ASSIGN_OR_RETURN(job.report.group,
                              GroupToReport(actor, AdminMethod::kGetComplianceReport, request.group));
  }
  job.report.from = request.from;
  job.report.to = std::min(request.to, job.report.made);
  if (job.report.to <= job.report.from) {
    return absl::InvalidArgumentError(absl::StrCat("making the report: the window from ",
                                                   FormatUtc(request.from), " to ", FormatUtc(job.report.to),
                                                   " is empty"));
  }
  if (!request.device.empty()) {
    HOLDFAST_ASSIGN_OR_RETURN(const fleet::DeviceRecord record,
                              state_->FindNamed(actor, AdminMethod::kGetComplianceReport, request.device));
    job.device = record.id;
  }
  job.news = state_->directory.Unflushed();
  return job;
}

absl::StatusOr<GetComplianceReportResponse> ServerCore::SignReport(MadeReport made) {
  HOLDFAST_ASSIGN_OR_RETURN(KeySignature signature, state_->context.issuer.SignReport(AsBytes(made.digest)));
  return GetComplianceReportResponse{std::move(made.report), std::move(signature.signature),
                                     std::move(signature.key_id), made.inventory,
                                     std::move(made.never_enrolled)};
}

absl::StatusOr<GetComplianceReportResponse> ServerCore::GetComplianceReport(
    const Actor& actor, const GetComplianceReportRequest& request) {
  HOLDFAST_ASSIGN_OR_RETURN(ReportJob job, BeginReport(actor, request));
  HOLDFAST_ASSIGN_OR_RETURN(MadeReport made, MakeReport(state_->context.store, std::move(job)));
  return SignReport(std::move(made));
}

}  // namespace holdfast::server
