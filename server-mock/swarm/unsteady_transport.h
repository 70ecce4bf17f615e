// An agent's connection that is measured, and that loses and doubles a share of its calls.
#pragma once

#include <functional>
#include <memory>

#include "agent/uplink/transport.h"
#include "base/executor.h"
#include "base/random.h"
#include "base/timer.h"
#include "server-mock/swarm/tally.h"

namespace holdfast::swarm {

// Shares of the Syncs, 0..1. Half of what is lost never reaches the server, of the other half the answer is
// lost.
struct Unsteadiness {
  double lose = 0, twice = 0;
};

class UnsteadyTransport final : public uplink::AgentTransport {
 public:
  // All must outlive it. `answered` runs with when the call was begun, for each call that was answered.
  UnsteadyTransport(std::unique_ptr<uplink::AgentTransport> inner, const Unsteadiness& unsteadiness,
                    const Clock& clock, Executor& executor, Tally& tally, uint64_t seed,
                    std::function<void(MonoTime)> answered)
      : inner_(std::move(inner)),
        unsteadiness_(unsteadiness),
        clock_(clock),
        executor_(executor),
        tally_(tally),
        random_{seed},
        answered_(std::move(answered)) {}

  void SetIdentity(const uplink::Identity& identity) override { inner_->SetIdentity(identity); }
  void Enroll(const wire::EnrollRequest& request, absl::Duration deadline,
              uplink::Callback<wire::EnrollResponse> done) override;
  void Sync(const wire::SyncRequest& request, absl::Duration deadline,
            uplink::Callback<wire::SyncResponse> done) override;
  void Renew(const wire::RenewRequest& request, absl::Duration deadline,
             uplink::Callback<wire::RenewResponse> done) override;
  void Watch(const Uuid& device, std::function<void(wire::WatchNudge)> nudge,
             std::function<void(absl::Status)> closed) override {
    inner_->Watch(device, std::move(nudge), std::move(closed));
  }

 private:
  template <class Response>
  uplink::Callback<Response> Measured(Latencies& latencies, uplink::Callback<Response> done);
  // What an agent hears of a call that the network swallowed.
  void FailLater(uplink::Callback<wire::SyncResponse> done);

  const std::unique_ptr<uplink::AgentTransport> inner_;
  const Unsteadiness unsteadiness_;
  const Clock& clock_;
  Executor& executor_;
  Tally& tally_;
  SplitMix64 random_;
  const std::function<void(MonoTime)> answered_;
  Lifetime lifetime_;
};

}  // namespace holdfast::swarm
