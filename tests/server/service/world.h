// A server on memory with a clock that a test moves, real keys and certificates, and an admin.
#pragma once

#include <memory>
#include <optional>
#include <string>

#include "base/crypto/authority.h"
#include "base/crypto/keys.h"
#include "base/random.h"
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

class TestIssuer final : public CertificateIssuer {
 public:
  TestIssuer(const Clock& clock, RandomSource& random);
  absl::StatusOr<IssuedCertificate> Issue(absl::string_view csr_pem, const Uuid& device, ServerTime now,
                                          absl::Duration lifetime) override;
  std::vector<std::string> CaCertificatesPem() const override { return {authority_.certificate_pem()}; }
  std::string CaSpkiSha256Hex() const override { return ToHex(authority_.spki_sha256()); }
  std::vector<std::string> PolicyPublicKeys() const override { return {*policy_key_.RawPublic()}; }
  absl::StatusOr<KeySignature> SignPolicy(absl::string_view bytes) override {
    return Sign(policy_key_, bytes);
  }
  std::string ReportPublicKey() const override { return *report_key_.RawPublic(); }
  absl::StatusOr<KeySignature> SignReport(absl::string_view bytes) override {
    return Sign(report_key_, bytes);
  }

 private:
  static absl::StatusOr<KeySignature> Sign(const crypto::PrivateKey& key, absl::string_view bytes);
  RandomSource& random_;
  crypto::Authority authority_;
  crypto::PrivateKey policy_key_, report_key_;
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
  TestIssuer issuer{clock, random};
  ServerOptions options;
  sim::MemoryVfs disk;
  std::unique_ptr<fleet::SqliteFleetStore> store;
  std::unique_ptr<ServerCore> core;
};

inline constexpr char kPolicy1[] = "policyVersion: 1\n";
inline constexpr char kPolicy2[] = "policyVersion: 2\n";

}  // namespace holdfast::server
