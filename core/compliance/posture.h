// How classes of time compare, worst first: what a device's posture and its place in a list come from.
#pragma once

#include "core/event/time_class.h"

namespace holdfast::compliance {

// Higher is worse: violation, unknown, no_network, awaiting_user, observed_only, excused, asleep_or_off,
// protected, not_required.
int Severity(TimeClass c);

inline TimeClass Worse(TimeClass a, TimeClass b) {
  return Severity(a) >= Severity(b) ? a : b;
}

}  // namespace holdfast::compliance
