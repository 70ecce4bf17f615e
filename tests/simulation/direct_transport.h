// A device's connection to the server as direct calls on virtual time, over a link that delays, loses,
// doubles and breaks.
#pragma once

#include <functional>
#include <optional>
#include <string>

#include "agent/uplink/transport.h"
#include "base/executor.h"
#include "base/random.h"
#include "base/timer.h"
#include "server/service/agent_api.h"

namespace holdfast::simulation {

// The server as devices reach it: nothing while it is down.
class ServerPort {
 public:
  virtual ~ServerPort() = default;
  virtual server::AgentApi* api() = 0;
};

struct Link {
  bool up = true;
  double lose_request = 0, lose_answer = 0, twice = 0;  // shares of the calls
  absl::Duration slowest = absl::Milliseconds(40);      // each way takes up to this
};

class DirectTransport final : public uplink::AgentTransport {
 public:
  // All must outlive it; `link` belongs to the device and outlives its agents.
  DirectTransport(const Clock& clock, Executor& executor, ServerPort& server, const Link& link, uint64_t seed)
      : clock_(clock), executor_(executor), server_(server), link_(link), random_{seed} {}

  void SetIdentity(const uplink::Identity& identity) override;
  void Enroll(const wire::EnrollRequest& request, absl::Duration deadline,
              uplink::Callback<wire::EnrollResponse> done) override;
  void Sync(const wire::SyncRequest& request, absl::Duration deadline,
            uplink::Callback<wire::SyncResponse> done) override;
  void Renew(const wire::RenewRequest& request, absl::Duration deadline,
             uplink::Callback<wire::RenewResponse> done) override;
  void Watch(const Uuid& device, std::function<void(wire::WatchNudge)> nudge,
             std::function<void(absl::Status)> closed) override;

  // What the server's hook says, if this device watches.
  void Nudge(const Uuid& device, absl::Duration max_jitter);
  // The link broke or the server went: an open stream ends.
  void Break();

 private:
  template <class Response>
  void Call(absl::Duration deadline,
            std::function<absl::StatusOr<Response>(server::AgentApi&, const server::Peer&)> call,
            uplink::Callback<Response> done);
  absl::Duration Delay() { return link_.slowest * random_.Uniform(); }
  bool Happens(double share) { return random_.Uniform() < share; }
  void After(absl::Duration delay, std::function<void()> work) {
    executor_.PostAt(clock_.Now().mono + delay, std::move(work));
  }

  struct Stream {
    Uuid device;
    std::function<void(wire::WatchNudge)> nudge;
    std::function<void(absl::Status)> closed;
  };

  const Clock& clock_;
  Executor& executor_;
  ServerPort& server_;
  const Link& link_;
  SplitMix64 random_;
  server::Peer peer_{std::nullopt, "", "192.0.2.1"};
  std::optional<Stream> stream_;
  Lifetime lifetime_;
};

}  // namespace holdfast::simulation
