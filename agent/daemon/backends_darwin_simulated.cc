#include "agent/daemon/machine.h"

namespace holdfast::agent {

std::vector<BackendChoice> BackendChoices() {
  return {{"darwin", MakeDarwinMachine}, {kSimulatedBackend, MakeSimulatedMachine}};
}

}  // namespace holdfast::agent
