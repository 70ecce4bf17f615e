// What the programs of an app and its extensions claim.
#include <algorithm>
#include <array>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "absl/strings/strip.h"
#include "profiles/bundle/provider_types.h"
#include "profiles/bundle/rules/rules.h"

namespace holdfast::bundle {
namespace {

using lint::Rule;
using lint::Severity;
using profiles::Authority;

constexpr Rule kMissing = {
    .id = "entitlement-provider-missing",
    .severity = Severity::kError,
    .title = "The extension is not entitled to the provider that it declares",
    .why =
        "macOS compares the declared providers with com.apple.developer.networking.networkextension in the "
        "signature; without the value the extension is not activated, or the provider never starts.",
    .fix = "add the value to com.apple.developer.networking.networkextension and sign again",
    .reference = "Apple: Network Extensions Entitlement"};
constexpr Rule kSuffix = {
    .id = "entitlement-suffix",
    .severity = Severity::kError,
    .title = "The entitlement's value is that of another way of distribution",
    .why =
        "A Developer ID signature needs the values that end with -systemextension; development and the App "
        "Store "
        "need those without, and an app extension never has the ending. With the other form macOS refuses "
        "the "
        "program or its provider.",
    .fix = "use the value for the certificate that it is signed with, in app and extension, and sign again",
    .reference = "Apple Developer Forums: Exporting a Developer ID Network Extension"};
constexpr Rule kUnknown = {
    .id = "entitlement-value-unknown",
    .severity = Severity::kWarning,
    .title = "The Network Extensions entitlement has a value that Apple does not name",
    .why =
        "No provisioning profile grants it, and a program that claims more than its profile grants is killed "
        "when "
        "it starts. There is none for transparent proxies: their value is app-proxy-provider.",
    .fix = "remove the value, or write it as Apple's documentation has it",
    .reference = "Apple: Network Extensions Entitlement"};
constexpr Rule kAppMissing = {
    .id = "entitlement-app-missing",
    .severity = Severity::kWarning,
    .title = "The app is not entitled to the provider of its extension",
    .why =
        "The app saves the configuration (NETunnelProviderManager, NEFilterManager, ...) and needs the same "
        "values "
        "as its extension; without them saving fails with permission denied. Where only an MDM profile makes "
        "the "
        "configuration, that does no harm.",
    .fix = "give the app the same values of com.apple.developer.networking.networkextension",
    .reference = "Apple Developer Forums: Exporting a Developer ID Network Extension"};
constexpr Rule kInstall = {
    .id = "entitlement-install-missing",
    .severity = Severity::kError,
    .title = "The app may not install its system extension",
    .why =
        "Without com.apple.developer.system-extension.install every activation request fails with "
        "OSSystemExtensionErrorDomain 2, missingEntitlement.",
    .fix = "add com.apple.developer.system-extension.install to the app and sign again",
    .reference = "Apple: System Extension Entitlement"};
constexpr Rule kDebugging = {.id = "entitlement-get-task-allow",
                             .severity = Severity::kError,
                             .title = "The program may be debugged by any other",
                             .why =
                                 "com.apple.security.get-task-allow is for development: notarization refuses "
                                 "it, and any process of the "
                                 "same user may read and change the program's memory.",
                             .fix = "sign for distribution, without com.apple.security.get-task-allow",
                             .reference = "Apple: Resolving common notarization issues"};
constexpr Rule kSandbox = {
    .id = "entitlement-sandbox-missing",
    .severity = Severity::kError,
    .title = "The app extension is not sandboxed",
    .why = "macOS loads app extensions only when they are; the extension does not register.",
    .fix = "add com.apple.security.app-sandbox, with network.client and network.server as needed",
    .reference = "Apple: App Extension Programming Guide; Apple: App Sandbox Entitlement"};
constexpr Rule kSystemSandbox = {
    .id = "entitlement-sandbox-advised",
    .severity = Severity::kInfo,
    .title = "The system extension is not sandboxed",
    .why =
        "It runs as root and reads what comes from the network; the sandbox limits what an error in it can "
        "do. The "
        "App Store demands it, Developer ID does not.",
    .fix = "add com.apple.security.app-sandbox if what the extension does allows it",
    .reference = "Apple: App Sandbox Entitlement"};
constexpr Rule kFormsDiffer = {
    .id = "entitlement-forms-differ",
    .severity = Severity::kError,
    .title = "The two forms of the entitlements in the signature differ",
    .why =
        "A signature carries entitlements as a property list and in DER. Newer systems go by DER, older ones "
        "and "
        "most tools by the property list: what was tested is not what counts everywhere.",
    .fix = "sign again with one tool, with --generate-entitlement-der where codesign offers it",
    .reference = "Apple: Using the latest code signature format"};

constexpr std::array kRules = {&kMissing,   &kSuffix,  &kUnknown,       &kAppMissing, &kInstall,
                               &kDebugging, &kSandbox, &kSystemSandbox, &kFormsDiffer};
constexpr lint::RuleGroup kGroup = {"bundle-entitlements", "Entitlements of apps and extensions", kRules,
                                    false};

constexpr absl::string_view kInstallKey = "com.apple.developer.system-extension.install";
constexpr absl::string_view kDebugKey = "com.apple.security.get-task-allow";
constexpr absl::string_view kSandboxKey = "com.apple.security.app-sandbox";

bool Has(const std::vector<std::string>& values, absl::string_view value) {
  return std::find(values.begin(), values.end(), value) != values.end();
}

bool HasEitherForm(const std::vector<std::string>& values, absl::string_view value) {
  return Has(values, value) || Has(values, absl::StrCat(value, kSystemExtensionSuffix));
}

void CheckProviderEntitlements(Context& context, const Bundle& bundle) {
  const std::vector<std::string> values = Texts(bundle.Entitlement(kNetworkExtension));
  const Bundle* app = context.AppOf(bundle);
  for (const Provider& provider : bundle.providers) {
    const ProviderType* type = FindProviderType(provider.point);
    if (type == nullptr) continue;
    if (!HasEitherForm(values, type->entitlement)) {
      context.InProgram(kMissing, bundle, kNetworkExtension,
                        absl::StrCat("the ", type->name, " needs ", type->entitlement, "; it has ",
                                     values.empty() ? "none" : absl::StrJoin(values, ", ")));
    }
    if (app == nullptr || app->Signature() == nullptr) continue;
    if (HasEitherForm(Texts(app->Entitlement(kNetworkExtension)), type->entitlement)) continue;
    context.InProgram(kAppMissing, *app, kNetworkExtension,
                      absl::StrCat("it has no ", type->entitlement, ", which ", bundle.Subject(), " has"));
  }
}

// What the certificate asks for; nothing when it can be either.
std::optional<bool> WantsSuffix(const Bundle& bundle) {
  if (bundle.kind == Kind::kAppExtension) return false;
  const profiles::CodeSignature* signature = bundle.Signature();
  const Authority authority =
      signature->certificate ? signature->certificate->authority : Authority::kUnknown;
  if (authority == Authority::kDeveloperId) return true;
  if (authority == Authority::kAppStore || authority == Authority::kDevelopment) return false;
  return std::nullopt;
}

void CheckValues(Context& context, const Bundle& bundle) {
  const std::optional<bool> wants = WantsSuffix(bundle);
  for (const std::string& value : Texts(bundle.Entitlement(kNetworkExtension))) {
    if (!IsKnownEntitlementValue(value)) {
      context.InProgram(kUnknown, bundle, kNetworkExtension, absl::StrCat("Apple names no value ", value));
      continue;
    }
    const bool has = absl::EndsWith(value, kSystemExtensionSuffix);
    const std::string plain(absl::StripSuffix(value, kSystemExtensionSuffix));
    const bool of_provider = plain != "dns-settings" && plain != "relay" && plain != "url-filter-provider";
    if (!wants || *wants == has || !of_provider) continue;
    const std::string wanted = *wants ? absl::StrCat(plain, kSystemExtensionSuffix) : plain;
    context.InProgram(kSuffix, bundle, kNetworkExtension,
                      absl::StrCat(value, bundle.kind == Kind::kAppExtension ? " in an app extension"
                                          : *wants ? " with a Developer ID signature"
                                                   : " with a signature for development or the App Store"),
                      absl::StrCat("use ", wanted, " and sign again"));
  }
}

void CheckSandbox(Context& context, const Bundle& bundle) {
  if (!bundle.IsExtension() || bundle.HasEntitlement(kSandboxKey)) return;
  const bool system = bundle.kind == Kind::kSystemExtension;
  context.InProgram(system ? kSystemSandbox : kSandbox, bundle, kSandboxKey,
                    "it does not claim the App Sandbox");
}

void CheckForms(Context& context, const Bundle& bundle) {
  for (const ProgramSlice& slice : bundle.program) {
    if (!slice.signature || !slice.signature->entitlements || !slice.signature->der_entitlements) continue;
    if (*slice.signature->entitlements == *slice.signature->der_entitlements) continue;
    context.InProgram(kFormsDiffer, bundle, "",
                      absl::StrCat("property list and DER differ for ", slice.image.architecture));
  }
}

}  // namespace

const lint::RuleGroup& EntitlementRules() {
  return kGroup;
}

void CheckEntitlements(Context& context, const Bundle& bundle) {
  if (bundle.Signature() == nullptr) return;  // an unsigned program claims nothing; that is told
  if (bundle.IsExtension()) CheckProviderEntitlements(context, bundle);
  CheckValues(context, bundle);
  const bool installs = bundle.kind == Kind::kApp && !context.Inside(bundle, Kind::kSystemExtension).empty();
  if (installs && !bundle.HasEntitlement(kInstallKey)) {
    context.InProgram(kInstall, bundle, kInstallKey,
                      "com.apple.developer.system-extension.install is not claimed");
  }
  if (bundle.HasEntitlement(kDebugKey))
    context.InProgram(kDebugging, bundle, kDebugKey, "com.apple.security.get-task-allow is claimed");
  CheckSandbox(context, bundle);
  CheckForms(context, bundle);
}

}  // namespace holdfast::bundle
