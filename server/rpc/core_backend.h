// AgentBackend on ServerCore: posts each call to the core thread; syncs go through the group commit.
#pragma once

#include <map>
#include <memory>

#include "base/executor.h"
#include "server/rpc/agent_backend.h"
#include "server/rpc/sync_queue.h"
#include "server/service/server_core.h"

namespace holdfast::server {

class CoreBackend final : public AgentBackend {
 public:
  // Takes ServerCore's nudge hook. Both must outlive the backend; construct it before the core thread starts,
  // destroy it after it has stopped.
  CoreBackend(ServerCore& core, Executor& executor);
  ~CoreBackend() override;

  void Enroll(const Peer& peer, wire::EnrollRequest request, Done<wire::EnrollResponse> done) override;
  void Sync(const Peer& peer, wire::SyncRequest request, Done<wire::SyncResponse> done) override;
  void Renew(const Peer& peer, wire::RenewRequest request, Done<wire::RenewResponse> done) override;
  void Watch(const Peer& peer, const Uuid& device, std::shared_ptr<NudgeSink> sink) override;
  void EndWatch(const Uuid& device, const std::shared_ptr<NudgeSink>& sink) override;
  void CloseAll(const absl::Status& status) override;

 private:
  void BeginWatch(const Peer& peer, const Uuid& device, std::shared_ptr<NudgeSink> sink);
  void Nudge(const Uuid& device, absl::Duration max_jitter);
  void CutOff(const Uuid& device);

  ServerCore& core_;
  Executor& executor_;
  SyncQueue syncs_;
  std::map<Uuid, std::shared_ptr<NudgeSink>> watching_;  // core thread only
};

}  // namespace holdfast::server
