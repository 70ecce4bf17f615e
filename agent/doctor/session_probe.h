// Exercises the private session interface, read-only: it makes a session for a configuration that does not
// exist, asks, and ends it. A wrong prototype would crash here, so this runs in a process of its own.
#pragma once

#include <functional>
#include <memory>
#include <vector>

#include "absl/time/time.h"
#include "agent/doctor/finding.h"
#include "agent/session/darwin/symbols.h"

namespace holdfast::doctor {

// Waits until `done`, for so long at most; whether it was done. Lets the library's queue run meanwhile.
using Wait = std::function<bool(const std::function<bool()>& done, absl::Duration limit)>;

struct Target {
  ne::FindSymbol find;
  Wait wait;
};
// This machine.
Target ThisMachine();

// Calls `tell` with each finding as soon as it is there: the next step may not come back.
void ProbeSessions(const Target& target, const std::function<void(const Finding&)>& tell);

}  // namespace holdfast::doctor
