// How an app and its extension talk, and what they share.
#include <algorithm>
#include <array>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "profiles/bundle/rules/rules.h"
#include "profiles/plist/keys.h"

namespace holdfast::bundle {
namespace {

using lint::Rule;
using lint::Severity;

constexpr Rule kMissing = {
    .id = "mach-service-missing",
    .severity = Severity::kWarning,
    .title = "The system extension has no Mach service name",
    .why =
        "NEMachServiceName is the one name under which the extension can be reached by XPC. Without it its "
        "app can "
        "talk to it by sendProviderMessage only. Apple's template sets it; whether sysextd accepts an "
        "extension "
        "without it was not verified.",
    .fix = "set NetworkExtension.NEMachServiceName to an app group of the extension, a dot, and a name",
    .reference = "Apple Developer Forums: Network Extension Provider Packaging"};
constexpr Rule kPrefix = {
    .id = "mach-service-prefix",
    .severity = Severity::kError,
    .title = "The Mach service name does not begin with an app group of the extension",
    .why =
        "The name must be a child of a group that the extension's signature claims: the group, a dot, and a "
        "name. "
        "Otherwise the activation fails with OSSystemExtensionErrorDomain 9, validationFailed ('extension "
        "category returned error', 'invalid NEMachServiceName' in sysextd's log).",
    .fix = "name it after an app group of com.apple.security.application-groups, with a dot between",
    .reference = "Apple Developer Forums, thread 708017; messages of sysextd that developers report"};
constexpr Rule kUnreachable = {
    .id = "mach-service-unreachable",
    .severity = Severity::kError,
    .title = "The sandboxed app may not open the extension's Mach service",
    .why =
        "The App Sandbox lets an app look up names below its own app groups only; the XPC connection to any "
        "other "
        "name fails at once, on every Mac.",
    .fix = "give the app the app group that the Mach service name begins with",
    .reference =
        "Apple Developer Forums: Network Extension Provider Packaging, Communicating with Extensions"};
constexpr Rule kTwice = {
    .id = "mach-service-shared",
    .severity = Severity::kError,
    .title = "Two system extensions have the same Mach service name",
    .why =
        "The name is registered once, for the whole system: messages for one extension arrive at the other, "
        "or "
        "nowhere.",
    .fix = "give each extension a name of its own",
    .reference =
        "Apple Developer Forums: Network Extension Provider Packaging; launchd.plist(5), MachServices"};
constexpr Rule kNotShared = {
    .id = "app-group-not-shared",
    .severity = Severity::kInfo,
    .title = "The app and its system extension have an app group in common, and share no files by it",
    .why =
        "The extension runs as root, the app as the person who opened it, and each gets the group's folder "
        "in its "
        "own home. Files and defaults that one writes the other never sees.",
    .fix =
        "pass data by XPC or in the provider's configuration; the group is still right as a Mach service's "
        "prefix",
    .reference = "Apple Developer Forums: Network Extension Provider Packaging, App Groups"};
constexpr Rule kKeychain = {
    .id = "keychain-group-in-system-extension",
    .severity = Severity::kWarning,
    .title = "The system extension claims a keychain access group",
    .why =
        "Access groups belong to the data protection keychain, which is a person's and out of reach for a "
        "system "
        "extension: it has the System keychain, file based. What the app keeps in the group the extension "
        "never "
        "finds (errSecItemNotFound, or -25308).",
    .fix = "let the extension keep its secrets in the System keychain, and the app send them to it by XPC",
    .reference =
        "Apple TN3137: On Mac keychain APIs and implementations; Network Extension Provider Packaging, "
        "Managing Secrets"};

constexpr std::array kRules = {&kMissing, &kPrefix, &kUnreachable, &kTwice, &kNotShared, &kKeychain};
constexpr lint::RuleGroup kGroup = {"extension-communication",
                                    "How an app and its extensions talk and what they share", kRules, false};

constexpr absl::string_view kKey = "NetworkExtension.NEMachServiceName";
constexpr absl::string_view kAppGroups = "com.apple.security.application-groups";
constexpr absl::string_view kSandbox = "com.apple.security.app-sandbox";

std::string ServiceName(const Bundle& bundle) {
  const plist::Value* extension = plist::SubDict(bundle.info, "NetworkExtension");
  return extension != nullptr ? plist::Text(*extension, "NEMachServiceName") : "";
}

std::vector<std::string> GroupsOf(const Bundle& bundle) {
  return Texts(bundle.Entitlement(kAppGroups));
}

bool BelowOne(absl::string_view name, const std::vector<std::string>& groups) {
  return std::any_of(groups.begin(), groups.end(), [&](const std::string& group) {
    return absl::StartsWith(name, absl::StrCat(group, "."));
  });
}

std::string Named(const std::vector<std::string>& groups) {
  return groups.empty() ? "none" : absl::StrJoin(groups, ", ");
}

void CheckName(Context& context, const Bundle& bundle, const std::string& name) {
  if (name.empty()) {
    context.InInfo(kMissing, bundle, kKey, "there is no NEMachServiceName");
    return;
  }
  const std::vector<std::string> groups = GroupsOf(bundle);
  // Without a signature nobody knows its groups.
  if (bundle.Signature() != nullptr && !BelowOne(name, groups)) {
    context.InInfo(
        kPrefix, bundle, kKey,
        absl::StrCat("NEMachServiceName is ", name, "; the extension's app groups: ", Named(groups)));
  }
  const Bundle* app = context.AppOf(bundle);
  if (app != nullptr && app->HasEntitlement(kSandbox) && !BelowOne(name, GroupsOf(*app))) {
    context.InInfo(
        kUnreachable, bundle, kKey,
        absl::StrCat("NEMachServiceName is ", name, "; the app's app groups: ", Named(GroupsOf(*app))));
  }
  for (const Bundle& other : context.bundles()) {
    if (&other >= &bundle || other.kind != Kind::kSystemExtension || ServiceName(other) != name) continue;
    context
        .InInfo(kTwice, bundle, kKey,
                absl::StrCat("NEMachServiceName is ", name, ", as that of ", other.Subject()))
        .related.push_back({other.info_path, 0, std::string(kKey)});
  }
}

void CheckGroups(Context& context, const Bundle& bundle) {
  const Bundle* app = context.AppOf(bundle);
  if (app == nullptr) return;
  const std::vector<std::string> groups = GroupsOf(bundle);
  for (const std::string& group : GroupsOf(*app)) {
    if (std::find(groups.begin(), groups.end(), group) == groups.end()) continue;
    context.InProgram(kNotShared, bundle, kAppGroups, absl::StrCat("app and extension have ", group));
  }
}

}  // namespace

const lint::RuleGroup& ServiceRules() {
  return kGroup;
}

void CheckServices(Context& context, const Bundle& bundle) {
  if (bundle.kind != Kind::kSystemExtension || bundle.providers.empty()) return;
  CheckName(context, bundle, ServiceName(bundle));
  CheckGroups(context, bundle);
  const std::vector<std::string> keychains = Texts(bundle.Entitlement("keychain-access-groups"));
  if (!keychains.empty()) {
    context.InProgram(kKeychain, bundle, "keychain-access-groups",
                      absl::StrCat("it claims ", absl::StrJoin(keychains, ", ")));
  }
}

}  // namespace holdfast::bundle
