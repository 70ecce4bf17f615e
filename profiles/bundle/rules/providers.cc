// Kinds of providers and how they are packaged.
#include <array>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "profiles/bundle/provider_types.h"
#include "profiles/bundle/rules/rules.h"
#include "profiles/plist/keys.h"

namespace holdfast::bundle {
namespace {

using lint::Rule;
using lint::Severity;

constexpr Rule kUsageDescription = {
    .id = "sysex-usage-description-missing",
    .severity = Severity::kError,
    .title = "The system extension does not say what it is for",
    .why =
        "NSSystemExtensionUsageDescription is required in the extension's own Info.plist, not the app's. "
        "Without "
        "it the activation fails: sysextd names the key, and the app gets OSSystemExtensionErrorDomain 9.",
    .fix = "set NSSystemExtensionUsageDescription in the extension's Info.plist to a sentence for its users",
    .reference = "Apple: NSSystemExtensionUsageDescription"};
constexpr Rule kClassesMissing = {
    .id = "provider-classes-missing",
    .severity = Severity::kError,
    .title = "The extension is entitled to a provider and declares none",
    .why =
        "Network Extension finds the class to make an object of in NetworkExtension.NEProviderClasses of a "
        "system "
        "extension, and under NSExtension of an app extension. A configuration that names this extension "
        "never "
        "starts.",
    .fix = "declare the provider: the extension point as key, the class as value",
    .reference = "Apple: NEProviderClasses; Apple: NSExtensionPointIdentifier"};
constexpr Rule kUnknown = {
    .id = "provider-unknown",
    .severity = Severity::kError,
    .title = "The extension point is none of Network Extension's",
    .why =
        "sysextd refuses the extension ('invalid extension point in its NetworkExtension Info.plist key'). A "
        "transparent proxy has no point of its own: it is declared as com.apple.networkextension.app-proxy, "
        "and "
        "its class derives from NETransparentProxyProvider.",
    .fix = "use one of Network Extension's points",
    .reference =
        "Apple TN3134: Network Extension provider deployment; messages of sysextd that developers report"};
constexpr Rule kNotOnMac = {
    .id = "provider-not-on-macos",
    .severity = Severity::kError,
    .title = "That kind of provider does not exist on macOS",
    .why = "Apple lists no way to deploy it on a Mac; nothing there makes an object of its class.",
    .fix = "leave it out of the Mac's product",
    .reference = "Apple TN3134: Network Extension provider deployment"};
constexpr Rule kPackaging = {
    .id = "provider-packaging",
    .severity = Severity::kError,
    .title = "That kind of provider cannot be packaged this way on macOS",
    .why =
        "Content filters, packet filters and DNS proxies are system extensions on a Mac, URL filters are app "
        "extensions; packet tunnels and app proxies can be either. Packaged the other way macOS does not "
        "load it.",
    .fix = "package it as the other kind of extension",
    .reference = "Apple TN3134: Network Extension provider deployment"};
constexpr Rule kAppStoreOnly = {
    .id = "provider-app-store-only",
    .severity = Severity::kError,
    .title =
        "An app extension with that kind of provider is for the App Store only, and this is signed otherwise",
    .why =
        "With a Developer ID signature macOS accepts packet tunnels and app proxies as system extensions "
        "only: "
        "the app extension is refused before its provider starts.",
    .fix = "package it as a system extension, or distribute it through the App Store",
    .reference = "Apple TN3134; Apple Developer Forums: Exporting a Developer ID Network Extension"};
constexpr Rule kNoClass = {
    .id = "provider-class-empty",
    .severity = Severity::kError,
    .title = "The provider names no class",
    .why =
        "Network Extension looks the class up by this name when a configuration starts; there is nothing to "
        "find.",
    .fix = "name the class, with the Swift module before it: $(PRODUCT_MODULE_NAME).PacketTunnelProvider",
    .reference = "Apple: NEProviderClasses; Apple: NSExtensionPrincipalClass"};
constexpr Rule kShared = {
    .id = "provider-shared-process",
    .severity = Severity::kInfo,
    .title = "Several providers share one process and one XPC listener",
    .why =
        "A system extension's providers live in one process, which has one Mach service name: the app's "
        "messages "
        "to each arrive at the same listener, and when one provider crashes all of them are gone.",
    .fix = "let each message say which provider it is for",
    .reference = "Apple Developer Forums: Network Extension Provider Packaging"};

constexpr std::array kRules = {&kUsageDescription, &kClassesMissing, &kUnknown, &kNotOnMac,
                               &kPackaging,        &kAppStoreOnly,   &kNoClass, &kShared};
constexpr lint::RuleGroup kGroup = {
    "provider-packaging", "Kinds of Network Extension providers and their packaging", kRules, false};

std::string PointsOnMac() {
  std::vector<absl::string_view> points;
  for (const ProviderType& type : ProviderTypes()) {
    if (type.OnMac()) points.push_back(type.point);
  }
  return absl::StrJoin(points, ", ");
}

void TellUnknown(Context& context, const Bundle& bundle, const Provider& provider) {
  const bool transparent = provider.point == "com.apple.networkextension.transparent-proxy";
  context.InInfo(kUnknown, bundle, provider.key_path, absl::StrCat("it declares ", provider.point),
                 transparent ? "declare com.apple.networkextension.app-proxy instead"
                             : absl::StrCat("use one of ", PointsOnMac()));
}

bool IsDeveloperId(const Bundle& bundle) {
  const profiles::CodeSignature* signature = bundle.Signature();
  return signature != nullptr && signature->certificate &&
         signature->certificate->authority == profiles::Authority::kDeveloperId;
}

void CheckProvider(Context& context, const Bundle& bundle, const Provider& provider) {
  const ProviderType* type = FindProviderType(provider.point);
  if (type == nullptr) return TellUnknown(context, bundle, provider);
  if (!type->OnMac()) {
    context.InInfo(kNotOnMac, bundle, provider.key_path,
                   absl::StrCat("it declares a provider for ", type->name));
    return;
  }
  const bool system = bundle.kind == Kind::kSystemExtension;
  if (!(system ? type->system_extension : type->app_extension)) {
    context.InInfo(
        kPackaging, bundle, provider.key_path,
        absl::StrCat("a ", type->name, " is packaged as ", system ? "a system" : "an app", " extension"),
        absl::StrCat("package it as ", system ? "an app" : "a system", " extension"));
  } else if (!system && type->app_store_only && IsDeveloperId(bundle)) {
    context.InInfo(kAppStoreOnly, bundle, provider.key_path,
                   absl::StrCat("a ", type->name, " is an app extension with a Developer ID signature"));
  }
  // ExtensionKit finds the class by itself.
  const bool kit = !system && plist::SubDict(bundle.info, "EXAppExtensionAttributes") != nullptr;
  if (provider.class_name.empty() && !kit) {
    context.InInfo(kNoClass, bundle, provider.key_path,
                   absl::StrCat("no class is named for the ", type->name));
  }
}

}  // namespace

const lint::RuleGroup& ProviderRules() {
  return kGroup;
}

void CheckProviders(Context& context, const Bundle& bundle) {
  if (!bundle.IsExtension()) return;
  const bool system = bundle.kind == Kind::kSystemExtension;
  if (system && plist::Text(bundle.info, "NSSystemExtensionUsageDescription").empty()) {
    context.InInfo(kUsageDescription, bundle, "NSSystemExtensionUsageDescription",
                   "there is no NSSystemExtensionUsageDescription");
  }
  if (bundle.providers.empty() && bundle.Entitlement(kNetworkExtension) != nullptr) {
    context.InInfo(kClassesMissing, bundle, system ? "NetworkExtension.NEProviderClasses" : "NSExtension",
                   "its Info.plist declares no provider");
  }
  for (const Provider& provider : bundle.providers) CheckProvider(context, bundle, provider);
  if (system && bundle.providers.size() > 1) {
    context.InInfo(kShared, bundle, "NetworkExtension.NEProviderClasses",
                   absl::StrCat("it has ", bundle.providers.size(), " providers"));
  }
}

}  // namespace holdfast::bundle
