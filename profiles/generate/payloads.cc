#include "profiles/generate/payloads.h"

#include <string>

#include "absl/strings/str_cat.h"
#include "base/error.h"
#include "core/policy/parse.h"
#include "profiles/generate/product.h"
#include "profiles/preferences/preferences.h"

namespace holdfast::profiles {
namespace {

using plist::Array;
using plist::Dict;

constexpr int64_t kBanner = 1;  // AlertType: goes away by itself

Dict Messages(const Messenger& messenger) {
  Dict out;
  out.Set("BundleIdentifier", std::string(messenger.bundle_id));
  out.Set("NotificationsEnabled", true);
  out.Set("AlertType", kBanner);
  out.Set("ShowInNotificationCenter", true);
  // Names of services and networks are nobody's business who only sees the screen.
  out.Set("ShowInLockScreen", false);
  out.Set("BadgesEnabled", false);
  out.Set("SoundsEnabled", false);
  // Of an emergency that breaks through Do Not Disturb there is none.
  out.Set("CriticalAlertEnabled", false);
  return out;
}

}  // namespace

plist::Dict ServiceManagement(const Signer& signer) {
  Array rules;
  for (const Job& job : kJobs) {
    Dict rule;
    rule.Set("RuleType", "Label");
    rule.Set("RuleValue", std::string(job.label));
    // A label alone would let anybody's program of that label in.
    rule.Set("TeamIdentifier", signer.team_id);
    rule.Set("Comment", std::string(job.what));
    rules.emplace_back(std::move(rule));
  }
  Dict out;
  out.Set("Rules", std::move(rules));
  return out;
}

plist::Dict Notifications() {
  Array settings;
  for (const Messenger& messenger : kMessengers) settings.emplace_back(Messages(messenger));
  Dict out;
  out.Set("NotificationSettings", std::move(settings));
  return out;
}

plist::Dict PrivacyPreferences(const Signer& signer) {
  Dict daemon;
  daemon.Set("Identifier", std::string(kDaemon.program));
  daemon.Set("IdentifierType", "path");  // it is no bundle
  daemon.Set("CodeRequirement", DesignatedRequirement(signer));
  daemon.Set("StaticCode", false);  // macOS can check the running program
  daemon.Set("Allowed", true);
  daemon.Set("Comment",
             "Reads /Library/Preferences/com.apple.networkextension.plist, where the VPN configurations are. "
             "Whether root needs this for it is not known; holdfastctl doctor tells.");
  Dict services;
  services.Set("SystemPolicyAllFiles", Array{plist::Value(std::move(daemon))});
  Dict out;
  out.Set("Services", std::move(services));
  return out;
}

absl::StatusOr<plist::Dict> ManagedPreferences(const Document& policy) {
  HOLDFAST_RETURN_IF_ERROR(ResolvePolicy({{policy, PolicySource::kManagedDevice, policy.source}}).status());
  return PolicyPreferences(policy);
}

}  // namespace holdfast::profiles
