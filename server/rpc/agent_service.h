// AgentService over gRPC: checks the peer, asks for admission, translates and passes on. No state but the
// admission's counters: handlers run on gRPC's threads and only post.
#pragma once

#include "base/executor.h"
#include "holdfast/v1/agent_service.grpc.pb.h"
#include "server/rpc/admission.h"
#include "server/rpc/agent_backend.h"
#include "server/rpc/peer.h"

namespace holdfast::server {

class AgentService final : public v1::AgentService::CallbackService {
 public:
  // All must outlive the gRPC server; the executor is the core thread.
  AgentService(AgentBackend& backend, Executor& executor, PeerReader peers, const AdmissionLimits& limits,
               const Clock& clock)
      : backend_(backend), executor_(executor), peers_(std::move(peers)), clock_(clock), admission_(limits) {}

  // Whether a Sync was turned away since the last time this was asked. Any thread.
  bool SyncTurnedAway() { return admission_.TurnedAway(AgentMethod::kSync); }
  // The authorities whose devices are admitted have changed. Any thread.
  void Admit(crypto::ClientVerifier verifier) { peers_.Replace(std::move(verifier)); }

  grpc::ServerUnaryReactor* Enroll(grpc::CallbackServerContext* context, const v1::EnrollRequest* request,
                                   v1::EnrollResponse* response) override;
  grpc::ServerUnaryReactor* Sync(grpc::CallbackServerContext* context, const v1::SyncRequest* request,
                                 v1::SyncResponse* response) override;
  grpc::ServerUnaryReactor* RenewCertificate(grpc::CallbackServerContext* context,
                                             const v1::RenewCertificateRequest* request,
                                             v1::RenewCertificateResponse* response) override;
  grpc::ServerWriteReactor<v1::WatchResponse>* Watch(grpc::CallbackServerContext* context,
                                                     const v1::WatchRequest* request) override;

 private:
  AgentBackend& backend_;
  Executor& executor_;
  PeerReader peers_;
  const Clock& clock_;
  Admission admission_;
};

}  // namespace holdfast::server
