// Liveness probes as TCP handshakes from this machine: through the tunnel, where its routes lead there. The
// name is resolved on a thread of its own, so that a dead resolver holds nobody up.
#pragma once

#include <functional>
#include <map>
#include <memory>
#include <string>

#include "agent/signals/prober.h"
#include "base/poll_executor.h"
#include "base/timer.h"

namespace holdfast::platform {

class TcpProber final : public signals::Prober {
 public:
  // Both must outlive it. Probes that are under way when it is destroyed are never answered.
  TcpProber(PollExecutor& executor, const Clock& clock);
  ~TcpProber() override;
  void Run(const Uuid& service, const Probe& probe, absl::Duration timeout,
           std::function<void(ProbeResult)> done) override;

 private:
  struct Attempt;
  struct Gate;
  void Connect(uint64_t id, const std::string& address, int family);
  void Connected(uint64_t id);
  void Finish(uint64_t id, const std::string& error);

  PollExecutor& executor_;
  const Clock& clock_;
  uint64_t last_ = 0;
  std::map<uint64_t, std::unique_ptr<Attempt>> attempts_;
  const std::shared_ptr<Gate> gate_;  // between resolving threads and the executor
  Lifetime lifetime_;
};

}  // namespace holdfast::platform
