// The machine under the agent: who runs the sessions, what tells of network and power, which clock counts.
#pragma once

#include <functional>
#include <memory>
#include <string>

#include "absl/status/statusor.h"
#include "agent/daemon/flags.h"
#include "agent/session/session.h"
#include "agent/signals/prober.h"
#include "agent/signals/signals.h"
#include "base/poll_executor.h"
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
};

// As the flags ask for it. `clock` and `executor` must outlive it; `log` takes a line.
absl::StatusOr<std::unique_ptr<Machine>> MakeMachine(const Flags& flags, Clock& clock, PollExecutor& executor,
                                                     std::function<void(const std::string&)> log);

}  // namespace holdfast::agent
