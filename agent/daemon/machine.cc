#include "agent/daemon/machine.h"

#include "absl/strings/str_cat.h"

namespace holdfast::agent {

absl::StatusOr<std::unique_ptr<Machine>> MakeMachine(const MachineParts& parts) {
  const Flags& flags = parts.flags;
  if (flags.backend != kSimulatedBackend && (!flags.scenario.empty() || !flags.profiles.empty() ||
                                             !flags.sim_control.empty() || !flags.session_library.empty())) {
    return absl::InvalidArgumentError(
        "--scenario, --profiles, --sim-control and --session-library need --backend simulated");
  }
  for (const BackendChoice& choice : BackendChoices()) {
    if (choice.name == flags.backend) return choice.make(parts);
  }
  return absl::InvalidArgumentError("this build has no such back end (--backend)");
}

std::string PublicInterfaceOnly(const absl::Status& why) {
  return absl::StrCat("the session manager's private interface is not called (", why.message(),
                      "): services are run through scutil --nc, which has no IKEv2");
}

}  // namespace holdfast::agent
