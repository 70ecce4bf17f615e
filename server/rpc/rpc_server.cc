#include "server/rpc/rpc_server.h"

#include <utility>

#include "absl/synchronization/mutex.h"
#include "base/error.h"

namespace holdfast::server {
namespace {

constexpr absl::Duration kTickInterval = absl::Seconds(5);

// Debian's Abseil keeps a graph of the locks that gRPC takes, to find deadlocks: a tenth of what a busy
// server does.
void TakeLocksAtFullSpeed() {
#ifdef NDEBUG
  absl::SetMutexDeadlockDetectionMode(absl::OnDeadlockCycle::kIgnore);
#endif
}

}  // namespace

RpcServer::RpcServer(ServerCore& core, CoreThread& thread, const Clock& clock,
                     const RpcServerOptions& options)
    : core_(core),
      thread_(thread),
      clock_(clock),
      options_(options),
      agent_connections_(options.agent_gate, clock),
      admin_connections_(options.admin_gate, clock),
      backend_(core, thread),
      decorated_(options.decorate ? options.decorate(backend_, thread) : nullptr),
      feed_(core),
      reports_(options.open_reader ? std::make_unique<ReportThread>(options.open_reader, clock) : nullptr),
      admin_service_(core, feed_, thread, reports_.get(),
                     [this](const Actor& actor) { admin_connections_.Vouch(actor.source, actor.name); }) {}

RpcServer::~RpcServer() {
  Stop(absl::ZeroDuration());
}

absl::StatusOr<std::unique_ptr<RpcServer>> RpcServer::Listen(ServerCore& core, CoreThread& thread,
                                                             const Clock& clock,
                                                             const RpcServerOptions& options) {
  TakeLocksAtFullSpeed();
  HOLDFAST_ASSIGN_OR_RETURN(
      crypto::ClientVerifier verifier,
      crypto::ClientVerifier::Create(options.ca_certificates_pem, options.retired_ca_certificates_pem));
  std::unique_ptr<RpcServer> server(new RpcServer(core, thread, clock, options));
  HOLDFAST_RETURN_IF_ERROR(server->Open(std::move(verifier)));
  server->ScheduleTick();
  if (server->reports_ != nullptr) server->reports_->Start();
  return server;
}

absl::Status RpcServer::Open(crypto::ClientVerifier verifier) {
  const auto vouch = [this](const Peer& peer) {
    agent_connections_.Vouch(peer.address, peer.device->ToString());
  };
  agent_service_ = std::make_unique<AgentService>(
      Backend(), thread_, PeerReader(std::move(verifier), clock_, vouch), options_.admission, clock_);
  HOLDFAST_ASSIGN_OR_RETURN(
      agents_, Listener::Agents(options_.agent_listen, options_.identity, options_.agents,
                                {agent_connections_, clock_, options_.on_refused}, *agent_service_));
  HOLDFAST_ASSIGN_OR_RETURN(
      admins_, Listener::Admins(options_.admin_listen, options_.identity,
                                {admin_connections_, clock_, options_.on_refused}, admin_service_));
  return absl::OkStatus();
}

absl::Status RpcServer::AdmitAuthorities(const std::vector<std::string>& ca_certificates_pem,
                                         const std::vector<std::string>& retired) {
  HOLDFAST_ASSIGN_OR_RETURN(crypto::ClientVerifier verifier,
                            crypto::ClientVerifier::Create(ca_certificates_pem, retired));
  agent_service_->Admit(std::move(verifier));
  return absl::OkStatus();
}

AgentBackend& RpcServer::Backend() {
  return decorated_ != nullptr ? *decorated_ : backend_;
}

void RpcServer::ScheduleTick() {
  thread_.PostAt(clock_.Now().mono + kTickInterval, [this] {
    const std::string pressure = core_.JudgePressure(agent_service_->SyncTurnedAway());
    if (!pressure.empty() && options_.on_pressure) options_.on_pressure(pressure);
    const absl::Status status = core_.Tick();
    if (!status.ok() && options_.on_tick_error) options_.on_tick_error(status);
    feed_.CloseEnded();
    ScheduleTick();
  });
}

void RpcServer::Stop(absl::Duration grace) {
  thread_.Start();  // else a call that came in before would never be answered, and gRPC waits for it
  thread_.Post([this] {
    const absl::Status stopping = absl::UnavailableError("the server is stopping");
    Backend().CloseAll(stopping);
    feed_.CloseAll(stopping);
  });
  if (agents_ != nullptr) agents_->Shutdown(grace);
  if (admins_ != nullptr) admins_->Shutdown(grace);
  thread_.Stop();
  if (reports_ != nullptr) reports_->Stop();
}

}  // namespace holdfast::server
