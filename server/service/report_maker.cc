#include "server/service/report_maker.h"

#include <algorithm>
#include <numeric>
#include <utility>

#include "base/error.h"
#include "server/service/accounts.h"
#include "server/service/report_bytes.h"

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

// By key. The news are, too.
absl::StatusOr<std::vector<fleet::DeviceRecord>> DevicesInScope(fleet::FleetStore& store,
                                                                const ReportJob& job) {
  std::vector<fleet::DeviceRecord> devices;
  if (job.device) {
    HOLDFAST_ASSIGN_OR_RETURN(auto record, store.FindDevice(*job.device));
    if (record) devices.push_back(*std::move(record));
  } else {
    HOLDFAST_RETURN_IF_ERROR(store.EachDevice(
        job.report.group, [&](const fleet::DeviceRecord& record) { devices.push_back(record); }));
  }
  auto news = job.news.begin();
  for (fleet::DeviceRecord& record : devices) {
    while (news != job.news.end() && news->device < record.key) ++news;
    if (news != job.news.end() && news->device == record.key) record.last_seen = news->last_seen;
  }
  return devices;
}

void FillServices(const std::vector<fleet::DeviceRecord>& devices, const std::vector<Beside>& beside,
                  std::vector<Accounts::OfDevice>& accounts, ComplianceReport& report) {
  std::vector<size_t> by_id(devices.size());
  std::iota(by_id.begin(), by_id.end(), size_t{0});
  std::sort(by_id.begin(), by_id.end(), [&](size_t a, size_t b) { return devices[a].id < devices[b].id; });
  report.services.reserve(devices.size());
  report.chain_heads.reserve(devices.size());
  for (const size_t i : by_id) {
    for (compliance::KeyAccount& account : accounts[i].keys) {
      report.services.push_back(ServiceOf(devices[i], beside[i], account));
      compliance::Add(report.totals, report.services.back().totals);
    }
    for (const fleet::ChainRecord& chain : beside[i].chains) {
      report.chain_heads.push_back({devices[i].id, chain.epoch, chain.seq, chain.hash});
    }
  }
}

absl::Status AddInventory(fleet::FleetStore& store, MadeReport& made) {
  fleet::InventoryQuery query;
  if (!made.report.group.empty()) query.groups = {made.report.group};
  HOLDFAST_ASSIGN_OR_RETURN(made.inventory, store.CountInventory(query));
  query.never_enrolled = true;
  return store.EachInventory(
      query, [&](const fleet::InventoryEntry& entry) { made.never_enrolled.push_back(entry.serial_number); });
}

}  // namespace

absl::StatusOr<MadeReport> MakeReport(fleet::FleetStore& store, ReportJob job) {
  // Hundreds of thousands of questions see one state of the store, and lock its file once.
  HOLDFAST_ASSIGN_OR_RETURN(auto transaction, fleet::Transaction::Begin(store));
  HOLDFAST_ASSIGN_OR_RETURN(const auto devices, DevicesInScope(store, job));
  MadeReport made{.report = std::move(job.report)};
  ComplianceReport& report = made.report;
  report.devices = static_cast<int>(devices.size());
  const bool all = report.device.empty() && report.group.empty();
  Accounts accounts(store, {report.from, report.to});
  HOLDFAST_ASSIGN_OR_RETURN(auto of_devices, accounts.Of(devices, all));
  HOLDFAST_ASSIGN_OR_RETURN(const auto beside, ReadBeside(store, devices, all));
  FillServices(devices, beside, of_devices, report);
  for (const auto& [day, totals] : accounts.days()) {
    report.days.push_back({std::max(compliance::StartOf(day), report.from), totals});
  }
  made.digest = Sha256(CanonicalReportBytes(report));
  if (!job.device) HOLDFAST_RETURN_IF_ERROR(AddInventory(store, made));
  return made;
}

}  // namespace holdfast::server
