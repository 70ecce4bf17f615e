#include "agent/daemon/machine.h"
#include "agent/platform/linux/linux_signals.h"
#include "agent/platform/posix/machine_identity.h"
#include "agent/platform/posix/network_prober.h"
#include "agent/session/vici/backend.h"

namespace holdfast::agent {
namespace {

class LinuxMachine final : public Machine {
 public:
  LinuxMachine(const Flags& flags, Clock& clock, PollExecutor& executor)
      : clock_(clock),
        backend_(executor, clock, {.socket_path = flags.vici_socket}),
        signals_(executor, clock, {}),
        prober_(executor, clock) {}
  const Clock& clock() override { return clock_; }
  session::Backend& backend() override { return backend_; }
  signals::Source& signals() override { return signals_; }
  signals::Prober& prober() override { return prober_; }
  wire::HardwareIdentity hardware() const override { return platform::ReadMachineIdentity(); }

 private:
  Clock& clock_;
  vici::ViciBackend backend_;
  platform::LinuxSignals signals_;
  platform::NetworkProber prober_;
};

}  // namespace

absl::StatusOr<control::Peer> PeerOnThisMachine(int fd) {
  return control::PeerOf(fd);
}

absl::StatusOr<std::unique_ptr<Machine>> MakeLinuxMachine(const MachineParts& parts) {
  return std::unique_ptr<Machine>(std::make_unique<LinuxMachine>(parts.flags, parts.clock, parts.executor));
}

}  // namespace holdfast::agent
