// A server on memory with a clock that a test moves, real keys and certificates, and an admin.
#pragma once

#include <memory>
#include <optional>
#include <string>

#include "base/random.h"
#include "server/app/key_issuer.h"
#include "server/service/server_core.h"
#include "sim/vfs/memory_vfs.h"
#include "storage/fleet/sqlite/sqlite_store.h"

namespace holdfast::server {

struct TestClock final : Clock {
  Stamp now{.boot = {}, .mono = {1}, .wall = {1800000000000000000}};
  Stamp Now() const override { return now; }
  void Advance(absl::Duration d) {
    now.mono = now.mono + d;
    now.wall = now.wall + d;
  }
};

inline const Actor kAdmin{"ada", "192.0.2.1", Role::kAdmin};

class World {
 public:
  // On a disk that fails on command, so that the server can be killed and started again.
  explicit World(ServerOptions options = {});
  ~World();

  // The server's process ends and starts again on what `loss` leaves.
  void Restart(sim::Loss loss);
  void Start();
  void Stop();

  std::string MakeToken(const CreateEnrollmentTokenRequest& request = {});
  std::vector<Incident> IncidentsOf(const Uuid& device, const std::string& name);
  std::vector<AuditEntry> Audit();

  TestClock clock;
  SeededRandom random{42};
  KeyIssuer issuer;
  ServerOptions options;
  sim::MemoryVfs disk;
  std::unique_ptr<fleet::SqliteFleetStore> store;
  std::unique_ptr<ServerCore> core;
};

inline constexpr char kPolicy1[] = "policyVersion: 1\n";
inline constexpr char kPolicy2[] = "policyVersion: 2\n";

}  // namespace holdfast::server
