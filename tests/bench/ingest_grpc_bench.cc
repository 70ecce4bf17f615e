// Durable ingest as agents see it: devices with keys and certificates of their own, each with one message
// under way over gRPC and mutual TLS, against the server's listener, core and SQLite file, all on this
// machine, load generator included; beside a bare SQLite loop that inserts the same rows in transactions of
// 1000, round by round in turn. The bar is 50 % of the bare loop: exits 1 below it.
//   ingest_grpc_bench [FOLDER]     FOLDER decides which disk (default: a new folder in $TMPDIR or /tmp)
#include <cstdio>
#include <memory>
#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "base/enrollment.h"
#include "server/app/key_issuer.h"
#include "server/app/tls_identity.h"
#include "server/rpc/rpc_server.h"
#include "storage/fleet/sqlite/sqlite_store.h"
#include "tests/bench/ingest_fleet.h"

namespace {

using namespace holdfast;         // NOLINT: a program of its own
using namespace holdfast::bench;  // NOLINT

constexpr int kDevices = 100;
constexpr int kMessagesPerRound = 10;  // of each device
constexpr int kRowsPerMessage = 100;
constexpr int kMessagesPerTransaction = 10;  // of the bare loop
constexpr int kRounds = 6;
constexpr double kBar = 0.50;

// What holdfast-server runs, on a file.
class Server {
 public:
  Server(const std::string& path, SystemClock& clock, SystemRandom& random)
      : issuer_(*server::KeyIssuer::Create(*server::ServerKeys::Generate(clock.Now().wall, random), random)),
        store_(*fleet::SqliteFleetStore::Open({.path = path})),
        core_(*server::ServerCore::Create({&clock, &random, store_.get(), &issuer_}, {})),
        thread_(clock) {
    server::RpcServerOptions options;
    options.agent_listen = options.admin_listen = {"127.0.0.1", 0};
    options.ca_certificates_pem = issuer_.CaCertificatesPem();
    options.identity = *server::NewTlsIdentity(issuer_.authority(), {"127.0.0.1"}, clock.Now().wall, random);
    auto rpc = server::RpcServer::Listen(*core_, thread_, clock, options);
    Require(rpc.ok(), rpc.status().ToString());
    rpc_ = *std::move(rpc);
    const auto token =
        core_->CreateEnrollmentToken({"bench", "local", server::Role::kAdmin}, {.quota = kDevices});
    Require(token.ok(), token.status().ToString());
    enrollment_ = *EnrollmentString::Parse(absl::StrCat("holdfast1:127.0.0.1:", rpc_->agent_port(), ":",
                                                        issuer_.CaSpkiSha256Hex(), ":", token->secret));
    thread_.Start();
  }
  ~Server() { rpc_->Stop(absl::Seconds(1)); }
  const EnrollmentString& enrollment() const { return enrollment_; }

 private:
  server::KeyIssuer issuer_;
  std::unique_ptr<fleet::FleetStore> store_;
  std::unique_ptr<server::ServerCore> core_;
  server::CoreThread thread_;
  std::unique_ptr<server::RpcServer> rpc_;
  EnrollmentString enrollment_;
};

void AppendInTransactions(BareLoop& bare, const std::vector<const wire::SyncRequest*>& messages) {
  for (size_t i = 0; i < messages.size(); i += kMessagesPerTransaction) {
    const auto end = std::min(messages.size(), i + kMessagesPerTransaction);
    bare.Append(
        {messages.begin() + static_cast<ptrdiff_t>(i), messages.begin() + static_cast<ptrdiff_t>(end)});
  }
}

bool Compare(const std::string& folder) {
  SystemClock clock;
  SystemRandom random;
  Server server(folder + "/fleet.db", clock, random);
  BenchFleet fleet(server.enrollment(), kDevices, clock, random);
  BareLoop bare(folder + "/bare.db");
  std::vector<double> our_rates, bare_rates, ratios;
  for (int round = 0; round < kRounds; ++round) {
    fleet.MakeRound(kMessagesPerRound, kRowsPerMessage);
    const double bare_time = Measure([&] { AppendInTransactions(bare, fleet.Messages()); }).wall;
    const double our_time = Measure([&] { fleet.SendRound(); }).wall;
    if (round == 0) continue;  // new files, new connections: not counted
    const double rows = double{kDevices} * kMessagesPerRound * kRowsPerMessage;
    our_rates.push_back(rows / our_time);
    bare_rates.push_back(rows / bare_time);
    ratios.push_back(bare_time / our_time);
  }
  const double ratio = Median(ratios);
  printf(
      "ingest over gRPC and mutual TLS, durable, %d devices: %8.0f rows/s; bare SQLite %8.0f rows/s; ratio "
      "%.2f "
      "(bar %.2f: %s)\n",
      kDevices, Median(our_rates), Median(bare_rates), ratio, kBar, ratio >= kBar ? "reached" : "MISSED");
  return ratio >= kBar;
}

}  // namespace

int main(int argc, char** argv) {
  const BenchFolder folder(argc, argv);
  return Compare(folder.path()) ? 0 : 1;
}
