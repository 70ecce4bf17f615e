// What holds between keys, once each of them is fine by itself.
#pragma once

#include "core/policy/given.h"
#include "core/policy/policy.h"
#include "core/policy/problems.h"

namespace holdfast {

// Fills the defaults that depend on other keys: a rule's label, since, reconnectAfter.
void FillDependentDefaults(const GivenKeys& given, Policy& policy);

// check_overrides.cc: what suspends enforcement.
void CheckOverrides(const Policy& policy, const GivenKeys& given, Problems& problems);

void CheckPolicy(const Policy& policy, const GivenKeys& given, Problems& problems);

}  // namespace holdfast
