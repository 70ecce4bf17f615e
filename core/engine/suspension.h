// Enforcement stands still for everybody: an emergency suspension or a hold that an administrator ordered, or
// a maintenance window of the policy. Each has an end, and each second of it is excused by its own name.
#pragma once

#include "core/engine/state.h"

namespace holdfast::engine {

void OnSuspensionOrdered(Core& core, Turn& turn, const SuspensionOrdered& order);
// Opens and closes the policy's windows by the wall clock, and asks to be called for the next.
void ReviewWindows(Core& core, Turn& turn);

// The cause of excused time.
absl::string_view CauseOfExcuse(const Override& excuse);
// "An override with a reason runs"
std::string ExplainExcuse(const Override& excuse);

}  // namespace holdfast::engine
