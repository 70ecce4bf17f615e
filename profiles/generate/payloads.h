// The payloads that make a Mac run Holdfast without asking anybody: each a dictionary with the keys of its
// type alone; envelope.h adds what every payload has. Pure and thread-safe.
#pragma once

#include "absl/status/statusor.h"
#include "core/policy/document.h"
#include "profiles/generate/signer.h"
#include "profiles/plist/value.h"

namespace holdfast::profiles {

// com.apple.servicemanagement: the launch jobs are managed login items, which nobody switches off.
plist::Dict ServiceManagement(const Signer& signer);
// com.apple.notificationsettings: the programs that show Holdfast's messages may.
plist::Dict Notifications();
// com.apple.TCC.configuration-profile-policy: the one permission that the daemon may need.
plist::Dict PrivacyPreferences(const Signer& signer);
// io.holdfast.agent: a policy as managed preferences. INVALID_ARGUMENT with every problem of an invalid one.
absl::StatusOr<plist::Dict> ManagedPreferences(const Document& policy);

}  // namespace holdfast::profiles
