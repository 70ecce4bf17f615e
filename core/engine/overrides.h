// A person's override: bound to the console user, shown for by what the policy asks, always with an end.
#pragma once

#include <functional>
#include <string>

#include "core/engine/state.h"

namespace holdfast::engine {

void BeginOverride(Core& core, Turn& turn, const UserRequest& request);
void EndOverrideByPerson(Core& core, Turn& turn, const UserRequest& request);

// Ends what has run out and asks to be called for the rest.
void ExpireOverrides(Core& core, Turn& turn);
// Another user is at the console, or nobody.
void EndOverridesOfOthers(Core& core, Turn& turn);
// A new policy may forbid or shorten what runs.
void ReviewOverrides(Core& core, Turn& turn);

// Ends those suspensions, each with its row.
void EndSuspensions(Core& core, Turn& turn, const std::string& why,
                    const std::function<bool(const Override&)>& ends);

int OverridesLeftToday(const Core& core, MonoTime now);

// Answers a person's request; `text` says what was done, or what to do instead.
void Answer(Turn& turn, const UserRequest& request, absl::StatusCode code, const std::string& text);

}  // namespace holdfast::engine
