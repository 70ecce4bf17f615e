// Folders, names and property lists.
#include <array>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/strip.h"
#include "profiles/bundle/rules/rules.h"
#include "profiles/plist/keys.h"

namespace holdfast::bundle {
namespace {

using lint::Rule;
using lint::Severity;

constexpr Rule kLinkOutside = {.id = "bundle-link-outside",
                               .severity = Severity::kWarning,
                               .title = "A symbolic link leads out of the bundle",
                               .why =
                                   "It leads nowhere on another Mac, and a code signature that seals such a "
                                   "link is refused. What it points "
                                   "at was not read.",
                               .fix = "replace the link by what it points at, or remove it",
                               .reference = "Apple TN2206: macOS Code Signing In Depth"};
constexpr Rule kLeftOut = {
    .id = "bundle-left-out",
    .severity = Severity::kWarning,
    .title = "A part of the folder was not looked at",
    .why = "It is deeper or larger than any app, or not readable; what is wrong in it is not known.",
    .fix = "give a folder with less in it, or one that can be read",
    .reference = "limits of holdfastctl inspect: 200,000 entries, 40 levels"};
constexpr Rule kInfoUnreadable = {
    .id = "bundle-info-unreadable",
    .severity = Severity::kError,
    .title = "Info.plist is missing or cannot be read",
    .why =
        "macOS knows a bundle by this file alone. Without it there is no identifier and no provider, and the "
        "request to activate an extension fails.",
    .fix = "put the Info.plist where the bundle's kind has it, as a property list",
    .reference = "Apple: Bundle Programming Guide"};
constexpr Rule kProgramUnreadable = {
    .id = "bundle-program-unreadable",
    .severity = Severity::kError,
    .title = "The bundle's program is missing or no Mach-O file",
    .why = "macOS can neither start it nor check its signature; nothing of it was checked here either.",
    .fix = "put the program that CFBundleExecutable names into Contents/MacOS",
    .reference = "Apple: CFBundleExecutable"};
constexpr Rule kIdentifierMissing = {
    .id = "bundle-identifier-missing",
    .severity = Severity::kError,
    .title = "CFBundleIdentifier is missing",
    .why = "Extensions are activated, allowed by profiles and found again by this identifier.",
    .fix = "set CFBundleIdentifier",
    .reference = "Apple: CFBundleIdentifier; OSSystemExtensionErrorDomain 5, extensionMissingIdentifier"};
constexpr Rule kFolder = {
    .id = "bundle-extension-folder",
    .severity = Severity::kError,
    .title = "The extension is not in the folder where macOS looks for it",
    .why =
        "A system extension is looked for in Contents/Library/SystemExtensions of its app, an app extension "
        "in "
        "Contents/PlugIns (one of ExtensionKit in Contents/Extensions). Elsewhere it is not found: the "
        "request "
        "fails with OSSystemExtensionErrorDomain 4, and an app extension never registers.",
    .fix = "embed it there",
    .reference = "Apple Developer Forums: Network Extension Provider Packaging; Apple: ExtensionKit"};
constexpr Rule kFileName = {
    .id = "bundle-extension-name",
    .severity = Severity::kError,
    .title = "The system extension's file name is not its bundle identifier",
    .why =
        "The name without its ending must be the CFBundleIdentifier. Otherwise the activation request does "
        "not "
        "find the extension: OSSystemExtensionErrorDomain 4, extensionNotFound.",
    .fix = "give the product the name of its bundle identifier (in Xcode: PRODUCT_NAME)",
    .reference = "Apple: System Extensions, 'Configure the System Extension and the Host App'"};
constexpr Rule kPackageType = {
    .id = "bundle-package-type",
    .severity = Severity::kError,
    .title = "CFBundlePackageType is not that of the bundle's kind",
    .why =
        "A system extension's is SYSX and an app extension's XPC!. sysextd refuses another in a system "
        "extension; "
        "for an app extension that was not verified.",
    .fix = "set CFBundlePackageType to SYSX for a system extension, to XPC! for an app extension",
    .reference = "Apple's templates for both kinds; messages of sysextd that developers report"};
constexpr Rule kIdentifierPrefix = {
    .id = "bundle-identifier-prefix",
    .severity = Severity::kError,
    .title = "The extension's bundle identifier does not begin with its app's",
    .why =
        "macOS takes an extension as the app's own by this prefix: app extensions are not registered without "
        "it, "
        "and Apple's provisioning does not offer it for either kind.",
    .fix = "name it after the app: the app's identifier, a dot, and a name",
    .reference = "Apple: App Extension Programming Guide; Apple's templates"};
constexpr Rule kSeveral = {
    .id = "bundle-several-extensions",
    .severity = Severity::kInfo,
    .title = "The app has several system extensions",
    .why =
        "Each runs as a process of its own, is activated and approved on its own, and talks to the others "
        "only "
        "through IPC. Providers in one system extension share a process instead.",
    .fix = "join the providers in one system extension if they need each other's state",
    .reference =
        "Apple Developer Forums: Network Extension Provider Packaging, Inter-provider Communication"};

constexpr std::array kRules = {&kLinkOutside,       &kLeftOut, &kInfoUnreadable, &kProgramUnreadable,
                               &kIdentifierMissing, &kFolder,  &kFileName,       &kPackageType,
                               &kIdentifierPrefix,  &kSeveral};
constexpr lint::RuleGroup kGroup = {
    "bundle-layout", "Folders, names and property lists of apps and extensions", kRules, false};

void CheckFolder(Context& context, const Bundle& bundle) {
  const Bundle* app = context.AppOf(bundle);
  const absl::string_view folder = absl::StripSuffix(bundle.path, absl::StrCat("/", bundle.Name()));
  if (app == nullptr) {
    // By itself it can be anywhere; in a folder of other things it is lost.
    if (folder.size() == bundle.path.size()) return;
    context.Add(kFolder, bundle, {bundle.path}, "it lies in no app");
    return;
  }
  const bool system = bundle.kind == Kind::kSystemExtension;
  const std::string wanted =
      absl::StrCat(app->path, "/Contents/", system ? "Library/SystemExtensions" : "PlugIns");
  const bool kit = !system && plist::SubDict(bundle.info, "EXAppExtensionAttributes") != nullptr;
  const std::string kit_folder = absl::StrCat(app->path, "/Contents/Extensions");
  if (folder == (kit ? kit_folder : wanted)) return;
  context.Add(kFolder, bundle, {bundle.path}, absl::StrCat("it lies in ", folder),
              absl::StrCat("embed it in ", kit ? kit_folder : wanted));
}

void CheckName(Context& context, const Bundle& bundle) {
  const std::string wanted = absl::StrCat(bundle.Identifier(), ".systemextension");
  if (bundle.kind != Kind::kSystemExtension || bundle.Name() == wanted) return;
  context.Add(kFileName, bundle, {bundle.path},
              absl::StrCat("it is called ", bundle.Name(), " and its identifier is ", bundle.Identifier()),
              absl::StrCat("call it ", wanted));
}

void CheckPackageType(Context& context, const Bundle& bundle) {
  const absl::string_view wanted = bundle.kind == Kind::kSystemExtension ? "SYSX" : "XPC!";
  const std::string type = plist::Text(bundle.info, "CFBundlePackageType");
  if (type == wanted) return;
  lint::Finding& finding = context.InInfo(
      kPackageType, bundle, "CFBundlePackageType",
      type.empty() ? "there is no CFBundlePackageType" : absl::StrCat("CFBundlePackageType is '", type, "'"),
      absl::StrCat("set it to ", wanted));
  if (bundle.kind == Kind::kAppExtension) finding.severity = Severity::kWarning;
}

void CheckPrefix(Context& context, const Bundle& bundle) {
  const Bundle* app = context.AppOf(bundle);
  if (app == nullptr || app->Identifier().empty()) return;
  if (absl::StartsWith(bundle.Identifier(), absl::StrCat(app->Identifier(), "."))) return;
  context.InInfo(
      kIdentifierPrefix, bundle, "CFBundleIdentifier",
      absl::StrCat("CFBundleIdentifier is ", bundle.Identifier(), ", the app's is ", app->Identifier()));
}

void CheckExtension(Context& context, const Bundle& bundle) {
  CheckFolder(context, bundle);
  if (!bundle.info_trouble.empty()) return;
  CheckPackageType(context, bundle);
  if (bundle.Identifier().empty()) return;
  CheckName(context, bundle);
  CheckPrefix(context, bundle);
}

}  // namespace

const lint::RuleGroup& LayoutRules() {
  return kGroup;
}

void CheckTree(Context& context) {
  for (const std::string& path : context.tree().links_outside()) {
    context.Add(kLinkOutside, path, "it leads out of the folder that was given");
  }
  for (const std::string& path : context.tree().left_out()) {
    context.Add(kLeftOut, path, "from here on nothing was read");
  }
}

void CheckLayout(Context& context, const Bundle& bundle) {
  const bool framework = bundle.kind == Kind::kFramework;  // one without a property list still loads
  if (!bundle.info_trouble.empty() && !framework) {
    context.Add(kInfoUnreadable, bundle, {bundle.info_path}, bundle.info_trouble);
  }
  if (!bundle.program_trouble.empty() && !framework) {
    context.InProgram(kProgramUnreadable, bundle, "", bundle.program_trouble);
  }
  if (bundle.info_trouble.empty() && !framework && bundle.Identifier().empty()) {
    context.InInfo(kIdentifierMissing, bundle, "CFBundleIdentifier", "there is no CFBundleIdentifier");
  }
  if (bundle.IsExtension()) CheckExtension(context, bundle);
  const size_t extensions = context.Inside(bundle, Kind::kSystemExtension).size();
  if (bundle.kind == Kind::kApp && extensions > 1) {
    context.Add(kSeveral, bundle, {bundle.path}, absl::StrCat("it has ", extensions, " system extensions"));
  }
}

}  // namespace holdfast::bundle
