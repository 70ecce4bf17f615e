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
#include "server/service/frame_check.h"
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

// A server core over a file of its own, and the devices that it knows.
class Fleet {
 public:
  Fleet(const std::string& path, Clock& clock, RandomSource& random, Load load) : load_(load) {
    auto store = fleet::SqliteFleetStore::Open({.path = path});
    Require(store.ok(), std::string(store.status().message()));
    store_ = *std::move(store);
    auto core = server::ServerCore::Create({&clock, &random, store_.get(), &issuer_}, {});
    Require(core.ok(), std::string(core.status().message()));
    core_ = *std::move(core);
    AddDevices(clock, random);
  }

  // One message of each device, in random order, in batches.
  using Round = std::vector<std::vector<server::SyncCall>>;
  Round MakeRound() {
    std::vector<BenchDevice*> order;
    for (BenchDevice& d : devices_) order.push_back(&d);
    for (size_t i = order.size(); i > 1; --i) std::swap(order[i - 1], order[shuffle_.Below(i)]);
    Round batches;
    for (size_t i = 0; i < order.size(); ++i) {
      if (i % kDevicesPerBatch == 0) batches.emplace_back();
      batches.back().push_back(
          {server::Peer{order[i]->id, "", "bench"}, NextMessage(*order[i], kRowsPerDevice, load_)});
    }
    return batches;
  }
  void Take(Round round) {
    for (auto& batch : round) {
      for (const auto& answer : core_->SyncBatch(std::move(batch))) {
        Require(answer.ok(), answer.status().ToString());
      }
    }
  }

 private:
  void AddDevices(const Clock& clock, RandomSource& random) {
    auto transaction = fleet::Transaction::Begin(*store_);
    for (int i = 0; i < kDevices; ++i) {
      const Uuid id = Uuid::Random(random);
      devices_.push_back(NewBenchDevice(id, clock, random));
      fleet::DeviceRecord record;
      record.id = id;
      record.hardware.hostname = absl::StrCat("mac-", i);
      Require(store_->AddDevice(record).ok(), "adding a device");
    }
    Require(transaction->Commit().ok(), "adding devices");
  }

  const Load load_;
  NoIssuer issuer_;
  std::unique_ptr<fleet::FleetStore> store_;
  std::unique_ptr<server::ServerCore> core_;
  std::vector<BenchDevice> devices_;
  SplitMix64 shuffle_{7};
};

void AppendTo(BareLoop& bare, const Fleet::Round& round) {
  for (const auto& batch : round) {
    std::vector<const wire::SyncRequest*> messages;
    for (const server::SyncCall& call : batch) messages.push_back(&call.request);
    bare.Append(messages);
  }
}

void CheckChains(const Fleet::Round& round) {
  for (const auto& batch : round) {
    for (const server::SyncCall& call : batch) {
      Require(server::CheckFrameHashes(*call.request.frame).ok(), "a chain of the bench's own");
    }
  }
}

// Seconds of each round.
struct Measured {
  std::vector<double> ours, bare, ratios, cpu_ratios, chains, history_only;
};

Measured MeasureRounds(const std::string& folder) {
  SystemClock clock;
  SystemRandom random;
  Fleet fleet(folder + "/fleet.db", clock, random, Load::kLife);
  Fleet history_only(folder + "/history.db", clock, random, Load::kHistoryOnly);
  BareLoop bare(folder + "/bare.db");
  Measured measured;
  for (int round = 0; round < kRounds; ++round) {
    Fleet::Round life = fleet.MakeRound();
    Fleet::Round rest = history_only.MakeRound();
    const Times bare_time = Measure([&] { AppendTo(bare, life); });
    const double chains = Measure([&] { CheckChains(life); }).cpu;
    const Times our_time = Measure([&] { fleet.Take(std::move(life)); });
    const Times rest_time = Measure([&] { history_only.Take(std::move(rest)); });
    if (round == 0) continue;  // the files are new: not counted
    measured.ours.push_back(our_time.wall);
    measured.bare.push_back(bare_time.wall);
    measured.ratios.push_back(bare_time.wall / our_time.wall);
    measured.cpu_ratios.push_back(bare_time.cpu / our_time.cpu);
    measured.chains.push_back(chains / our_time.cpu);
    measured.history_only.push_back(rest_time.cpu / our_time.cpu);
  }
  return measured;
}

bool Compare(const std::string& folder) {
  const Measured measured = MeasureRounds(folder);
  const double ratio = Median(measured.ratios);
  const double rows = kDevices * kRowsPerDevice;
  printf(
      "ingest, durable, %d devices, 1000 rows a transaction: %8.0f rows/s; bare SQLite %8.0f rows/s; ratio "
      "%.2f (of CPU time %.2f; wanted %.2f: %s)\n",
      kDevices, rows / Median(measured.ours), rows / Median(measured.bare), ratio,
      Median(measured.cpu_ratios), kBar, ratio >= kBar ? "reached" : "MISSED");
  printf("  of its CPU time: checking the chains %.0f %%, state, incidents and timeline %.0f %%\n",
         100 * Median(measured.chains), 100 * (1 - Median(measured.history_only)));
  return ratio >= kBar;
}

}  // namespace

int main(int argc, char** argv) {
  const BenchFolder folder(argc, argv);
  return Compare(folder.path()) ? 0 : 1;
}
