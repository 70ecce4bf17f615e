#include "agent/daemon/machine.h"

namespace holdfast::agent {

std::vector<BackendChoice> BackendChoices() {
  return {{"vici", MakeLinuxMachine}, {kSimulatedBackend, MakeSimulatedMachine}};
}

}  // namespace holdfast::agent
