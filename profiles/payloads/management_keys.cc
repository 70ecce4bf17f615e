// What allows programs: extensions, background services, privacy, notifications, preferences.
#include "profiles/payloads/management_keys.h"

#include <array>

namespace holdfast::payloads {
namespace {

constexpr Key kKind = String("").OneOf("DriverExtension|NetworkExtension|EndpointSecurityExtension");
constexpr std::array kKindsByTeam = {Array("*", kKind)};
constexpr std::array kBundlesByTeam = {Strings("*")};
constexpr std::array kExtensionPolicy = {
    Boolean("AllowUserOverrides"),
    Strings("AllowedTeamIdentifiers"),
    Dict("AllowedSystemExtensionTypes", kKindsByTeam),
    Dict("AllowedSystemExtensions", kBundlesByTeam),
    Dict("RemovableSystemExtensions", kBundlesByTeam).Since("12.0"),
    Dict("NonRemovableSystemExtensions", kBundlesByTeam).Since("15.0"),
    Dict("NonRemovableFromUISystemExtensions", kBundlesByTeam).Since("15.0"),
};

constexpr std::array kServiceRule = {
    String("RuleType")
        .Required()
        .OneOf("BundleIdentifier|BundleIdentifierPrefix|Label|LabelPrefix|TeamIdentifier"),
    String("RuleValue").Required(),
    String("Comment"),
    String("TeamIdentifier"),
};
constexpr Key kServiceRuleItem = Dict("", kServiceRule);
constexpr std::array kServiceManagement = {Array("Rules", kServiceRuleItem).Required()};

constexpr std::array kIdentity = {
    String("Identifier").Required(),
    String("IdentifierType").Required().OneOf("bundleID|path"),
    String("CodeRequirement").Required(),
    Boolean("StaticCode"),
    // Apple's schema requires it; its text says that Authorization may take its place.
    Boolean("Allowed"),
    String("Authorization").OneOf("Allow|Deny|AllowStandardUserToSetSystemService").Since("11.0"),
    String("Comment"),
    String("AEReceiverIdentifier"),
    String("AEReceiverIdentifierType").OneOf("bundleID|path"),
    String("AEReceiverCodeRequirement"),
};
constexpr Key kIdentityItem = Dict("", kIdentity);
constexpr std::array kServices = {
    Array("AddressBook", kIdentityItem),
    Array("Calendar", kIdentityItem),
    Array("Reminders", kIdentityItem),
    Array("Photos", kIdentityItem),
    Array("Camera", kIdentityItem),
    Array("Microphone", kIdentityItem),
    Array("Accessibility", kIdentityItem),
    Array("PostEvent", kIdentityItem),
    Array("SystemPolicyAllFiles", kIdentityItem),
    Array("SystemPolicySysAdminFiles", kIdentityItem),
    Array("AppleEvents", kIdentityItem),
    Array("MediaLibrary", kIdentityItem).Since("10.15"),
    Array("FileProviderPresence", kIdentityItem).Since("10.15"),
    Array("ListenEvent", kIdentityItem).Since("10.15"),
    Array("ScreenCapture", kIdentityItem).Since("10.15"),
    Array("SpeechRecognition", kIdentityItem).Since("10.15"),
    Array("SystemPolicyDesktopFolder", kIdentityItem).Since("10.15"),
    Array("SystemPolicyDocumentsFolder", kIdentityItem).Since("10.15"),
    Array("SystemPolicyDownloadsFolder", kIdentityItem).Since("10.15"),
    Array("SystemPolicyNetworkVolumes", kIdentityItem).Since("10.15"),
    Array("SystemPolicyRemovableVolumes", kIdentityItem).Since("10.15"),
    Array("SystemPolicyAppBundles", kIdentityItem).Since("13.0"),
    Array("SystemPolicyAppData", kIdentityItem).Since("14.0"),
    Array("BluetoothAlways", kIdentityItem).Since("11.0"),
};
constexpr std::array kPrivacy = {Dict("Services", kServices).Required()};

constexpr std::array kNotification = {
    String("BundleIdentifier").Required(),
    Boolean("NotificationsEnabled"),
    Boolean("ShowInNotificationCenter"),
    Boolean("ShowInLockScreen"),
    Integer("AlertType").OneOf("0|1|2"),
    Boolean("BadgesEnabled"),
    Boolean("SoundsEnabled"),
    Boolean("ShowInCarPlay").NotOnMac(),
    Boolean("CriticalAlertEnabled"),
    Integer("GroupingType").OneOf("0|1|2").NotOnMac(),
    Integer("PreviewType").OneOf("0|1|2").NotOnMac(),
};
constexpr Key kNotificationItem = Dict("", kNotification);
constexpr std::array kNotifications = {Array("NotificationSettings", kNotificationItem).Required()};

constexpr std::array kSettings = {Dict("mcx_preference_settings").Required(), Any("*")};
constexpr Key kSettingsItem = Dict("", kSettings);
constexpr std::array kDomain = {Array("Forced", kSettingsItem), Array("Set-Once", kSettingsItem), Any("*")};
constexpr std::array kDomains = {Dict("*", kDomain)};
constexpr std::array kPreferences = {Dict("PayloadContent", kDomains).Required()};

}  // namespace

absl::Span<const Key> ExtensionPolicyKeys() {
  return kExtensionPolicy;
}
absl::Span<const Key> ServiceManagementKeys() {
  return kServiceManagement;
}
absl::Span<const Key> PrivacyKeys() {
  return kPrivacy;
}
absl::Span<const Key> NotificationKeys() {
  return kNotifications;
}
absl::Span<const Key> PreferencesKeys() {
  return kPreferences;
}

}  // namespace holdfast::payloads
