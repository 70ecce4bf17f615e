// What programs on the simulated Mac do by themselves.
#include "sim/simulated_mac.h"

namespace holdfast::sim {
namespace {

constexpr absl::Duration kStormPace = absl::Milliseconds(50);
constexpr absl::Duration kClientReacts = absl::Seconds(1);
constexpr int kClientPid = 4242;

}  // namespace

void SimulatedMac::StartStorm(const Uuid& service, const std::string& program, int starts) {
  if (starts <= 0) return;
  manager_.Start(service, {program, kClientPid, std::nullopt});
  timers_.After(kStormPace, [this, service, program, starts] { StartStorm(service, program, starts - 1); });
}

void SimulatedMac::SetVendorClient(const Uuid& service, const std::string& program, bool wants_up) {
  clients_.erase(service);
  if (program.empty()) return;
  clients_[service] = {program, wants_up};
  ReactAsClient(manager_.Current(service));
}

void SimulatedMac::ReactAsClient(const SessionEvent& event) {
  const auto client = clients_.find(event.service);
  if (client == clients_.end()) return;
  const auto wants = [this, service = event.service](bool up) {
    const auto now = clients_.find(service);
    return now != clients_.end() && now->second.wants_up == up;
  };
  const Requester by{client->second.program, kClientPid, std::nullopt};
  if (event.status == SessionStatus::kDisconnected && wants(true)) {
    timers_.After(kClientReacts, [this, wants, by, service = event.service] {
      if (wants(true) && StatusOf(service) == SessionStatus::kDisconnected) manager_.Start(service, by);
    });
  } else if (event.status == SessionStatus::kConnected && wants(false)) {
    timers_.After(kClientReacts, [this, wants, by, service = event.service] {
      if (wants(false)) manager_.Stop(service, by);
    });
  }
}

void SimulatedMac::SetSetupAssistant(bool running) {
  setup_.running = running;
  delivery_.Setup(setup_);
}

}  // namespace holdfast::sim
