// Durable ingest without the network: ServerCore (chain verified, time estimated, rows, verdicts, incidents
// and timeline in one transaction) beside a bare SQLite loop that inserts the same columns under the same
// unique index with the same PRAGMAs, 1000 rows a transaction, round by round in turn in one run. The bar
// over gRPC and mTLS is 50 % of the bare loop, so what the core leaves must be well above it: exits 1 below
// 60 %.
//   ingest_store_bench [FOLDER]     FOLDER decides which disk (default: a new folder in $TMPDIR or /tmp)
#include <sqlite3.h>
#include <stdlib.h>

#include <algorithm>
#include <chrono>
#include <cstdio>
#include <ctime>
#include <filesystem>
#include <memory>
#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "proto/wire/event_codec.h"
#include "server/service/server_core.h"
#include "storage/fleet/sqlite/sqlite_store.h"

namespace {

using namespace holdfast;  // NOLINT: a program of its own

constexpr int kDevices = 2000;
constexpr int kRowsPerDevice = 50;  // in one message
constexpr int kDevicesPerBatch = 20;
constexpr int kRounds = 7;
constexpr double kBar = 0.50;

void Require(bool ok, const std::string& what) {
  if (ok) return;
  fprintf(stderr, "ingest_store_bench: %s\n", what.c_str());
  exit(2);
}

struct Times {
  double wall = 0, cpu = 0;  // seconds
};

Times Measure(const auto& work) {
  const auto begin = std::chrono::steady_clock::now();
  const std::clock_t cpu = std::clock();
  work();
  return {std::chrono::duration<double>(std::chrono::steady_clock::now() - begin).count(),
          static_cast<double>(std::clock() - cpu) / CLOCKS_PER_SEC};
}

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

// A day in the life of a device, in the proportions in which rows occur: mostly sessions and probes, a change
// of verdict every tenth row, an incident every 250th.
Event EventNumber(int i, const Uuid& service) {
  const std::string detail(60, static_cast<char>('a' + i % 26));
  if (i % 250 == 10) return IncidentOpened{.name = "stuck_connecting", .severity = "warning", .key = "corp"};
  if (i % 250 == 40) return IncidentClosed{.name = "stuck_connecting", .key = "corp", .reason = "connected"};
  if (i % 10 == 5) {
    return Verdict{.key = "corp",
                   .rule = "Corp VPN",
                   .service = service,
                   .service_name = "Corp",
                   .time_class = i % 20 == 5 ? TimeClass::kViolation : TimeClass::kProtected,
                   .cause = "stuck",
                   .detail = detail};
  }
  if (i % 3 == 0)
    return ProbeResult{.service = service, .target = "tcp:10.66.0.1:443", .ok = true, .error = detail};
  return SessionEvent{.service = service,
                      .generation = static_cast<uint64_t>(i),
                      .status = SessionStatus::kConnected,
                      .detail = detail};
}

struct BenchDevice {
  Uuid id;
  Epoch epoch = 0;
  uint64_t seq = 0;
  Sha256Digest head{};
  Stamp now;
};

wire::SyncRequest NextMessage(BenchDevice& device, uint64_t number) {
  wire::SyncRequest request;
  request.device_id = device.id;
  request.message_number = number;
  request.frame.emplace();
  request.frame->previous_hash = device.head;
  for (int i = 0; i < kRowsPerDevice; ++i) {
    const Event event = EventNumber(static_cast<int>(device.seq), device.id);
    journal::Row row;
    row.epoch = device.epoch;
    row.seq = ++device.seq;
    device.now.mono = device.now.mono + absl::Seconds(1);
    device.now.wall = device.now.wall + absl::Seconds(1);
    row.at = device.now;
    row.kind = static_cast<uint16_t>(KindOf(event));
    row.subject = SubjectOf(event);
    row.payload = wire::EncodeEvent(event);
    row.hash = device.head = journal::HashOf(row, device.head);
    request.frame->rows.push_back(std::move(row));
  }
  request.sent = device.now;
  request.head = {device.epoch, device.seq, device.head};
  return request;
}

// One message of each device, in random order, in batches.
std::vector<std::vector<server::SyncCall>> MakeRound(std::vector<BenchDevice>& devices, uint64_t number,
                                                     SplitMix64& random) {
  std::vector<BenchDevice*> order;
  for (BenchDevice& d : devices) order.push_back(&d);
  for (size_t i = order.size(); i > 1; --i) std::swap(order[i - 1], order[random.Below(i)]);
  std::vector<std::vector<server::SyncCall>> batches;
  for (size_t i = 0; i < order.size(); ++i) {
    if (i % kDevicesPerBatch == 0) batches.emplace_back();
    server::Peer peer{order[i]->id, "", "bench"};
    batches.back().push_back({peer, NextMessage(*order[i], number)});
  }
  return batches;
}

// The baseline: what SQLite alone does with these rows.
class BareLoop {
 public:
  explicit BareLoop(const std::string& path) {
    Require(sqlite3_open(path.c_str(), &db_) == SQLITE_OK, "cannot open " + path);
    Run("PRAGMA journal_mode=WAL; PRAGMA synchronous=FULL;"
        "PRAGMA cache_size=-65536; PRAGMA wal_autocheckpoint=8000;"
        "CREATE TABLE rows(device INTEGER NOT NULL, chain INTEGER NOT NULL, seq INTEGER NOT NULL,"
        " boot BLOB NOT NULL, mono INTEGER NOT NULL, wall INTEGER NOT NULL, kind INTEGER NOT NULL,"
        " payload_version INTEGER NOT NULL, subject TEXT NOT NULL, payload BLOB NOT NULL, hash BLOB NOT NULL,"
        " at INTEGER NOT NULL, uncertainty INTEGER NOT NULL, received INTEGER NOT NULL,"
        " UNIQUE(device, chain, seq))");
    sqlite3_prepare_v2(db_, "INSERT INTO rows VALUES(?,?,?,?,?,?,?,?,?,?,?,?,?,?)", -1, &insert_, nullptr);
  }
  ~BareLoop() {
    sqlite3_finalize(insert_);
    sqlite3_close(db_);
  }
  void Append(const std::vector<server::SyncCall>& batch) {
    Run("BEGIN IMMEDIATE");
    for (const server::SyncCall& call : batch) {
      const int64_t device = call.request.device_id.bytes[0] * 256 + call.request.device_id.bytes[1];
      for (const journal::Row& row : call.request.frame->rows) Insert(device, row);
    }
    Run("COMMIT");
  }

