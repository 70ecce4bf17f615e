#include "profiles/bundle/provider_types.h"

#include <algorithm>
#include <array>

#include "absl/strings/strip.h"

namespace holdfast::bundle {
namespace {

constexpr lint::MacOsVersion kElCapitan{10, 11, 0}, kCatalina{10, 15, 0}, kTahoe{26, 0, 0};

constexpr std::array kTypes = {
    ProviderType{"com.apple.networkextension.packet-tunnel", "packet tunnel", "packet-tunnel-provider",
                 kElCapitan, kCatalina, true},
    // Transparent proxies are app proxies here: they have no point of their own.
    ProviderType{"com.apple.networkextension.app-proxy", "app proxy or transparent proxy",
                 "app-proxy-provider", kElCapitan, kCatalina, true},
    ProviderType{"com.apple.networkextension.filter-data", "content filter", "content-filter-provider",
                 std::nullopt, kCatalina},
    ProviderType{"com.apple.networkextension.filter-packet", "packet filter", "content-filter-provider",
                 std::nullopt, kCatalina},
    ProviderType{"com.apple.networkextension.dns-proxy", "DNS proxy", "dns-proxy", std::nullopt, kCatalina},
    ProviderType{"com.apple.networkextension.url-filter-control", "URL filter", "url-filter-provider", kTahoe,
                 std::nullopt},
    ProviderType{"com.apple.networkextension.filter-control", "content filter's control",
                 "content-filter-provider", std::nullopt, std::nullopt},
    ProviderType{"com.apple.networkextension.app-push", "app push", "app-push-provider", std::nullopt,
                 std::nullopt},
    ProviderType{"com.apple.networkextension.hotspot-authentication", "hotspot authentication",
                 "hotspot-provider", std::nullopt, std::nullopt},
    ProviderType{"com.apple.networkextension.hotspot-evaluation", "hotspot evaluation", "hotspot-provider",
                 std::nullopt, std::nullopt},
};

// Values that need no provider.
constexpr std::array<absl::string_view, 2> kOtherValues = {"dns-settings", "relay"};

}  // namespace

absl::Span<const ProviderType> ProviderTypes() {
  return kTypes;
}

const ProviderType* FindProviderType(absl::string_view point) {
  const auto* found =
      std::find_if(kTypes.begin(), kTypes.end(), [&](const ProviderType& t) { return t.point == point; });
  return found == kTypes.end() ? nullptr : found;
}

bool IsKnownEntitlementValue(absl::string_view value) {
  const absl::string_view plain = absl::StripSuffix(value, kSystemExtensionSuffix);
  const bool of_provider = std::any_of(kTypes.begin(), kTypes.end(),
                                       [&](const ProviderType& t) { return t.entitlement == plain; });
  return of_provider || std::find(kOtherValues.begin(), kOtherValues.end(), value) != kOtherValues.end();
}

}  // namespace holdfast::bundle
