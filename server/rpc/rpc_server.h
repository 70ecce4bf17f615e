// ServerCore behind its two listeners: what holdfast-server, the mock and the tests run.
#pragma once

#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "server/rpc/admin_service.h"
#include "server/rpc/agent_service.h"
#include "server/rpc/core_backend.h"
#include "server/rpc/core_thread.h"
#include "server/rpc/event_feed.h"
#include "server/rpc/listener.h"

namespace holdfast::server {

struct RpcServerOptions {
  Endpoint agent_listen;  // port 0: any
  Endpoint admin_listen;
  TlsIdentity identity;
  std::vector<std::string> ca_certificates_pem;          // that agents' certificates may be issued by
  std::vector<std::string> retired_ca_certificates_pem;  // that they may not be issued by any more
  AdmissionLimits admission;
  AgentListenerLimits agents;
  GateLimits agent_gate;
  // Admins are few; each command of holdfast-admin is a connection.
  GateLimits admin_gate = {.open = 1'000, .strangers = 400, .per_identity = 200};
  // Puts something in front of the backend (the mock's faults); it must call the one it is given.
  std::function<std::unique_ptr<AgentBackend>(AgentBackend& inner, Executor& executor)> decorate;
  // A second connection to the core's store, for reports; without it they are made on the core thread.
  ReportThread::OpenReader open_reader;
  std::function<void(const absl::Status&)> on_tick_error;  // core thread; optional
  // Devices are asked to come less often, or not any more: why. Core thread; optional.
  std::function<void(const std::string&)> on_pressure;
  Acceptor::Told on_refused;  // what the gates refused, from time to time; two threads of their own; optional
};

class RpcServer {
 public:
  // Binds both ports. Calls that arrive wait until the core thread is started, so the core can still be told
  // the ports. Everything given must outlive the RpcServer.
  static absl::StatusOr<std::unique_ptr<RpcServer>> Listen(ServerCore& core, CoreThread& thread,
                                                           const Clock& clock,
                                                           const RpcServerOptions& options);
  ~RpcServer();

  uint16_t agent_port() const { return agents_->port(); }
  uint16_t admin_port() const { return admins_->port(); }

  // Devices of these authorities are admitted from now on, and those of `retired` told to enroll again. Any
  // thread.
  absl::Status AdmitAuthorities(const std::vector<std::string>& ca_certificates_pem,
                                const std::vector<std::string>& retired);

  // Ends the streams, lets calls in flight end for `grace`, then stops the core thread. Idempotent.
  void Stop(absl::Duration grace);

 private:
  RpcServer(ServerCore& core, CoreThread& thread, const Clock& clock, const RpcServerOptions& options);
  absl::Status Open(crypto::ClientVerifier verifier);
  AgentBackend& Backend();
  void ScheduleTick();

  ServerCore& core_;
  CoreThread& thread_;
  const Clock& clock_;
  const RpcServerOptions options_;
  Connections agent_connections_;
  Connections admin_connections_;
  CoreBackend backend_;
  std::unique_ptr<AgentBackend> decorated_;
  EventFeed feed_;
  std::unique_ptr<ReportThread> reports_;  // may be null
  AdminService admin_service_;
  std::unique_ptr<AgentService> agent_service_;
  std::unique_ptr<Listener> agents_;
  std::unique_ptr<Listener> admins_;
};

}  // namespace holdfast::server
