// holdfast-server-mock: a Holdfast server in memory that fails as its script says.

#include <unistd.h>

#include <CLI/CLI.hpp>
#include <cstdio>
#include <string>

#include "absl/strings/str_cat.h"
#include "base/error.h"
#include "base/file.h"
#include "server-mock/mock_server.h"
#include "server/app/log.h"
#include "server/app/ready_file.h"
#include "server/app/signals.h"

namespace holdfast::mock {
namespace {

using server::Log;
using server::LogLevel;

constexpr int kExitFailed = 1;
constexpr int kExitUsage = 2;

constexpr char kFooter[] =
    R"(Agents enroll with the enrollment string in the ready file; its token is fixed, so tests can know it. Beside FILE go
FILE.ca.pem and FILE.admin-token for holdfast-admin. Everything is in memory and ends with the process.

With --print-received, SIGUSR1 and the end print what is stored as JSON on stdout: device, epoch, seq, kind, hash.

Exit codes: 0 stopped on request; 1 failed; 2 wrong usage, script or policy.)";

struct Flags {
  std::string agent_listen = "127.0.0.1:0";
  std::string admin_listen = "127.0.0.1:0";
  std::string ready_file, script, policy;
  std::string token{kFixedToken};
  bool print_received = false;
};

void AddFlags(CLI::App& app, Flags& flags) {
  app.footer(kFooter);
  app.set_version_flag("--version", std::string("holdfast-server-mock " HOLDFAST_VERSION));
  app.add_option("--agent-listen", flags.agent_listen, "HOST:PORT for agents; port 0: any")
      ->capture_default_str();
  app.add_option("--admin-listen", flags.admin_listen, "HOST:PORT for admins; port 0: any")
      ->capture_default_str();
  app.add_option("--ready-file", flags.ready_file, "JSON with ports, paths and the enrollment string");
  app.add_option("--script", flags.script, "YAML file of faults (docs/server-mock.md)");
  app.add_option("--policy", flags.policy, "Policy document in force");
  app.add_option("--token", flags.token, "The enrollment token: hfe_ID_SECRET");
  app.add_flag("--print-received", flags.print_received, "Print what is stored on SIGUSR1 and at the end");
}

absl::StatusOr<MockOptions> ReadOptions(const Flags& flags) {
  MockOptions options;
  HOLDFAST_ASSIGN_OR_RETURN(options.agent_listen, Endpoint::Parse(flags.agent_listen));
  HOLDFAST_ASSIGN_OR_RETURN(options.admin_listen, Endpoint::Parse(flags.admin_listen));
  options.token = flags.token;
  if (!flags.script.empty()) {
    HOLDFAST_ASSIGN_OR_RETURN(const std::string yaml, ReadFile(flags.script));
    HOLDFAST_ASSIGN_OR_RETURN(options.script, FaultScript::FromYaml(yaml));
  }
  if (!flags.policy.empty()) {
    HOLDFAST_ASSIGN_OR_RETURN(options.policy_document, ReadFile(flags.policy));
  }
  return options;
}

absl::Status WriteReady(const Flags& flags, const MockOptions& options, const MockServer& mock) {
  if (flags.ready_file.empty()) return absl::OkStatus();
  server::Ready ready;
  ready.agents = server::LocalEndpoint(options.agent_listen, mock.agent_port());
  ready.admins = server::LocalEndpoint(options.admin_listen, mock.admin_port());
  ready.ca_file = flags.ready_file + ".ca.pem";
  ready.token_file = flags.ready_file + ".admin-token";
  ready.enrollment_string = mock.enrollment_string();
  ready.pid = getpid();
  HOLDFAST_RETURN_IF_ERROR(WriteFileAtomically(ready.ca_file, mock.ca_pem()));
  HOLDFAST_RETURN_IF_ERROR(WriteFileAtomically(ready.token_file, mock.admin_token() + "\n", 0600));
  return WriteFileAtomically(flags.ready_file, server::ReadyJson(ready));
}

void PrintReceived(MockServer& mock) {
  const auto rows = mock.Received();
  if (!rows.ok())
    return Log(LogLevel::kError, absl::StrCat("reading what is stored: ", rows.status().message()));
  std::fputs(ReceivedJson(*rows).c_str(), stdout);
  std::fflush(stdout);
}

int Fail(int code, const absl::Status& status) {
  Log(LogLevel::kError, status.message());
  return code;
}

int Run(const Flags& flags) {
  server::SignalWaiter signals({SIGTERM, SIGINT, SIGUSR1});
  server::RouteGrpcLog();
  const auto options = ReadOptions(flags);
  if (!options.ok()) return Fail(kExitUsage, options.status());
  const auto mock = MockServer::Start(*options);
  if (!mock.ok()) {
    return Fail(absl::IsInvalidArgument(mock.status()) ? kExitUsage : kExitFailed, mock.status());
  }
  if (const auto status = WriteReady(flags, *options, **mock); !status.ok()) return Fail(kExitFailed, status);
  Log(LogLevel::kInfo, absl::StrCat("mock serving agents on port ", (*mock)->agent_port(),
                                    ", admins on port ", (*mock)->admin_port()));
  while (signals.Wait() == SIGUSR1) {
    if (flags.print_received) PrintReceived(**mock);
  }
  if (flags.print_received) PrintReceived(**mock);
  return 0;
}

}  // namespace
}  // namespace holdfast::mock

int main(int argc, char** argv) {
  CLI::App app("A Holdfast server in memory that fails as its script says.", "holdfast-server-mock");
  holdfast::mock::Flags flags;
  holdfast::mock::AddFlags(app, flags);
  try {
    app.parse(argc, argv);
  } catch (const CLI::ParseError& error) {
    return app.exit(error) == 0 ? 0 : holdfast::mock::kExitUsage;
  }
  return holdfast::mock::Run(flags);
}
