// The kinds of Network Extension providers: how each may be packaged on macOS, since when, and what its
// program must be entitled to. From Apple's TN3134 (revision of 2025-08-19) and the documentation of the
// entitlement com.apple.developer.networking.networkextension. Constant data.
#pragma once

#include <optional>

#include "absl/strings/string_view.h"
#include "absl/types/span.h"
#include "profiles/lint/macos_version.h"

namespace holdfast::bundle {

inline constexpr absl::string_view kNetworkExtension = "com.apple.developer.networking.networkextension";
// What a Developer ID program's value ends with.
inline constexpr absl::string_view kSystemExtensionSuffix = "-systemextension";

struct ProviderType {
  absl::string_view point;        // "com.apple.networkextension.packet-tunnel"
  absl::string_view name;         // "packet tunnel"
  absl::string_view entitlement;  // "packet-tunnel-provider"
  std::optional<lint::MacOsVersion> app_extension,
      system_extension;         // since when on macOS; absent: not at all
  bool app_store_only = false;  // as an app extension

  bool OnMac() const { return app_extension || system_extension; }
};

absl::Span<const ProviderType> ProviderTypes();
// Null: none such is known.
const ProviderType* FindProviderType(absl::string_view point);
// Whether the entitlement may have that value, with or without the suffix.
bool IsKnownEntitlementValue(absl::string_view value);

}  // namespace holdfast::bundle
