// Durable ingest without the network: ServerCore (chain verified, time estimated, rows, verdicts, incidents
// and timeline in one transaction) beside a bare SQLite loop that inserts the same columns under the same
// unique index with the same PRAGMAs, 1000 rows a transaction, round by round in turn in one run. The bar
// over gRPC and mTLS is 50 % of the bare loop (ingest_grpc_bench), so what the core leaves must be well above
// it: exits 1 below 60 %.
//   ingest_store_bench [FOLDER]     FOLDER decides which disk (default: a new folder in $TMPDIR or /tmp)
#include <cstdio>
#include <memory>
#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "server/service/server_core.h"
#include "storage/fleet/sqlite/sqlite_store.h"
#include "tests/bench/ingest_load.h"

namespace {

using namespace holdfast;         // NOLINT: a program of its own
using namespace holdfast::bench;  // NOLINT

constexpr int kDevices = 2000;
constexpr int kRowsPerDevice = 50;  // in one message
constexpr int kDevicesPerBatch = 20;
constexpr int kRounds = 7;
constexpr double kBar = 0.60;

// Certificates are no part of this measurement.
class NoIssuer final : public server::CertificateIssuer {
 public:
  absl::StatusOr<server::IssuedCertificate> Issue(absl::string_view, const Uuid&, ServerTime,
                                                  absl::Duration) override {
    return absl::UnimplementedError("no certificates here");
  }
  std::vector<std::string> CaCertificatesPem() const override { return {std::string(700, 'x')}; }
  std::string CaSpkiSha256Hex() const override { return std::string(64, '0'); }
  std::vector<std::string> PolicyPublicKeys() const override { return {std::string(32, 'x')}; }
  absl::StatusOr<server::KeySignature> SignPolicy(absl::string_view) override {
    return server::KeySignature{};
  }
  std::string ReportPublicKey() const override { return {}; }
  absl::StatusOr<server::KeySignature> SignReport(absl::string_view) override {
    return server::KeySignature{};
  }
};

// One message of each device, in random order, in batches.
std::vector<std::vector<server::SyncCall>> MakeRound(std::vector<BenchDevice>& devices, SplitMix64& random) {
  std::vector<BenchDevice*> order;
  for (BenchDevice& d : devices) order.push_back(&d);
  for (size_t i = order.size(); i > 1; --i) std::swap(order[i - 1], order[random.Below(i)]);
  std::vector<std::vector<server::SyncCall>> batches;
  for (size_t i = 0; i < order.size(); ++i) {
    if (i % kDevicesPerBatch == 0) batches.emplace_back();
    batches.back().push_back(
        {server::Peer{order[i]->id, "", "bench"}, NextMessage(*order[i], kRowsPerDevice)});
  }
  return batches;
}

std::vector<BenchDevice> MakeDevices(fleet::FleetStore& store, const Clock& clock, RandomSource& random) {
  std::vector<BenchDevice> devices;
  auto transaction = fleet::Transaction::Begin(store);
  for (int i = 0; i < kDevices; ++i) {
    const Uuid id = Uuid::Random(random);
    devices.push_back(NewBenchDevice(id, clock, random));
    fleet::DeviceRecord record;
    record.id = id;
    record.hardware.hostname = absl::StrCat("mac-", i);
    Require(store.AddDevice(record).ok(), "adding a device");
  }
  Require(transaction->Commit().ok(), "adding devices");
  return devices;
}

bool Compare(const std::string& folder) {
  SystemClock clock;
  SystemRandom random;
  NoIssuer issuer;
  auto store = fleet::SqliteFleetStore::Open({.path = folder + "/fleet.db"});
  Require(store.ok(), std::string(store.status().message()));
  auto core = server::ServerCore::Create({&clock, &random, store->get(), &issuer}, {});
  Require(core.ok(), std::string(core.status().message()));
  BareLoop bare(folder + "/bare.db");
  std::vector<BenchDevice> devices = MakeDevices(**store, clock, random);
  SplitMix64 shuffle{7};
  std::vector<double> our_rates, bare_rates, ratios, cpu_ratios;
  for (int round = 0; round < kRounds; ++round) {
    auto batches = MakeRound(devices, shuffle);
    const Times bare_time = Measure([&] {
      for (const auto& batch : batches) {
        std::vector<const wire::SyncRequest*> messages;
        for (const server::SyncCall& call : batch) messages.push_back(&call.request);
        bare.Append(messages);
      }
    });
    const Times our_time = Measure([&] {
      for (auto& batch : batches) {
        for (const auto& answer : (*core)->SyncBatch(std::move(batch))) Require(answer.ok(), answer.status().ToString());
      }
    });
    if (round == 0) continue;  // both files are new: not counted
    const double rows = kDevices * kRowsPerDevice;
    our_rates.push_back(rows / our_time.wall);
    bare_rates.push_back(rows / bare_time.wall);
    ratios.push_back(bare_time.wall / our_time.wall);
    cpu_ratios.push_back(bare_time.cpu / our_time.cpu);
  }
  const double ratio = Median(ratios);
  printf(
      "ingest, durable, %d devices, 1000 rows a transaction: %8.0f rows/s; bare SQLite %8.0f rows/s; ratio "
      "%.2f (of CPU time %.2f; wanted %.2f: %s)\n",
      kDevices, Median(our_rates), Median(bare_rates), ratio, Median(cpu_ratios), kBar,
      ratio >= kBar ? "reached" : "MISSED");
  return ratio >= kBar;
}

}  // namespace

int main(int argc, char** argv) {
  const BenchFolder folder(argc, argv);
  return Compare(folder.path()) ? 0 : 1;
}
