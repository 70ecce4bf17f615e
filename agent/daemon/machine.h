// The machine under the agent: who runs the sessions, what tells of network and power, which clock counts.
#pragma once

#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "agent/control/rights.h"
#include "agent/daemon/flags.h"
#include "agent/session/session.h"
#include "agent/signals/prober.h"
#include "agent/signals/signals.h"
#include "base/poll_executor.h"
#include "core/policy/trust.h"
#include "proto/wire/agent_messages.h"

namespace holdfast::agent {

class Machine {
 public:
  virtual ~Machine() = default;
  // A simulated Mac's wall clock may be moved by its scenario.
  virtual const Clock& clock() = 0;
  virtual session::Backend& backend() = 0;
  virtual signals::Source& signals() = 0;
  virtual signals::Prober& prober() = 0;
  virtual wire::HardwareIdentity hardware() const = 0;
  // Managed preferences: where they lie, empty where there are none, and how far they may be trusted. The
  // second may block for seconds before the signals have begun.
  virtual std::string managed_preferences() const { return ""; }
  virtual PolicySource managed_source() { return PolicySource::kUnmanaged; }
};

// What a machine is made of; all but `log`, which takes a line, must outlive it.
struct MachineParts {
  const Flags& flags;
  Clock& clock;
  PollExecutor& executor;
  std::function<void(const std::string&)> log;
  // Not OK: a Mac's private session interface must not be called, and why.
  absl::Status private_calls = absl::OkStatus();
};

// As the flags ask for it.
absl::StatusOr<std::unique_ptr<Machine>> MakeMachine(const MachineParts& parts);

inline constexpr char kSimulatedBackend[] = "simulated";

// The back ends that this build has (backends_*.cc, one of which is linked), the default first.
struct BackendChoice {
  std::string name;
  absl::StatusOr<std::unique_ptr<Machine>> (*make)(const MachineParts& parts);
};
std::vector<BackendChoice> BackendChoices();

// Who connected to the local socket, with what this system can tell of their program (machine_*.cc).
absl::StatusOr<control::Peer> PeerOnThisMachine(int fd);

// For the log.
std::string PublicInterfaceOnly(const absl::Status& why);

// Each in a file of its own, linked where it can run.
absl::StatusOr<std::unique_ptr<Machine>> MakeLinuxMachine(const MachineParts& parts);
absl::StatusOr<std::unique_ptr<Machine>> MakeDarwinMachine(const MachineParts& parts);
absl::StatusOr<std::unique_ptr<Machine>> MakeSimulatedMachine(const MachineParts& parts);

}  // namespace holdfast::agent
