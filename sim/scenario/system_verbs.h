// Verbs about the system around the sessions.
#pragma once

#include <vector>

#include "sim/scenario/command.h"

namespace holdfast::sim {

const std::vector<Verb>& SystemVerbs();

}  // namespace holdfast::sim
