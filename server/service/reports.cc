// The compliance report: every device in scope, every key, every nanosecond of the window.
#include <algorithm>
#include <numeric>
#include <utility>

#include "absl/strings/str_cat.h"
#include "base/error.h"
#include "server/service/accounts.h"
#include "server/service/report_bytes.h"
#include "server/service/state.h"

namespace holdfast::server {
namespace {

// What a report says of a device beside its accounts.
struct Beside {
  std::vector<fleet::CurrentVerdict> verdicts;
  std::vector<fleet::ChainRecord> chains;
};

// In the order of `devices`, which is that of their keys.
absl::StatusOr<std::vector<Beside>> ReadBeside(fleet::FleetStore& store,
                                               const std::vector<fleet::DeviceRecord>& devices, bool all) {
  std::vector<Beside> out(devices.size());
  if (!all) {
    for (size_t i = 0; i < devices.size(); ++i) {
      HOLDFAST_ASSIGN_OR_RETURN(out[i].verdicts, store.VerdictsOf(devices[i].key));
      HOLDFAST_ASSIGN_OR_RETURN(out[i].chains, store.ChainsOf(devices[i].key));
    }
    return out;
  }
  // Both come in the order of the keys.
  const auto seek = [&](size_t& at, fleet::DeviceKey key) {
    while (at < devices.size() && devices[at].key < key) ++at;
    return at < devices.size() && devices[at].key == key;
  };
  size_t at = 0;
  HOLDFAST_RETURN_IF_ERROR(store.EachVerdict([&](fleet::DeviceKey key, const fleet::CurrentVerdict& verdict) {
    if (seek(at, key)) out[at].verdicts.push_back(verdict);
  }));
  at = 0;
  HOLDFAST_RETURN_IF_ERROR(store.EachChain([&](const fleet::ChainRecord& chain) {
    if (seek(at, chain.device)) out[at].chains.push_back(chain);
  }));
  return out;
}

ServiceCompliance ServiceOf(const fleet::DeviceRecord& record, const Beside& beside,
                            compliance::KeyAccount& account) {
  ServiceCompliance service;
  service.device = record.id;
  service.hostname = record.hardware.hostname;
  service.key = std::move(account.key);
  for (const fleet::CurrentVerdict& v : beside.verdicts) {
    if (v.key != service.key) continue;
    service.rule = v.rule;
    service.service_name = v.service_name;
  }
  service.totals = account.totals;
  service.causes = std::move(account.causes);
  service.uncertainty_ns = account.uncertainty_ns;
  service.outages = account.outages;
  return service;
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
  return devices;
}

absl::Status ServerCore::State::FillReport(const std::vector<fleet::DeviceRecord>& devices, bool all,
                                           ComplianceReport& report) {
  Accounts accounts(context.store, {report.from, report.to});
  HOLDFAST_ASSIGN_OR_RETURN(auto of_devices, accounts.Of(devices, all));
  HOLDFAST_ASSIGN_OR_RETURN(const auto beside, ReadBeside(context.store, devices, all));
  std::vector<size_t> by_id(devices.size());
  std::iota(by_id.begin(), by_id.end(), size_t{0});
  std::sort(by_id.begin(), by_id.end(), [&](size_t a, size_t b) { return devices[a].id < devices[b].id; });
  report.services.reserve(devices.size());
  report.chain_heads.reserve(devices.size());
  for (const size_t i : by_id) {
    for (compliance::KeyAccount& account : of_devices[i].keys) {
      report.services.push_back(ServiceOf(devices[i], beside[i], account));
      compliance::Add(report.totals, report.services.back().totals);
    }
    for (const fleet::ChainRecord& chain : beside[i].chains) {
      report.chain_heads.push_back({devices[i].id, chain.epoch, chain.seq, chain.hash});
    }
  }
  return absl::OkStatus();
}

absl::StatusOr<GetComplianceReportResponse> ServerCore::GetComplianceReport(
    const Actor& actor, const GetComplianceReportRequest& request) {
  HOLDFAST_RETURN_IF_ERROR(CheckAllowed(actor, AdminMethod::kGetComplianceReport));
  GetComplianceReportResponse response;
  ComplianceReport& report = response.report;
  report.made = state_->context.Now();
  report.device = request.device;
  report.group = request.group;
  report.from = request.from;
  report.to = std::min(request.to, report.made);
  if (report.to <= report.from) {
    return absl::InvalidArgumentError(absl::StrCat("making the report: the window from ",
                                                   FormatUtc(request.from), " to ", FormatUtc(report.to),
                                                   " is empty"));
  }
  // Hundreds of thousands of questions see one state of the store, and lock its file once.
  HOLDFAST_ASSIGN_OR_RETURN(auto transaction, fleet::Transaction::Begin(state_->context.store));
  HOLDFAST_ASSIGN_OR_RETURN(const auto devices, state_->DevicesInScope(request));
  report.devices = static_cast<int>(devices.size());
  const bool all = request.device.empty() && request.group.empty();
  HOLDFAST_RETURN_IF_ERROR(state_->FillReport(devices, all, report));
  const Sha256Digest digest = Sha256(CanonicalReportBytes(report));
  HOLDFAST_ASSIGN_OR_RETURN(KeySignature signature, state_->context.issuer.SignReport(AsBytes(digest)));
  response.signature = std::move(signature.signature);
  response.key_id = std::move(signature.key_id);
  return response;
}

}  // namespace holdfast::server
