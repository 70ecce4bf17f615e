// The session contract on a simulated Mac.
#pragma once

#include "agent/session/session.h"
#include "base/timer.h"
#include "sim/simulated_mac.h"

namespace holdfast::session {

class SimulatedBackend final : public Backend, private sim::Observer {
 public:
  // The Mac must outlive it. Destroying it is what the death of the agent is to the Mac: sessions go on.
  explicit SimulatedBackend(sim::SimulatedMac& mac) : mac_(mac) {}
  ~SimulatedBackend() override;
  SimulatedBackend(const SimulatedBackend&) = delete;
  SimulatedBackend& operator=(const SimulatedBackend&) = delete;

  absl::Status Begin(Listener* listener) override;
  absl::Status StartSession(const Uuid& service, std::optional<uint32_t> as_uid) override;
  absl::Status StopSession(const Uuid& service) override;
  void CountInbound(const Uuid& service, std::function<void(absl::StatusOr<uint64_t>)> done) override;
  std::vector<Capability> Capabilities() const override;
  std::string Name() const override { return "simulated"; }

 private:
  void OnSession(const SessionEvent& event) override { listener_->OnSession(event); }
  void OnInstalled(const InstalledFacts& installed) override { listener_->OnInstalled(installed); }
  void OnManagerRestarted(const std::string& detail) override { listener_->OnManagerRestarted(detail); }

  sim::SimulatedMac& mac_;
  Listener* listener_ = nullptr;
  Lifetime lifetime_;
};

}  // namespace holdfast::session
