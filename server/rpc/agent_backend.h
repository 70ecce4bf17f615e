// AgentService without a transport, asynchronously: what the gRPC adapter calls, what CoreBackend answers
// from ServerCore, and what the mock puts its faults in front of.
#pragma once

#include <functional>
#include <memory>

#include "absl/status/statusor.h"
#include "server/service/agent_api.h"

namespace holdfast::server {

// One agent's Watch stream, as the backend sees it. Called on the core thread.
class NudgeSink {
 public:
  virtual ~NudgeSink() = default;
  // The stream is being watched from now on; called once, before any nudge.
  virtual void Accepted() = 0;
  virtual void Nudge(const wire::WatchNudge& nudge) = 0;
  // Nothing is called after it.
  virtual void Close(const absl::Status& status) = 0;
};

class AgentBackend {
 public:
  template <class T>
  using Done = std::function<void(absl::StatusOr<T>)>;

  virtual ~AgentBackend() = default;
  // Any thread. `done` runs once, on the core thread.
  virtual void Enroll(const Peer& peer, wire::EnrollRequest request, Done<wire::EnrollResponse> done) = 0;
  virtual void Sync(const Peer& peer, wire::SyncRequest request, Done<wire::SyncResponse> done) = 0;
  virtual void Renew(const Peer& peer, wire::RenewRequest request, Done<wire::RenewResponse> done) = 0;

  // Any thread. The sink is kept until it is closed or the watch is ended.
  virtual void Watch(const Peer& peer, const Uuid& device, std::shared_ptr<NudgeSink> sink) = 0;
  // The agent went away. Core thread.
  virtual void EndWatch(const Uuid& device, const std::shared_ptr<NudgeSink>& sink) = 0;

  // Before the server stops: ends what has no end of its own. Core thread.
  virtual void CloseAll(const absl::Status& status) = 0;
};

}  // namespace holdfast::server
