#include "agent/daemon/machine.h"

namespace holdfast::agent {

std::vector<BackendChoice> BackendChoices() {
  return {{"darwin", MakeDarwinMachine}};
}

}  // namespace holdfast::agent
