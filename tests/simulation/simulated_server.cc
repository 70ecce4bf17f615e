#include "tests/simulation/simulated_server.h"

#include <utility>

#include "absl/strings/str_cat.h"

namespace holdfast::simulation {
namespace {

// Nothing that is promised of silence is finer than minutes.
constexpr absl::Duration kTick = absl::Minutes(1);

}  // namespace

SimulatedServer::SimulatedServer(sim::VirtualTime& time, uint64_t seed, Broken broken)
    : broken_(std::move(broken)),
      time_(time),
      random_(seed),
      disk_({.seed = seed, .clock = &time}),
      tick_(time) {
  auto issuer = MemoryIssuer::Create(time.Now().wall, random_);
  if (!Must(issuer.status(), "making the certificate authority")) return;
  issuer_ = *std::move(issuer);
  Start();
}

bool SimulatedServer::Must(const absl::Status& status, const char* doing) {
  if (!status.ok()) broken_(absl::StrCat("the server, ", doing, ": ", status.message()));
  return status.ok();
}

void SimulatedServer::Start() {
  auto store = fleet::SqliteFleetStore::Open({.path = "/server/fleet.db", .vfs = disk_.name()});
  if (!Must(store.status(), "opening its store")) return;
  store_ = *std::move(store);
  server::ServerDependencies dependencies{&time_, &random_, store_.get(), issuer_.get()};
  auto core = server::ServerCore::Create(dependencies, {.agent_endpoint = "server.example:443"});
  if (!Must(core.status(), "starting")) return;
  core_ = *std::move(core);
  core_->SetNudge([this](const Uuid& device, absl::Duration jitter) {
    if (nudge_) nudge_(device, jitter);
  });
  Tick();
}

void SimulatedServer::Tick() {
  Must(core_->Tick(), "ticking");
  tick_.Set(time_.Now().mono + kTick, [this] { Tick(); });
}

void SimulatedServer::Crash(sim::Loss loss) {
  tick_.Cancel();
  disk_.Halt();
  core_.reset();
  store_.reset();
  disk_.Restart(loss);
}

void SimulatedServer::PutPolicy(const std::string& document) {
  Must(core_->PutPolicy(admin_, {.document = document}).status(), "taking a policy");
}

std::string SimulatedServer::NewToken(int quota) {
  const auto token = core_->CreateEnrollmentToken(admin_, {.quota = quota});
  return Must(token.status(), "making a token") ? token->secret : "";
}

std::optional<uint64_t> SimulatedServer::IssueOrder(const server::IssueOrderRequest& request) {
  const auto issued = core_->IssueOrder(admin_, request);
  if (absl::IsNotFound(issued.status()) || !Must(issued.status(), "issuing an order")) return std::nullopt;
  return issued->order.number;
}

void SimulatedServer::Withdraw(uint64_t order) {
  const absl::Status withdrawn =
      core_
          ->IssueOrder(admin_,
                       {.kind = Order::Kind::kWithdrawal, .reason = "it is mended", .withdraws = order})
          .status();
  if (!absl::IsNotFound(withdrawn)) Must(withdrawn, "withdrawing an order");
}

}  // namespace holdfast::simulation
