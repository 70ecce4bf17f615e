// Liveness probes by TCP: a connection that the far end accepts came through the tunnel and back.
#pragma once

#include <cstdint>
#include <map>
#include <memory>

#include "agent/signals/prober.h"
#include "base/poll_executor.h"

namespace holdfast::platform {

// A refusal is a failure too: outside the tunnel, whoever owns the network can refuse in the target's name.
// The host must be an address: a name would be resolved outside the tunnel, and by a call that blocks.
class TcpProber final : public signals::Prober {
 public:
  TcpProber(PollExecutor& executor, const Clock& clock);
  ~TcpProber() override;

  void Run(const Uuid& service, const Probe& probe, absl::Duration timeout,
           std::function<void(ProbeResult)> done) override;

 private:
  struct Attempt;
  void Finish(uint64_t id, int error);

  PollExecutor& executor_;
  const Clock& clock_;
  uint64_t last_ = 0;
  std::map<uint64_t, std::unique_ptr<Attempt>> attempts_;
};

}  // namespace holdfast::platform
