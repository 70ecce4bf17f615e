// How the profile reaches the Mac: scope, channel, by whom.
#include <array>

#include "absl/strings/str_cat.h"
#include "profiles/lint/rules/rules.h"
#include "profiles/plist/keys.h"

namespace holdfast::lint {
namespace {

constexpr Rule kScopeMissing = {
    .id = "network-scope-missing",
    .severity = Severity::kWarning,
    .title = "A profile with a network payload has no PayloadScope",
    .why =
        "Installed by a person on macOS 26.1 or later it fails: \"The 'VPN Service' payload could not be "
        "installed\". Installed by a management server the channel decides, and the profile works.",
    .fix = "add <key>PayloadScope</key><string>System</string> beside the outer PayloadType",
    .reference = "paulmillr/encrypted-dns#190; mullvad/encrypted-dns-profiles#18"};
constexpr Rule kScope = {
    .id = "payload-device-scope-only",
    .severity = Severity::kError,
    .title = "A payload for the whole Mac stands in a profile for one user",
    .why = "The payload exists on the device channel only. In a profile of the scope User macOS refuses it.",
    .fix = "set PayloadScope to System: such payloads install for the whole Mac only",
    .reference = "Apple's schema: supportedOS.macOS.userchannel"};
constexpr Rule kUserVpn = {.id = "vpn-user-scope",
                           .severity = Severity::kInfo,
                           .title = "A VPN is installed for one user",
                           .why =
                               "It exists only while that user is logged in: it cannot be connected at the "
                               "login window, nor for another "
                               "user of the same Mac.",
                           .fix = "set PayloadScope to System when the VPN is to be always connected",
                           .reference = "Apple: TopLevel, PayloadScope"};
constexpr Rule kNeedsMdm = {
    .id = "payload-needs-mdm",
    .severity = Severity::kError,
    .title = "A payload that only a management server may install is to be installed by hand",
    .why =
        "macOS takes it only from a server whose enrollment a person approved. Double-clicked, the whole "
        "profile "
        "is refused.",
    .fix = "deliver it by MDM, or leave this payload out of the profile that people install",
    .reference = "Apple's schema: userapprovedmdm, allowmanualinstall"};
constexpr Rule kTooNew = {
    .id = "payload-too-new",
    .severity = Severity::kError,
    .title = "A payload is newer than the macOS that it is meant for",
    .why =
        "An older macOS does not know the payload: it is refused or ignored, and with it what it should set.",
    .fix = "leave it out of the profiles of older Macs",
    .reference = "Apple's schema: supportedOS.macOS.introduced"};
constexpr Rule kDeprecated = {
    .id = "payload-deprecated",
    .severity = Severity::kInfo,
    .title = "A payload is deprecated",
    .why = "It still works. Apple will remove it, and new settings appear in its replacement only.",
    .fix = "plan its replacement",
    .reference = "Apple's release notes for macOS 27"};

constexpr std::array kRules = {&kScopeMissing, &kScope, &kUserVpn, &kNeedsMdm, &kTooNew, &kDeprecated};
constexpr RuleGroup kGroup = {"delivery", "Delivery: scope, channel, versions of payloads", kRules};

constexpr MacOsVersion kScopeNeeded{26, 1, 0};

bool Before(const MacOsVersion& target, absl::string_view version) {
  const auto parsed = ParseMacOsVersion(version);
  return parsed.ok() && target < *parsed;
}

void CheckScopeMissing(const FileView& file, Sink& sink) {
  if (file.profile().scope_declared) return;
  for (const PayloadView& payload : file.payloads()) {
    const payloads::PayloadType* type = payloads::FindPayloadType(payload.type());
    if (type == nullptr || !type->network) continue;
    Finding& finding = sink.Add(kScopeMissing, file.At("PayloadScope"),
                                absl::StrCat("it holds a ", type->type, " payload and has no PayloadScope"));
    if (file.options().manual && file.options().ReachesTo(kScopeNeeded)) finding.severity = Severity::kError;
    return;
  }
}

void CheckUserScope(const PayloadView& payload, const payloads::PayloadType& type, Sink& sink) {
  if (payload.file().profile().scope != ProfileScope::kUser) return;
  const Spot spot = payload.file().At("PayloadScope");
  if (type.device_only) {
    sink.Add(kScope, {spot.file, &payload, spot.path, spot.line}, "the profile's PayloadScope is 'User'");
  } else if (type.type == "com.apple.vpn.managed") {
    sink.Add(kUserVpn, {spot.file, &payload, spot.path, spot.line}, "the profile's PayloadScope is 'User'");
  }
}

void CheckAge(const PayloadView& payload, const payloads::PayloadType& type, Sink& sink) {
  const Options& options = payload.file().options();
  if (Before(options.Oldest(), type.since)) {
    sink.Add(kTooNew, payload.At("PayloadType"),
             absl::StrCat(type.type, " exists since macOS ", type.since, "; the target is ",
                          options.Oldest().ToString()));
  }
  if (!type.deprecated.empty() && !Before(options.Oldest(), type.deprecated)) {
    sink.Add(kDeprecated, payload.At("PayloadType"),
             absl::StrCat(type.type, " is deprecated since macOS ", type.deprecated),
             absl::StrCat("plan its replacement: ", type.instead));
  }
}

}  // namespace

const RuleGroup& DeliveryRules() {
  return kGroup;
}

void CheckDelivery(const FileView& file, Sink& sink) {
  CheckScopeMissing(file, sink);
  for (const PayloadView& payload : file.payloads()) {
    const payloads::PayloadType* type = payloads::FindPayloadType(payload.type());
    if (type == nullptr) continue;
    CheckUserScope(payload, *type, sink);
    CheckAge(payload, *type, sink);
    if (type->needs_mdm && file.options().manual) {
      sink.Add(kNeedsMdm, payload.At("PayloadType"), absl::StrCat(type->type, " needs user-approved MDM"));
    }
  }
}

}  // namespace holdfast::lint
