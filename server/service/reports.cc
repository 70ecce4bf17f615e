// The compliance report: every device in scope, every key, every nanosecond of the window.
#include <algorithm>
#include <utility>

#include "absl/strings/str_cat.h"
#include "base/error.h"
#include "core/compliance/account.h"
#include "server/service/report_bytes.h"
#include "server/service/state.h"

namespace holdfast::server {
namespace {

// Once revoked, nothing is required of a device any more.
void EndAtRevocation(const fleet::DeviceRecord& record, compliance::Timeline& timeline) {
  if (!record.revoked) return;
  for (const std::string& key : compliance::KeysOf(timeline)) {
    timeline.points.push_back({.kind = compliance::PointKind::kVerdict,
                               .at = *record.revoked,
                               .key = key,
                               .time_class = TimeClass::kNotRequired});
  }
}

}  // namespace

absl::StatusOr<std::vector<fleet::DeviceRecord>> ServerCore::State::DevicesInScope(
    const GetComplianceReportRequest& request) {
  std::vector<fleet::DeviceRecord> devices;
  if (!request.device.empty()) {
    HOLDFAST_ASSIGN_OR_RETURN(fleet::DeviceRecord record, FindNamed(request.device));
    devices.push_back(std::move(record));
    return devices;
  }
  HOLDFAST_RETURN_IF_ERROR(context.store.EachDevice(
      request.group, [&](const fleet::DeviceRecord& record) { devices.push_back(record); }));
  for (fleet::DeviceRecord& record : devices) directory.Refresh(record);
  std::sort(devices.begin(), devices.end(), [](const auto& a, const auto& b) { return a.id < b.id; });
  return devices;
}

absl::Status ServerCore::State::AddToReport(const fleet::DeviceRecord& record, ComplianceReport& report) {
  const compliance::Window window{report.from, report.to};
  compliance::Timeline timeline;
  HOLDFAST_ASSIGN_OR_RETURN(timeline.points, context.store.PointsFor(record.key, window.from, window.to));
  timeline.last_contact = record.last_seen;
  EndAtRevocation(record, timeline);
  HOLDFAST_ASSIGN_OR_RETURN(const auto verdicts, context.store.VerdictsOf(record.key));
  for (compliance::KeyAccount& account : compliance::AccountOf(std::move(timeline), window)) {
    ServiceCompliance service;
    service.device = record.id;
    service.hostname = record.hardware.hostname;
    service.key = std::move(account.key);
    for (const fleet::CurrentVerdict& v : verdicts) {
      if (v.key != service.key) continue;
      service.rule = v.rule;
      service.service_name = v.service_name;
    }
    service.totals = account.totals;
    service.causes = std::move(account.causes);
    service.uncertainty_ns = account.uncertainty_ns;
    compliance::Add(report.totals, service.totals);
    report.services.push_back(std::move(service));
  }
  HOLDFAST_ASSIGN_OR_RETURN(const auto chains, context.store.ChainsOf(record.key));
  for (const fleet::ChainRecord& chain : chains) {
    report.chain_heads.push_back({record.id, chain.epoch, chain.seq, chain.hash});
  }
  return absl::OkStatus();
}

absl::StatusOr<GetComplianceReportResponse> ServerCore::GetComplianceReport(
    const Actor& actor, const GetComplianceReportRequest& request) {
  HOLDFAST_RETURN_IF_ERROR(CheckAllowed(actor, AdminMethod::kGetComplianceReport));
  GetComplianceReportResponse response;
  ComplianceReport& report = response.report;
  report.made = state_->context.Now();
  report.from = request.from;
  report.to = std::min(request.to, report.made);
  if (report.to <= report.from) {
    return absl::InvalidArgumentError(absl::StrCat("making the report: the window from ",
                                                   FormatUtc(request.from), " to ", FormatUtc(report.to),
                                                   " is empty"));
  }
  HOLDFAST_ASSIGN_OR_RETURN(const auto devices, state_->DevicesInScope(request));
  report.devices = static_cast<int>(devices.size());
  for (const fleet::DeviceRecord& record : devices) {
    HOLDFAST_RETURN_IF_ERROR(state_->AddToReport(record, report));
  }
  const Sha256Digest digest = Sha256(CanonicalReportBytes(report));
  HOLDFAST_ASSIGN_OR_RETURN(KeySignature signature, state_->context.issuer.SignReport(AsBytes(digest)));
  response.signature = std::move(signature.signature);
  response.key_id = std::move(signature.key_id);
  return response;
}

}  // namespace holdfast::server
