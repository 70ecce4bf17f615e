#include "server/app/opened_server.h"

#include <utility>

#include "server/app/flags.h"

namespace holdfast::server {

int OpenedServer::Open(const std::string& path, const ServerOptions& options, absl::Status* error) {
  const auto failed = [error](int exit_code, const absl::Status& status) {
    *error = status;
    return exit_code;
  };
  absl::StatusOr<DataDir> folder = DataDir::Open(path);
  if (!folder.ok()) return failed(kExitDataDir, folder.status());
  dir.emplace(*std::move(folder));
  absl::StatusOr<ServerKeys> keys = dir->LoadOrCreateKeys(clock.Now().wall, random);
  if (!keys.ok()) return failed(kExitDataDir, keys.status());
  absl::StatusOr<KeyIssuer> made = KeyIssuer::Create(*std::move(keys), random, &*dir);
  if (!made.ok()) return failed(kExitDataDir, made.status());
  issuer.emplace(*std::move(made));
  auto opened = fleet::SqliteFleetStore::Open({.path = dir->database()});
  if (!opened.ok()) return failed(kExitDatabase, opened.status());
  store = *std::move(opened);
  auto logic = ServerCore::Create({&clock, &random, store.get(), &*issuer, &*issuer}, options);
  if (!logic.ok()) return failed(kExitDatabase, logic.status());
  core = *std::move(logic);
  return kExitOk;
}

}  // namespace holdfast::server
