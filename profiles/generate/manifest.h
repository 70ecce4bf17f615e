// The manifest that profile editors (ProfileCreator, iMazing) and recipes for management servers make a form
// of: every key of the managed preferences, from the table that docs/policy.md is made of. Constant result;
// thread-safe.
#pragma once

#include "profiles/plist/value.h"

namespace holdfast::profiles {

plist::Value PreferencesManifest();

}  // namespace holdfast::profiles
