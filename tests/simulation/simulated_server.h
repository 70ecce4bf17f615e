// The server of the simulation: the real ServerCore on the real store, on a disk in memory, which crashes and
// comes back.
#pragma once

#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "server/service/server_core.h"
#include "sim/vfs/memory_vfs.h"
#include "sim/virtual_time.h"
#include "storage/fleet/sqlite/sqlite_store.h"
#include "tests/simulation/direct_transport.h"
#include "tests/simulation/memory_issuer.h"

namespace holdfast::simulation {

class SimulatedServer final : public ServerPort {
 public:
  // `broken` is told what must not be, as one sentence.
  using Broken = std::function<void(const std::string&)>;
  SimulatedServer(sim::VirtualTime& time, uint64_t seed, Broken broken);

  server::AgentApi* api() override { return core_.get(); }
  server::ServerCore& core() { return *core_; }
  fleet::FleetStore& store() { return *store_; }
  server::CertificateIssuer& issuer() { return *issuer_; }
  const server::Actor& admin() const { return admin_; }
  bool up() const { return core_ != nullptr; }

  // What runs when the server tells a device to come; survives restarts.
  void SetNudge(std::function<void(const Uuid&, absl::Duration)> nudge) { nudge_ = std::move(nudge); }

  void PutPolicy(const std::string& document);
  std::string NewToken(int quota);
  // The number of the order; nothing when the device is not known yet.
  std::optional<uint64_t> IssueOrder(const server::IssueOrderRequest& request);
  // Unless it is over.
  void Withdraw(uint64_t order);
  // Everything in memory is gone; of the disk stays what `loss` leaves.
  void Crash(sim::Loss loss);
  void Start();

 private:
  void Tick();
  bool Must(const absl::Status& status, const char* doing);

  const Broken broken_;
  sim::VirtualTime& time_;
  SeededRandom random_;
  sim::MemoryVfs disk_;
  std::unique_ptr<MemoryIssuer> issuer_;
  std::unique_ptr<fleet::SqliteFleetStore> store_;
  std::unique_ptr<server::ServerCore> core_;
  std::function<void(const Uuid&, absl::Duration)> nudge_;
  const server::Actor admin_{"simulation", "localhost", server::Role::kAdmin};
  Timer tick_;
};

}  // namespace holdfast::simulation
