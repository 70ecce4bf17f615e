#include "tests/server/service/world.h"

#include <cstdlib>
#include <iostream>

namespace holdfast::server {
namespace {

// Setting up a test cannot fail: when it does, no test means anything.
template <class T>
T Must(absl::StatusOr<T> value) {
  if (value.ok()) return *std::move(value);
  std::cerr << value.status() << "\n";
  std::abort();
}

}  // namespace

TestIssuer::TestIssuer(const Clock& clock, RandomSource& random)
    : random_(random),
      authority_(Must(crypto::Authority::Create("test", clock.Now().wall, random))),
      policy_key_(Must(crypto::PrivateKey::Generate(crypto::KeyType::kEd25519))),
      report_key_(Must(crypto::PrivateKey::Generate(crypto::KeyType::kEd25519))) {}

absl::StatusOr<IssuedCertificate> TestIssuer::Issue(absl::string_view csr_pem, const Uuid& device,
                                                    ServerTime now, absl::Duration lifetime) {
  auto pem = authority_.IssueClient(csr_pem, device, WallTime{now.ns}, lifetime, random_);
  if (!pem.ok()) return pem.status();
  auto info = crypto::ReadCertificate(*pem);
  if (!info.ok()) return info.status();
  return IssuedCertificate{*pem, info->serial_hex};
}

absl::StatusOr<KeySignature> TestIssuer::Sign(const crypto::PrivateKey& key, absl::string_view bytes) {
  auto signature = key.Sign(bytes);
  if (!signature.ok()) return signature.status();
  return KeySignature{*signature, crypto::KeyId(*key.RawPublic())};
}

World::World(ServerOptions opts) : options(std::move(opts)) {
  options.agent_endpoint = "fleet.example.test:7443";
  Start();
}

World::~World() {
  Stop();
}

void World::Start() {
  sqlite::DatabaseOptions database;
  database.path = "fleet.db";
  database.vfs = disk.name();
  store = Must(fleet::SqliteFleetStore::Open(database));
  core = Must(ServerCore::Create({&clock, &random, store.get(), &issuer}, options));
}

void World::Stop() {
  core.reset();
  store.reset();
}

void World::Restart(sim::Loss loss) {
  Stop();
  disk.Restart(loss);
  Start();
}

std::string World::MakeToken(const CreateEnrollmentTokenRequest& request) {
  return Must(core->CreateEnrollmentToken(kAdmin, request)).secret;
}

std::vector<Incident> World::IncidentsOf(const Uuid& device, const std::string& name) {
  ListIncidentsRequest request;
  request.device = device.ToString();
  request.name = name;
  return Must(core->ListIncidents(kAdmin, request)).incidents;
}

std::vector<AuditEntry> World::Audit() {
  return Must(core->ListAudit(kAdmin, {})).entries;
}

}  // namespace holdfast::server
