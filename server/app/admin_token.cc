#include "server/app/admin_token.h"

#include <sys/stat.h>
#include <unistd.h>

#include <cstdio>
#include <string>

#include "absl/strings/str_cat.h"
#include "base/error.h"
#include "base/file.h"
#include "server/app/log.h"
#include "server/app/opened_server.h"

namespace holdfast::server {
namespace {

ServerCore::HandOut ToFile(const DataDir& dir) {
  return [path = dir.admin_token()](const std::string& token) {
    return WriteFileAtomically(path, token + "\n", 0600);
  };
}

// On standard output only: the log never sees it.
void Print(const std::string& heading, const std::string& token, const DataDir& dir) {
  std::printf(
      "%s, shown only now:\n\n  %s\n\nIt is also in %s (owner only), for tools on this host; delete the file "
      "if that is "
      "not wanted.\n",
      heading.c_str(), token.c_str(), dir.admin_token().c_str());
  std::fflush(stdout);
}

}  // namespace

absl::Status HandOutFirstAdminToken(ServerCore& core, const DataDir& dir) {
  HOLDFAST_ASSIGN_OR_RETURN(const std::optional<std::string> token, core.EnsureAdminToken(ToFile(dir)));
  if (token) Print("First start. The admin token", *token, dir);
  return absl::OkStatus();
}

int MakeAdminToken(const ServerFlags& flags) {
  umask(077);
  const auto fail = [](int exit_code, const absl::Status& status) {
    Log(LogLevel::kError, status.message());
    return exit_code;
  };
  // Opening would make a server where there is none.
  const std::string database = flags.data_dir + "/fleet.db";
  if (access(database.c_str(), F_OK) != 0) {
    return fail(kExitDataDir, absl::NotFoundError(absl::StrCat("there is no ", database,
                                                               ": name the data folder of a server")));
  }
  OpenedServer server;
  absl::Status error;
  if (const int exit_code = server.Open(flags.data_dir, {}, &error); exit_code != kExitOk)
    return fail(exit_code, error);
  const Actor owner{.name = "data folder", .source = absl::StrCat("uid ", getuid()), .role = Role::kAdmin};
  const auto made =
      server.core->CreateAdminToken(owner, {flags.new_admin_token, Role::kAdmin}, ToFile(*server.dir));
  if (!made.ok()) return fail(kExitFailed, made.status());
  Print(absl::StrCat("The admin token of ", made->token.name), made->secret, *server.dir);
  return kExitOk;
}

}  // namespace holdfast::server
