// What must agree within Liveness, CaptivePortal and TrustedNetworks.
#pragma once

#include "core/policy/given.h"
#include "core/policy/policy.h"
#include "core/policy/problems.h"

namespace holdfast {

void CheckSurroundings(const Policy& policy, const GivenKeys& given, Problems& problems);

}  // namespace holdfast
