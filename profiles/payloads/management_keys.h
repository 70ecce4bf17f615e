#pragma once

#include "absl/types/span.h"
#include "profiles/payloads/key.h"

namespace holdfast::payloads {

absl::Span<const Key> ExtensionPolicyKeys();    // com.apple.system-extension-policy
absl::Span<const Key> ServiceManagementKeys();  // com.apple.servicemanagement
absl::Span<const Key> PrivacyKeys();            // com.apple.TCC.configuration-profile-policy
absl::Span<const Key> NotificationKeys();       // com.apple.notificationsettings
absl::Span<const Key> PreferencesKeys();        // com.apple.ManagedClient.preferences

}  // namespace holdfast::payloads
