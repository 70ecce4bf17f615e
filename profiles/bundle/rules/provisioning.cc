// Whether a provisioning profile grants what a program claims.
#include <algorithm>
#include <array>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/strip.h"
#include "absl/time/time.h"
#include "profiles/bundle/provider_types.h"
#include "profiles/bundle/rules/rules.h"

namespace holdfast::bundle {
namespace {

using lint::Rule;
using lint::Severity;

constexpr Rule kMissing = {
    .id = "provisioning-missing",
    .severity = Severity::kError,
    .title = "A restricted entitlement is claimed and no provisioning profile is there to grant it",
    .why =
        "Network Extensions and the installation of system extensions are restricted: macOS lets a program "
        "claim "
        "them only as far as the profile beside it grants. Without one the program is killed when it starts.",
    .fix =
        "embed the provisioning profile for its App ID as Contents/embedded.provisionprofile and sign again",
    .reference = "Apple TN3125: Inside Code Signing: Provisioning Profiles"};
constexpr Rule kNotGranted = {
    .id = "provisioning-not-granted",
    .severity = Severity::kError,
    .title = "The provisioning profile does not grant an entitlement that is claimed",
    .why = "macOS kills a program that claims a restricted entitlement beyond its profile when it starts.",
    .fix = "add the capability to the App ID, make a new profile, embed it and sign again",
    .reference = "Apple TN3125: Inside Code Signing: Provisioning Profiles"};
constexpr Rule kExpired = {
    .id = "provisioning-expired",
    .severity = Severity::kError,
    .title = "The provisioning profile has expired",
    .why = "From its end on macOS starts no program that rests on it, on Macs where it ran before as well.",
    .fix = "make a new profile (one for Developer ID lasts 18 years), embed it and sign again",
    .reference = "Apple TN3125: Inside Code Signing: Provisioning Profiles"};
constexpr Rule kUnreadable = {
    .id = "provisioning-unreadable",
    .severity = Severity::kError,
    .title = "The provisioning profile cannot be read",
    .why = "macOS takes it as none, and kills a program with restricted entitlements when it starts.",
    .fix = "embed the file as Apple's developer site gives it",
    .reference = "Apple TN3125: Inside Code Signing: Provisioning Profiles"};

constexpr std::array kRules = {&kMissing, &kNotGranted, &kExpired, &kUnreadable};
constexpr lint::RuleGroup kGroup = {"bundle-provisioning", "Provisioning profiles of apps and extensions",
                                    kRules, false};

constexpr std::array<absl::string_view, 2> kRestricted = {kNetworkExtension,
                                                          "com.apple.developer.system-extension.install"};

bool Granted(const plist::Value* granted, const plist::Value& claimed) {
  if (granted == nullptr) return false;
  if (const auto* flag = claimed.As<bool>()) return !*flag || *granted == claimed;
  const std::vector<std::string> all = Texts(granted);
  for (const std::string& value : Texts(&claimed)) {
    const bool listed = std::any_of(all.begin(), all.end(), [&](const std::string& pattern) {
      return pattern == value || pattern == "*";
    });
    if (!listed) return false;
  }
  return true;
}

void CheckGrants(Context& context, const Bundle& bundle, const Provisioning& provisioning) {
  for (const absl::string_view key : kRestricted) {
    const plist::Value* claimed = bundle.Entitlement(key);
    if (claimed == nullptr || Granted(provisioning.entitlements.Find(key), *claimed)) continue;
    context.Add(kNotGranted, bundle, {provisioning.path, 0, std::string(key)},
                absl::StrCat("the program claims more of ", key, " than it grants"));
  }
  const int64_t now = context.options().now;
  if (now == 0 || provisioning.expires == 0 || provisioning.expires > now) return;
  const absl::Time end = absl::FromUnixSeconds(provisioning.expires);
  context.Add(kExpired, bundle, {provisioning.path, 0, "ExpirationDate"},
              absl::StrCat("it ended on ", absl::FormatTime("%Y-%m-%d", end, absl::UTCTimeZone())));
}

}  // namespace

const lint::RuleGroup& ProvisioningRules() {
  return kGroup;
}

void CheckProvisioning(Context& context, const Bundle& bundle) {
  const bool claims = std::any_of(kRestricted.begin(), kRestricted.end(),
                                  [&](absl::string_view key) { return bundle.Entitlement(key) != nullptr; });
  if (!bundle.provisioning) {
    // An ad-hoc signature is refused for that already.
    const profiles::CodeSignature* signature = bundle.Signature();
    if (!claims || signature->ad_hoc) return;
    context.Add(kMissing, bundle, {absl::StrCat(bundle.contents, "/embedded.provisionprofile")},
                "restricted entitlements are claimed, and there is no embedded.provisionprofile");
  } else if (!bundle.provisioning->trouble.empty()) {
    context.Add(kUnreadable, bundle, {bundle.provisioning->path}, bundle.provisioning->trouble);
  } else {
    CheckGrants(context, bundle, *bundle.provisioning);
  }
}

}  // namespace holdfast::bundle
