#include "tests/simulation/simulated_server.h"

#include <gtest/gtest.h>

namespace holdfast::simulation {

SimulatedServer::SimulatedServer(sim::VirtualTime& time, uint64_t seed)
    : time_(time), random_(seed), disk_({.seed = seed, .clock = &time}), tick_(time) {
  auto issuer = MemoryIssuer::Create(time.Now().wall, random_);
  EXPECT_TRUE(issuer.ok()) << issuer.status();
  issuer_ = *std::move(issuer);
  Start();
}

void SimulatedServer::Start() {
  auto store = fleet::SqliteFleetStore::Open({.path = "/server/fleet.db", .vfs = disk_.name()});
  ASSERT_TRUE(store.ok()) << store.status();
  store_ = *std::move(store);
  server::ServerDependencies dependencies{&time_, &random_, store_.get(), issuer_.get()};
  auto core = server::ServerCore::Create(dependencies, {.agent_endpoint = "server.example:443"});
  ASSERT_TRUE(core.ok()) << core.status();
  core_ = *std::move(core);
  core_->SetNudge([this](const Uuid& device, absl::Duration jitter) {
    if (nudge_) nudge_(device, jitter);
  });
  Tick();
}

void SimulatedServer::Tick() {
  EXPECT_TRUE(core_->Tick().ok());
  tick_.Set(time_.Now().mono + absl::Seconds(5), [this] { Tick(); });
}

void SimulatedServer::Crash(sim::Loss loss) {
  tick_.Cancel();
  disk_.Halt();
  core_.reset();
  store_.reset();
  disk_.Restart(loss);
}

void SimulatedServer::PutPolicy(const std::string& document) {
  const auto put = core_->PutPolicy(admin_, {.document = document});
  ASSERT_TRUE(put.ok()) << put.status();
}

std::string SimulatedServer::NewToken(int quota) {
  const auto token = core_->CreateEnrollmentToken(admin_, {.quota = quota});
  EXPECT_TRUE(token.ok()) << token.status();
  return token->secret;
}

}  // namespace holdfast::simulation
