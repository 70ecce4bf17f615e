#include "server/app/serve.h"

#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <climits>
#include <cstdio>
#include <cstdlib>
#include <memory>
#include <utility>

#include "absl/strings/str_cat.h"
#include "base/error.h"
#include "base/file.h"
#include "server/app/admin_token.h"
#include "server/app/descriptor_limit.h"
#include "server/app/log.h"
#include "server/app/opened_server.h"
#include "server/app/ready_file.h"
#include "server/app/tls_identity.h"
#include "server/rpc/rpc_server.h"
#include "storage/fleet/sqlite/sqlite_store.h"

namespace holdfast::server {
namespace {

constexpr absl::Duration kStopGrace = absl::Seconds(10);
constexpr rlim_t kOtherDescriptors = 2'000;  // admins' connections, the database, gRPC's own

int Fail(int exit_code, const absl::Status& status) {
  Log(LogLevel::kError, status.message());
  return exit_code;
}

std::string HostName() {
  char name[256] = {};
  return gethostname(name, sizeof name - 1) == 0 && name[0] != '\0' ? name : "localhost";
}

std::string AbsolutePath(const std::string& path) {
  char resolved[PATH_MAX];
  return realpath(path.c_str(), resolved) != nullptr ? resolved : path;
}

RpcServerOptions MakeRpcOptions(const ServerFlags& flags, const KeyIssuer& issuer,
                                const TlsIdentity& identity) {
  RpcServerOptions options;
  options.agent_listen = flags.agent_listen;
  options.admin_listen = flags.admin_listen;
  options.ca_certificates_pem = issuer.CaCertificatesPem();
  options.retired_ca_certificates_pem = issuer.RetiredAuthoritiesPem();
  options.identity = identity;
  MethodLimits& enroll = options.admission.methods[static_cast<size_t>(AgentMethod::kEnroll)];
  enroll.per_second = flags.enrollments_per_second;
  enroll.burst = std::max(enroll.burst, enroll.per_second);
  options.agent_gate = flags.agent_gate;
  options.admin_gate.source_percent = flags.agent_gate.source_percent;
  options.on_refused = [](const std::string& line) { Log(LogLevel::kWarning, line); };
  options.on_pressure = [](const std::string& line) { Log(LogLevel::kWarning, line); };
  options.on_tick_error = [](const absl::Status& status) {
    Log(LogLevel::kError, absl::StrCat("housekeeping: ", status.message()));
  };
  return options;
}

void CheckDescriptors(rlim_t limit, const GateLimits& gate) {
  if (limit >= static_cast<rlim_t>(gate.open) + kOtherDescriptors) return;
  Log(LogLevel::kWarning,
      absl::StrCat("this process may have ", limit, " files open, too few for --max-connections ", gate.open,
                   ": raise the limit of open files (LimitNOFILE of systemd, ulimit -Hn)"));
}

absl::Status WriteReadyFiles(const ServerFlags& flags, const DataDir& dir, const KeyIssuer& issuer,
                             const RpcServer& rpc) {
  Ready ready;
  ready.agents = PublicEndpoint(flags.agent_listen, rpc.agent_port(), flags.public_hosts, HostName());
  ready.admins = LocalEndpoint(flags.admin_listen, rpc.admin_port());
  ready.ca_file = AbsolutePath(dir.ca_certificate());
  if (access(dir.admin_token().c_str(), F_OK) == 0) ready.token_file = AbsolutePath(dir.admin_token());
  ready.ca_spki_sha256 = issuer.CaSpkiSha256Hex();
  ready.pid = getpid();
  HOLDFAST_RETURN_IF_ERROR(WriteFileAtomically(dir.serving(), ReadyJson(ready)));
  if (flags.ready_file.empty()) return absl::OkStatus();
  return WriteFileAtomically(flags.ready_file, ReadyJson(ready));
}

// The core thread: a key was replaced, or what is shown meanwhile ends soon.
absl::Status FollowKeys(const std::string& what, const KeyIssuer& issuer, RenewableTlsIdentity& tls,
                        RpcServer& rpc, WallTime now) {
  if (!what.empty()) Log(LogLevel::kInfo, what);
  absl::Status status = rpc.AdmitAuthorities(issuer.CaCertificatesPem(), issuer.RetiredAuthoritiesPem());
  status.Update(tls.Renew(now));
  return Annotate(status, "the listeners still go by the keys of before");
}

void LogStore(const absl::Status& status) {
  if (status.ok()) return Log(LogLevel::kInfo, "the store takes rows again");
  Log(LogLevel::kError, absl::StrCat("the store takes nothing, agents keep their rows: ", status.message()));
}

absl::Status Announce(const ServerFlags& flags, const DataDir& dir, const KeyIssuer& issuer,
                      const RpcServer& rpc) {
  HOLDFAST_RETURN_IF_ERROR(WriteReadyFiles(flags, dir, issuer, rpc));
  Log(LogLevel::kInfo, absl::StrCat("serving agents on port ", rpc.agent_port(), ", admins on port ",
                                    rpc.admin_port(), ", data in ", flags.data_dir));
  return absl::OkStatus();
}

}  // namespace

int Serve(const ServerFlags& flags, const std::function<void()>& wait_for_stop) {
  umask(077);
  CheckDescriptors(RaiseDescriptorLimit(), flags.agent_gate);
  OpenedServer opened;
  absl::Status error;
  ServerOptions core_options;
  core_options.heartbeat_at_least = absl::Seconds(flags.heartbeat_at_least);
  if (const int exit_code = opened.Open(flags.data_dir, core_options, &error); exit_code != kExitOk)
    return Fail(exit_code, error);
  auto& [clock, random, dir, issuer, store, core] = opened;
  auto tls = RenewableTlsIdentity::Create(
      dir->path(), CertificateHosts({flags.agent_listen, flags.admin_listen}, flags.public_hosts, HostName()),
      *issuer, clock.Now().wall);
  if (!tls.ok()) return Fail(kExitDataDir, tls.status());

  CoreThread thread(clock);
  RpcServerOptions options = MakeRpcOptions(flags, *issuer, tls->identity());
  options.open_reader = [path = dir->database()] { return fleet::SqliteFleetStore::OpenReader(path); };
  SilenceGrpcLog();  // why it cannot listen is told once, below
  auto rpc = RpcServer::Listen(*core, thread, clock, options);
  if (!rpc.ok()) return Fail(kExitListen, rpc.status());
  RouteGrpcLog();
  core->SetStoreListener(LogStore);
  core->SetKeyListener([&](const std::string& what) {
    absl::Status status = FollowKeys(what, *issuer, *tls, **rpc, clock.Now().wall);
    status.Update(WriteReadyFiles(flags, *dir, *issuer, **rpc));
    return status;
  });
  core->SetHaltListener([](const std::string& halt) { Log(LogLevel::kError, halt); });
  core->SetAgentEndpoint(
      PublicEndpoint(flags.agent_listen, (*rpc)->agent_port(), flags.public_hosts, HostName()).ToString());
  if (auto status = HandOutFirstAdminToken(*core, *dir); !status.ok()) return Fail(kExitFailed, status);
  thread.Start();
  if (auto status = Announce(flags, *dir, *issuer, **rpc); !status.ok()) return Fail(kExitFailed, status);

  wait_for_stop();
  Log(LogLevel::kInfo, "stopping");
  (*rpc)->Stop(kStopGrace);
  unlink(dir->serving().c_str());
  if (!flags.ready_file.empty()) unlink(flags.ready_file.c_str());
  Log(LogLevel::kInfo, "stopped");
  return kExitOk;
}

}  // namespace holdfast::server
