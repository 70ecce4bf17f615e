// How an admin token reaches who will use it: printed once, and in the data folder for tools on this host.
#pragma once

#include "absl/status/status.h"
#include "server/app/data_dir.h"
#include "server/app/flags.h"
#include "server/service/server_core.h"

namespace holdfast::server {

// On a server's first start; nothing later.
absl::Status HandOutFirstAdminToken(ServerCore& core, const DataDir& dir);

// holdfast-server --new-admin-token: when every token is lost, whoever has the data folder of a stopped
// server makes one with the role admin. The exit code; errors are in the log.
int MakeAdminToken(const ServerFlags& flags);

}  // namespace holdfast::server
