// A data folder with the server's logic on it, before anything listens.
#pragma once

#include <memory>
#include <optional>
#include <string>

#include "server/app/data_dir.h"
#include "server/app/key_issuer.h"
#include "server/service/server_core.h"
#include "storage/fleet/sqlite/sqlite_store.h"

namespace holdfast::server {

// Not movable: its parts point at each other.
struct OpenedServer {
  // Opens or makes the folder at `path`. kExitOk, or the exit code for what failed, with `error` saying what.
  int Open(const std::string& path, const ServerOptions& options, absl::Status* error);

  SystemClock clock;
  SystemRandom random;
  std::optional<DataDir> dir;
  std::optional<KeyIssuer> issuer;
  std::unique_ptr<fleet::SqliteFleetStore> store;
  std::unique_ptr<ServerCore> core;
};

}  // namespace holdfast::server
