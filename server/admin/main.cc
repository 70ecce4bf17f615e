// holdfast-admin: the fleet from a terminal, over AdminService.

#include <unistd.h>

#include <cstdio>
#include <cstdlib>
#include <string>

#include "absl/strings/str_cat.h"
#include "base/error.h"
#include "base/text/width.h"
#include "server/admin/command.h"
#include "server/app/log.h"

namespace holdfast::admin {
namespace {

constexpr int kExitOk = 0;
constexpr int kExitFailed = 1;
constexpr int kExitUsage = 2;
constexpr int kExitUnreachable = 3;
constexpr int kExitNotAuthorised = 4;
constexpr int kExitNotFound = 5;

constexpr char kFooter[] =
    R"(The server, its authority and the token come from flags, from HOLDFAST_SERVER, HOLDFAST_CA and HOLDFAST_TOKEN_FILE, or,
for a server on this host, from its --data-dir. Times are UTC unless --local is given.

Exit codes: 0 done; 1 failed; 2 wrong usage; 3 the server cannot be reached, or it is not ours; 4 not authorised;
5 not found.)";

struct GlobalFlags {
  ConnectionFlags connection;
  bool json = false;
  bool csv = false;
  bool local = false;
  int timeout_seconds = 30;
};

void AddGlobalFlags(CLI::App& app, GlobalFlags& flags) {
  app.add_option("--server", flags.connection.server, "Where the server takes admins, HOST:PORT")
      ->envname("HOLDFAST_SERVER");
  app.add_option("--ca", flags.connection.ca_file, "The authority's certificate (ca.pem)")
      ->envname("HOLDFAST_CA");
  app.add_option("--token-file", flags.connection.token_file,
                 "File with an admin token, readable only by you")
      ->envname("HOLDFAST_TOKEN_FILE");
  app.add_option("--data-dir", flags.connection.data_dir, "Data folder of a server on this host");
  CLI::Option* json = app.add_flag("--json", flags.json, "Protobuf's JSON");
  app.add_flag("--csv", flags.csv, "CSV with a header line")->excludes(json);
  app.add_flag("--local", flags.local, "Times in this machine's zone");
  app.add_option("--timeout", flags.timeout_seconds, "Seconds to wait for an answer")
      ->check(CLI::Range(1, 86'400))
      ->capture_default_str();
}

int ExitCodeOf(const absl::Status& status) {
  switch (status.code()) {
    case absl::StatusCode::kOk:
      return kExitOk;
    case absl::StatusCode::kUnavailable:
    case absl::StatusCode::kDeadlineExceeded:
      return kExitUnreachable;
    case absl::StatusCode::kUnauthenticated:
    case absl::StatusCode::kPermissionDenied:
      return kExitNotAuthorised;
    case absl::StatusCode::kNotFound:
      return kExitNotFound;
    default:
      return kExitFailed;
  }
}

int Complain(const absl::Status& status, int exit_code) {
  std::fprintf(stderr, "holdfast-admin: %s\n", text::PrintableLines(status.message()).c_str());
  return exit_code;
}

int Run(const GlobalFlags& flags, const Chosen& chosen) {
  const Format format = flags.json ? Format::kJson : flags.csv ? Format::kCsv : Format::kTable;
  const Printer printer(format,
                        text::TerminalOf(STDOUT_FILENO, [](const char* name) { return std::getenv(name); }),
                        flags.local, stdout);
  if (chosen.run_offline) {
    const absl::Status status = chosen.run_offline(printer);
    return status.ok() ? kExitOk : Complain(status, kExitFailed);
  }
  absl::StatusOr<Target> target = ResolveTarget(flags.connection);
  if (!target.ok()) {
    const int code = absl::IsUnavailable(target.status()) ? kExitUnreachable : kExitUsage;
    return Complain(target.status(), code);
  }
  AdminClient client(*std::move(target), absl::Seconds(flags.timeout_seconds));
  Session session{client, printer, flags.local};
  const absl::Status status = chosen.run(session);
  return status.ok() ? kExitOk : Complain(status, ExitCodeOf(status));
}

}  // namespace
}  // namespace holdfast::admin

int main(int argc, char** argv) {
  using namespace holdfast::admin;  // NOLINT: main cannot live in a namespace
  CLI::App app("Holdfast's fleet from a terminal.", "holdfast-admin");
  app.footer(kFooter);
  app.set_version_flag("--version", std::string("holdfast-admin " HOLDFAST_VERSION));
  app.require_subcommand(1);
  app.fallthrough();
  GlobalFlags flags;
  Chosen chosen;
  AddGlobalFlags(app, flags);
  AddDeviceCommands(app, chosen);
  AddInventoryCommands(app, chosen);
  AddProfileCommands(app, chosen);
  AddHistoryCommands(app, chosen);
  AddReportCommands(app, chosen);
  AddPolicyCommands(app, chosen);
  AddTokenCommands(app, chosen);
  AddAdminCommands(app, chosen);
  AddOrderCommands(app, chosen);
  AddKeyCommands(app, chosen);
  AddAuditCommand(app, chosen);
  try {
    app.parse(argc, argv);
  } catch (const CLI::ParseError& error) {
    return app.exit(error) == 0 ? kExitOk : kExitUsage;
  }
  holdfast::server::SilenceGrpcLog();
  return Run(flags, chosen);
}