 private:
  void Run(const char* sql) { Require(sqlite3_exec(db_, sql, nullptr, nullptr, nullptr) == SQLITE_OK, sql); }
  void Insert(int64_t device, const journal::Row& row) {
    sqlite3_bind_int64(insert_, 1, device);
    sqlite3_bind_int64(insert_, 2, 1);
    sqlite3_bind_int64(insert_, 3, static_cast<int64_t>(row.seq));
    sqlite3_bind_blob(insert_, 4, row.at.boot.bytes.data(), 16, SQLITE_STATIC);
    sqlite3_bind_int64(insert_, 5, row.at.mono.ns);
    sqlite3_bind_int64(insert_, 6, row.at.wall.ns);
    sqlite3_bind_int(insert_, 7, row.kind);
    sqlite3_bind_int(insert_, 8, row.payload_version);
    sqlite3_bind_text(insert_, 9, row.subject.data(), static_cast<int>(row.subject.size()), SQLITE_STATIC);
    sqlite3_bind_blob(insert_, 10, row.payload.data(), static_cast<int>(row.payload.size()), SQLITE_STATIC);
    sqlite3_bind_blob(insert_, 11, row.hash.data(), static_cast<int>(row.hash.size()), SQLITE_STATIC);
    sqlite3_bind_int64(insert_, 12, row.at.wall.ns);
    sqlite3_bind_int64(insert_, 13, 1000000);
    sqlite3_bind_int64(insert_, 14, row.at.wall.ns);
    Require(sqlite3_step(insert_) == SQLITE_DONE, "bare insert");
    sqlite3_reset(insert_);
  }
  sqlite3* db_ = nullptr;
  sqlite3_stmt* insert_ = nullptr;
};

double Median(std::vector<double> values) {
  std::nth_element(values.begin(), values.begin() + values.size() / 2, values.end());
  return values[values.size() / 2];
}

std::vector<BenchDevice> MakeDevices(fleet::FleetStore& store, const Clock& clock, RandomSource& random) {
  std::vector<BenchDevice> devices;
  auto transaction = fleet::Transaction::Begin(store);
  for (int i = 0; i < kDevices; ++i) {
    BenchDevice d{.id = Uuid::Random(random), .epoch = random.Next64(), .now = clock.Now()};
    d.id.bytes[0] = static_cast<uint8_t>(i / 256);
    d.id.bytes[1] = static_cast<uint8_t>(i % 256);
    d.now.mono = {1};
    d.now.wall = d.now.wall - absl::Hours(24);
    fleet::DeviceRecord record;
    record.id = d.id;
    record.hardware.hostname = absl::StrCat("mac-", i);
    Require(store.AddDevice(record).ok(), "adding a device");
    devices.push_back(d);
  }
  Require(transaction->Commit().ok(), "adding devices");
  return devices;
}

bool Compare(const std::string& folder) {
  SystemClock clock;
  SystemRandom random;
  NoIssuer issuer;
  sqlite::DatabaseOptions options;
  options.path = folder + "/fleet.db";
  auto store = fleet::SqliteFleetStore::Open(options);
  Require(store.ok(), std::string(store.status().message()));
  auto core = server::ServerCore::Create({&clock, &random, store->get(), &issuer}, {});
  Require(core.ok(), std::string(core.status().message()));
  BareLoop bare(folder + "/bare.db");
  std::vector<BenchDevice> devices = MakeDevices(**store, clock, random);
  SplitMix64 shuffle{7};
  std::vector<double> our_rates, bare_rates, ratios, cpu_ratios;
  for (int round = 0; round < kRounds; ++round) {
    const auto batches = MakeRound(devices, static_cast<uint64_t>(round) + 1, shuffle);
    const Times bare_time = Measure([&] {
      for (const auto& batch : batches) bare.Append(batch);
    });
    const Times our_time = Measure([&] {
      for (const auto& batch : batches) {
        for (const auto& answer : (*core)->SyncBatch(batch)) Require(answer.ok(), answer.status().ToString());
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
      "%.2f (of CPU time %.2f)\n",
      kDevices, Median(our_rates), Median(bare_rates), ratio, Median(cpu_ratios));
  return ratio >= kBar;
}

}  // namespace

int main(int argc, char** argv) {
  std::string folder =
      argc > 1 ? argv[1] : (std::filesystem::temp_directory_path() / "holdfast-bench-XXXXXX").string();
  if (argc <= 1) Require(mkdtemp(folder.data()) != nullptr, "cannot make a folder");
  const bool good = Compare(folder);
  if (argc <= 1) std::filesystem::remove_all(folder);
  return good ? 0 : 1;
}
