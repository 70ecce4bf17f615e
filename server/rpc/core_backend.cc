#include "server/rpc/core_backend.h"

#include <utility>

#include "base/error.h"

namespace holdfast::server {

CoreBackend::CoreBackend(ServerCore& core, Executor& executor)
    : core_(core),
      executor_(executor),
      syncs_(executor, [this](std::vector<SyncCall> calls) { return core_.SyncBatch(std::move(calls)); },
             {}) {
  core_.SetNudge([this](const Uuid& device, absl::Duration max_jitter) { Nudge(device, max_jitter); });
  core_.SetRevokedListener([this](const Uuid& device) { CutOff(device); });
}

CoreBackend::~CoreBackend() {
  core_.SetNudge(nullptr);
  core_.SetRevokedListener(nullptr);
}

void CoreBackend::Enroll(const Peer& peer, wire::EnrollRequest request, Done<wire::EnrollResponse> done) {
  executor_.Post([this, peer, request = std::move(request), done = std::move(done)] {
    done(core_.Enroll(peer, request));
  });
}

void CoreBackend::Sync(const Peer& peer, wire::SyncRequest request, Done<wire::SyncResponse> done) {
  executor_.Post([this, call = SyncCall{peer, std::move(request)}, done = std::move(done)]() mutable {
    syncs_.Add(std::move(call), std::move(done));
  });
}

void CoreBackend::Renew(const Peer& peer, wire::RenewRequest request, Done<wire::RenewResponse> done) {
  executor_.Post([this, peer, request = std::move(request), done = std::move(done)] {
    done(core_.Renew(peer, request));
  });
}

void CoreBackend::Watch(const Peer& peer, const Uuid& device, std::shared_ptr<NudgeSink> sink) {
  executor_.Post([this, peer, device, sink = std::move(sink)] { BeginWatch(peer, device, sink); });
}

void CoreBackend::BeginWatch(const Peer& peer, const Uuid& device, std::shared_ptr<NudgeSink> sink) {
  if (const absl::Status status = core_.CheckPeer(peer, device); !status.ok()) {
    sink->Close(status);
    return;
  }
  sink->Accepted();
  std::shared_ptr<NudgeSink>& slot = watching_[device];
  std::shared_ptr<NudgeSink> replaced = std::exchange(slot, std::move(sink));
  if (replaced != nullptr) {
    replaced->Close(
        absl::AbortedError("the device opened another Watch stream, which takes this one's place"));
  }
}

void CoreBackend::EndWatch(const Uuid& device, const std::shared_ptr<NudgeSink>& sink) {
  const auto it = watching_.find(device);
  if (it != watching_.end() && it->second == sink) watching_.erase(it);
}

void CoreBackend::CloseAll(const absl::Status& status) {
  const auto watching = std::exchange(watching_, {});
  for (const auto& [device, sink] : watching) sink->Close(status);
}

void CoreBackend::CutOff(const Uuid& device) {
  const auto cut = watching_.extract(device);
  if (cut.empty()) return;
  cut.mapped()->Close(WithReason(
      absl::PermissionDeniedError("watching: an admin revoked this device; ask for a new enrollment token"),
      ErrorReason::kRevoked));
}

void CoreBackend::Nudge(const Uuid& device, absl::Duration max_jitter) {
  const auto it = watching_.find(device);
  if (it != watching_.end()) it->second->Nudge({max_jitter});
}

}  // namespace holdfast::server
