// What a person showed for an override. No request's row says it; what the agent made of it does.
#pragma once

#include <cstddef>
#include <vector>

#include "core/replay/replay.h"

namespace holdfast::replay {

// `rows[request]` is a UserRequest; rows of the same step follow it, before `end`. A code, a ticket and a
// wrong passcode or code left their rows. An override without any of them stands for the right passcode: a
// policy that asks for none takes it too. A request that was refused for another reason showed nothing.
Credential ShownFor(const std::vector<Row>& rows, size_t request, size_t end);

}  // namespace holdfast::replay
