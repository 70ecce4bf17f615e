// All profiles of one Mac, read together.
#pragma once

#include <vector>

#include "core/facts.h"
#include "profiles/mobileconfig/profile.h"

namespace holdfast::profiles {

// In order of installation: a later profile with the same top-level PayloadIdentifier replaces the earlier
// one. Services come sorted by id, proxies in the order that InstalledFacts declares. Adds the findings that
// only show across profiles. Extensions stay empty: profiles allow them, the system reports them.
InstalledFacts Combine(const std::vector<Profile>& profiles);

// What the same profiles declare of SystemFacts: their identifiers, DNS proxies and postures of services.
// They count as installed by MDM.
SystemFacts CombineSystem(const std::vector<Profile>& profiles);

}  // namespace holdfast::profiles
