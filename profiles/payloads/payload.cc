#include "profiles/payloads/payload.h"

#include <algorithm>
#include <array>

#include "profiles/payloads/management_keys.h"
#include "profiles/payloads/network_keys.h"
#include "profiles/payloads/vpn_keys.h"

namespace holdfast::payloads {
namespace {

constexpr Key kPayload = Dict("");

constexpr std::array kTopLevel = {
    String("PayloadIdentifier").Required(),
    String("PayloadUUID").Required(),
    String("PayloadType").Required(),
    Integer("PayloadVersion").Required(),
    Boolean("IsEncrypted"),
    Array("PayloadContent", kPayload),
    Data("EncryptedPayloadContent"),
    String("PayloadDescription"),
    String("PayloadDisplayName"),
    Boolean("HasRemovalPasscode"),
    String("PayloadOrganization"),
    Boolean("PayloadRemovalDisallowed"),
    String("PayloadScope").OneOf("System|User").Since("10.8"),
    Date("RemovalDate"),
    Real("DurationUntilRemoval"),
    Date("PayloadExpirationDate"),
    Integer("TargetDeviceType").OneOf("0|1|2|3|4|5|6").Since("10.15"),
    Dict("ConsentText"),
};

constexpr std::array kCommon = {
    String("PayloadIdentifier").Required(),
    String("PayloadUUID").Required(),
    String("PayloadType").Required(),
    Integer("PayloadVersion").Required(),
    String("PayloadDescription"),
    String("PayloadDisplayName"),
    String("PayloadOrganization"),
    // In no schema, but written by Apple's own Profile Manager and since then by many; without effect.
    Boolean("PayloadEnabled"),
};

// Those that Apple's schema lists for macOS; a preference domain of any name may stand beside them.
constexpr std::array<absl::string_view, 109> kApple = {
    ".GlobalPreferences",
    "com.apple.ADCertificate.managed",
    "com.apple.AIM.account",
    "com.apple.AssetCache.managed",
    "com.apple.Dictionary",
    "com.apple.DirectoryService.managed",
    "com.apple.DiscRecording",
    "com.apple.MCX",
    "com.apple.MCX.FileVault2",
    "com.apple.MCX.TimeMachine",
    "com.apple.ManagedClient.preferences",
    "com.apple.NSExtension",
    "com.apple.SetupAssistant.managed",
    "com.apple.ShareKitHelper",
    "com.apple.SoftwareUpdate",
    "com.apple.SystemConfiguration",
    "com.apple.TCC.configuration-profile-policy",
    "com.apple.airplay",
    "com.apple.airplay.security",
    "com.apple.airprint",
    "com.apple.app.lock",
    "com.apple.applicationaccess",
    "com.apple.applicationaccess.new",
    "com.apple.appstore",
    "com.apple.asam",
    "com.apple.associated-domains",
    "com.apple.caldav.account",
    "com.apple.carddav.account",
    "com.apple.configurationprofile.identification",
    "com.apple.dashboard",
    "com.apple.declarations",
    "com.apple.desktop",
    "com.apple.dnsProxy.managed",
    "com.apple.dnsSettings.managed",
    "com.apple.dock",
    "com.apple.domains",
    "com.apple.ews.account",
    "com.apple.extensiblesso",
    "com.apple.familycontrols.contentfilter",
    "com.apple.familycontrols.timelimits.v2",
    "com.apple.fileproviderd",
    "com.apple.finder",
    "com.apple.firstactiveethernet.managed",
    "com.apple.firstethernet.managed",
    "com.apple.font",
    "com.apple.gamed",
    "com.apple.globalethernet.managed",
    "com.apple.google-oauth",
    "com.apple.ironwood.support",
    "com.apple.jabber.account",
    "com.apple.ldap.account",
    "com.apple.loginitems.managed",
    "com.apple.loginwindow",
    "com.apple.lom",
    "com.apple.mail.managed",
    "com.apple.mcxMenuExtras",
    "com.apple.mcxloginscripts",
    "com.apple.mcxprinting",
    "com.apple.mdm",
    "com.apple.mobiledevice.passwordpolicy",
    "com.apple.notificationsettings",
    "com.apple.osxserver.account",
    "com.apple.preference.security",
    "com.apple.preference.users",
    "com.apple.profileRemovalPassword",
    "com.apple.proxy.http.global",
    "com.apple.relay.managed",
    "com.apple.screensaver",
    "com.apple.screensaver.user",
    "com.apple.secondactiveethernet.managed",
    "com.apple.secondethernet.managed",
    "com.apple.security.FDERecoveryKeyEscrow",
    "com.apple.security.FDERecoveryRedirect",
    "com.apple.security.acme",
    "com.apple.security.certificatepreference",
    "com.apple.security.certificaterevocation",
    "com.apple.security.certificatetransparency",
    "com.apple.security.firewall",
    "com.apple.security.identitypreference",
    "com.apple.security.pem",
    "com.apple.security.pkcs1",
    "com.apple.security.pkcs12",
    "com.apple.security.root",
    "com.apple.security.scep",
    "com.apple.security.smartcard",
    "com.apple.servicemanagement",
    "com.apple.sso",
    "com.apple.subscribedcalendar.account",
    "com.apple.syspolicy.kernel-extension-policy",
    "com.apple.system-extension-policy",
    "com.apple.system.logging",
    "com.apple.systemmigration",
    "com.apple.systempolicy.control",
    "com.apple.systempolicy.managed",
    "com.apple.systempolicy.rule",
    "com.apple.systempreferences",
    "com.apple.systemuiserver",
    "com.apple.thirdactiveethernet.managed",
    "com.apple.thirdethernet.managed",
    "com.apple.universalaccess",
    "com.apple.vpn.managed",
    "com.apple.vpn.managed.applayer",
    "com.apple.vpn.managed.appmapping",
    "com.apple.webClip.managed",
    "com.apple.webcontent-filter",
    "com.apple.wifi.managed",
    "com.apple.xsan",
    "com.apple.xsan.preferences",
    "loginwindow",
};

// What replaces the payloads that macOS 27 deprecates.
constexpr absl::string_view kDeclared = "a declaration of the family com.apple.configuration.network";

}  // namespace

absl::Span<const PayloadType> PayloadTypes() {
  static const auto& types = *new std::array<PayloadType, 12>{{
      {.type = "com.apple.vpn.managed", .since = "10.7", .keys = VpnKeys(), .network = true},
      {.type = "com.apple.vpn.managed.applayer", .since = "10.9", .keys = AppLayerVpnKeys(), .network = true},
      {.type = "com.apple.vpn.managed.appmapping",
       .since = "10.9",
       .keys = AppMappingKeys(),
       .device_only = true,
       .single = true},
      {.type = "com.apple.dnsProxy.managed",
       .since = "10.15",
       .deprecated = "27.0",
       .instead = kDeclared,
       .keys = DnsProxyKeys(),
       .network = true,
       .device_only = true,
       .single = true},
      {.type = "com.apple.dnsSettings.managed",
       .since = "11.0",
       .deprecated = "27.0",
       .instead = kDeclared,
       .keys = DnsSettingsKeys(),
       .network = true,
       .device_only = true},
      {.type = "com.apple.webcontent-filter",
       .since = "10.15",
       .keys = FilterKeys(),
       .network = true,
       .device_only = true},
      {.type = "com.apple.relay.managed",
       .since = "14.0",
       .deprecated = "27.0",
       .instead = kDeclared,
       .keys = RelayKeys(),
       .network = true},
      {.type = "com.apple.system-extension-policy",
       .since = "10.15",
       .keys = ExtensionPolicyKeys(),
       .device_only = true,
       .needs_mdm = true},
      {.type = "com.apple.servicemanagement",
       .since = "13.0",
       .keys = ServiceManagementKeys(),
       .device_only = true,
       .needs_mdm = true},
      {.type = "com.apple.TCC.configuration-profile-policy",
       .since = "10.14",
       .keys = PrivacyKeys(),
       .device_only = true,
       .needs_mdm = true},
      {.type = "com.apple.notificationsettings", .since = "10.15", .keys = NotificationKeys()},
      {.type = "com.apple.ManagedClient.preferences", .since = "10.7", .keys = PreferencesKeys()},
  }};
  return types;
}

const PayloadType* FindPayloadType(absl::string_view type) {
  for (const PayloadType& known : PayloadTypes()) {
    if (known.type == type) return &known;
  }
  return nullptr;
}

bool IsApplePayload(absl::string_view type) {
  return std::find(kApple.begin(), kApple.end(), type) != kApple.end();
}

absl::Span<const Key> TopLevelKeys() {
  return kTopLevel;
}
absl::Span<const Key> CommonKeys() {
  return kCommon;
}

const Key* FindNamedKey(absl::Span<const Key> keys, absl::string_view name) {
  const auto found = std::find_if(keys.begin(), keys.end(), [&](const Key& key) { return key.name == name; });
  return found == keys.end() ? nullptr : &*found;
}

const Key* FindKey(absl::Span<const Key> keys, absl::string_view name) {
  const Key* key = FindNamedKey(keys, name);
  return key != nullptr ? key : FindNamedKey(keys, "*");
}

absl::string_view TypeName(Type type) {
  switch (type) {
    case Type::kString:
      return "<string>";
    case Type::kInteger:
      return "<integer>";
    case Type::kReal:
      return "<real>";
    case Type::kBoolean:
      return "<true/> or <false/>";
    case Type::kDate:
      return "<date>";
    case Type::kData:
      return "<data>";
    case Type::kArray:
      return "<array>";
    case Type::kDict:
      return "<dict>";
    case Type::kAny:
      break;
  }
  return "any value";
}

}  // namespace holdfast::payloads
