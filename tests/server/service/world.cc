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

World::World(ServerOptions opts)
    : issuer(Must(KeyIssuer::Create(Must(ServerKeys::Generate(clock.Now().wall, random)), random))),
      options(std::move(opts)) {
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
  core = Must(ServerCore::Create({&clock, &random, store.get(), &issuer, &issuer}, options));
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
