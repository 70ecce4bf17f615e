// For some time after a boot, a login, a wake or an update nothing is judged. All graces together excuse at
// most three hours in 24: who goes on waking and logging in does not stay unjudged.
#pragma once

#include <optional>

#include "core/engine/state.h"

namespace holdfast::engine {

inline constexpr absl::Duration kMostGracePerDay = absl::Hours(3);

struct Grace {
  absl::string_view cause;
  MonoTime until;
};

void BeginGrace(Core& core, GraceKind kind, MonoTime at);
// Begun in an earlier boot: it is over, and counts.
void CountGrace(Core& core, GraceKind kind, MonoTime at);

std::optional<Grace> ActiveGrace(const Core& core, MonoTime now);

}  // namespace holdfast::engine
