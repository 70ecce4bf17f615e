// What a person asks through holdfastctl: connect, disconnect, override.
#pragma once

#include "core/engine/state.h"

namespace holdfast::engine {

// Records the request, carries it out or refuses it, and always answers.
void OnUserRequest(Core& core, Turn& turn, const UserRequest& request);

}  // namespace holdfast::engine
