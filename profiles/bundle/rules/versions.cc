// Versions of bundles and of macOS, platforms and architectures.
#include <algorithm>
#include <array>

#include "absl/strings/ascii.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"
#include "profiles/bundle/provider_types.h"
#include "profiles/bundle/rules/rules.h"
#include "profiles/plist/keys.h"

namespace holdfast::bundle {
namespace {

using lint::MacOsVersion;
using lint::Rule;
using lint::Severity;

constexpr Rule kVersionMissing = {
    .id = "bundle-version-missing",
    .severity = Severity::kError,
    .title = "CFBundleVersion is missing",
    .why =
        "macOS replaces an active system extension by comparing this version with the one in the app. "
        "Without it "
        "an update is not seen as one, and the old extension goes on.",
    .fix = "set CFBundleVersion, and raise it with each build",
    .reference = "Apple: CFBundleVersion; Apple: Installing system extensions and drivers"};
constexpr Rule kVersionForm = {
    .id = "bundle-version-form",
    .severity = Severity::kWarning,
    .title = "CFBundleVersion is not one to three numbers with dots",
    .why =
        "Versions of another form do not compare: a newer build may count as the same or as older. Then the "
        "extension is not updated and has to be removed by hand.",
    .fix = "write it as numbers with dots between them, such as 1.4.203",
    .reference = "Apple: CFBundleVersion"};
constexpr Rule kTarget = {
    .id = "bundle-needs-newer-macos",
    .severity = Severity::kError,
    .title = "It needs a newer macOS than the one it is meant for",
    .why =
        "macOS does not start it there. sysextd refuses to activate an extension whose category needs a "
        "later "
        "system: OSSystemExtensionErrorDomain 9, validationFailed, with 'extension failed category property "
        "check' "
        "in its log.",
    .fix = "build it for that macOS (MACOSX_DEPLOYMENT_TARGET), or deploy it to newer Macs only",
    .reference = "Apple: LSMinimumSystemVersion; a report in Apple's Developer Forums, September 2025"};
constexpr Rule kDiffers = {
    .id = "bundle-minimum-macos-differs",
    .severity = Severity::kWarning,
    .title = "Info.plist and the program name different oldest versions of macOS",
    .why =
        "LSMinimumSystemVersion decides whether it may be started, the program's load command what dyld and "
        "the "
        "compiler took for granted. Where the first is the older one, macOS starts what may fail at once.",
    .fix = "set both from one build setting (MACOSX_DEPLOYMENT_TARGET)",
    .reference = "Apple: LSMinimumSystemVersion; mach-o/loader.h, LC_BUILD_VERSION"};
constexpr Rule kAboveApp = {
    .id = "bundle-extension-newer-than-app",
    .severity = Severity::kWarning,
    .title = "The extension needs a newer macOS than its app",
    .why =
        "On the versions between the two the app runs and asks for an extension that cannot be activated: "
        "OSSystemExtensionErrorDomain 9, validationFailed.",
    .fix = "give both the same oldest macOS, or do not ask for the extension where it cannot run",
    .reference = "Apple: LSMinimumSystemVersion; a report in Apple's Developer Forums, September 2025"};
constexpr Rule kCategories = {
    .id = "bundle-several-categories",
    .severity = Severity::kInfo,
    .title = "The system extension belongs to several categories",
    .why =
        "Network Extension and Endpoint Security each check it on their own, so it is activated only where "
        "both "
        "accept it. On macOS 14.7.8 a content filter was refused, with error 9, because it also counted as "
        "an "
        "Endpoint Security extension; which key made it so is not known.",
    .fix = "test it on the oldest macOS, or ship one system extension for each category",
    .reference = "a report in Apple's Developer Forums, September 2025"};
constexpr Rule kProviderNewer = {
    .id = "provider-needs-newer-macos",
    .severity = Severity::kError,
    .title = "That kind of provider came with a newer macOS than the one it is meant for",
    .why =
        "On the older system nothing makes an object of its class; the configuration cannot be used there.",
    .fix = "deploy it to newer Macs only, or use a kind of provider that the older ones have",
    .reference = "Apple TN3134: Network Extension provider deployment"};
constexpr Rule kPlatform = {.id = "bundle-platform",
                            .severity = Severity::kError,
                            .title = "The program was not built for macOS",
                            .why =
                                "A Mac starts programs for macOS, and those of iOS only as iOS apps on Apple "
                                "silicon, where no system "
                                "extension exists and app extensions come from the App Store alone.",
                            .fix = "build it for macOS",
                            .reference = "mach-o/loader.h, LC_BUILD_VERSION; Apple TN3134"};
constexpr Rule kNoArm = {
    .id = "bundle-no-arm64",
    .severity = Severity::kWarning,
    .title = "There is no program for Apple silicon",
    .why =
        "Such Macs run it through Rosetta, where that is installed; Apple has announced its end. A system "
        "extension must run from the start, before anybody could be asked to install Rosetta.",
    .fix = "build a universal program: arm64 and x86_64",
    .reference =
        "Apple: Building a universal macOS binary; Apple: About the Rosetta translation environment"};

constexpr std::array kRules = {&kVersionMissing, &kVersionForm,   &kTarget,   &kDiffers, &kAboveApp,
                               &kCategories,     &kProviderNewer, &kPlatform, &kNoArm};
constexpr lint::RuleGroup kGroup = {
    "bundle-versions", "Versions, platforms and architectures of apps and extensions", kRules, false};

constexpr absl::string_view kMinimumKey = "LSMinimumSystemVersion";

bool IsVersion(absl::string_view text) {
  const std::vector<absl::string_view> parts = absl::StrSplit(text, '.');
  return parts.size() <= 3 && std::all_of(parts.begin(), parts.end(), [](absl::string_view part) {
           return !part.empty() && std::all_of(part.begin(), part.end(), absl::ascii_isdigit);
         });
}

std::optional<MacOsVersion> InfoMinimum(const Bundle& bundle) {
  const absl::StatusOr<MacOsVersion> version = lint::ParseMacOsVersion(plist::Text(bundle.info, kMinimumKey));
  return version.ok() ? std::optional(*version) : std::nullopt;
}

// The oldest that any architecture takes: arm64 begins with macOS 11, whatever x86_64 says.
std::optional<MacOsVersion> ProgramMinimum(const Bundle& bundle) {
  std::optional<MacOsVersion> oldest;
  for (const ProgramSlice& slice : bundle.program) {
    if (slice.image.platform == "macOS" && (!oldest || slice.image.minimum_os < *oldest))
      oldest = slice.image.minimum_os;
  }
  return oldest;
}

std::optional<MacOsVersion> Minimum(const Bundle& bundle) {
  return std::max(InfoMinimum(bundle), ProgramMinimum(bundle));
}

void CheckVersion(Context& context, const Bundle& bundle) {
  const std::string version = plist::Text(bundle.info, "CFBundleVersion");
  if (version.empty()) {
    context.InInfo(kVersionMissing, bundle, "CFBundleVersion", "there is no CFBundleVersion");
  } else if (!IsVersion(version)) {
    context.InInfo(kVersionForm, bundle, "CFBundleVersion",
                   absl::StrCat("CFBundleVersion is '", version, "'"));
  }
}

void CheckMinimum(Context& context, const Bundle& bundle) {
  const std::optional<MacOsVersion> info = InfoMinimum(bundle), program = ProgramMinimum(bundle);
  if (info && program && *info != *program) {
    context.InInfo(kDiffers, bundle, kMinimumKey,
                   absl::StrCat("Info.plist says ", info->ToString(), ", the program ", program->ToString()));
  }
  const std::optional<MacOsVersion> minimum = Minimum(bundle), target = context.options().target;
  if (minimum && target && *minimum > *target) {
    context.InInfo(
        kTarget, bundle, kMinimumKey,
        absl::StrCat("it needs macOS ", minimum->ToString(), " and is meant for ", target->ToString()));
  }
  const Bundle* app = context.AppOf(bundle);
  const std::optional<MacOsVersion> apps = app != nullptr ? Minimum(*app) : std::nullopt;
  if (bundle.IsExtension() && minimum && apps && *minimum > *apps) {
    context.InInfo(kAboveApp, bundle, kMinimumKey,
                   absl::StrCat("it needs macOS ", minimum->ToString(), ", its app ", apps->ToString()));
  }
}

void CheckCategories(Context& context, const Bundle& bundle) {
  const bool security = bundle.HasEntitlement("com.apple.developer.endpoint-security.client") ||
                        bundle.info.Find("NSEndpointSecurityMachServiceName") != nullptr ||
                        bundle.info.Find("NSEndpointSecurityEarlyBoot") != nullptr;
  if (bundle.kind != Kind::kSystemExtension || !security || bundle.providers.empty()) return;
  const std::optional<MacOsVersion> minimum = Minimum(bundle);
  context.InInfo(
      kCategories, bundle, "NetworkExtension",
      absl::StrCat("it is a Network Extension and an Endpoint Security extension",
                   minimum ? absl::StrCat(", for macOS ", minimum->ToString(), " and later") : ""));
}

void CheckProviderAge(Context& context, const Bundle& bundle) {
  const std::optional<MacOsVersion> target = context.options().target;
  for (const Provider& provider : bundle.providers) {
    const ProviderType* type = FindProviderType(provider.point);
    const std::optional<MacOsVersion> since = type == nullptr                         ? std::nullopt
                                              : bundle.kind == Kind::kSystemExtension ? type->system_extension
                                                                                      : type->app_extension;
    if (!target || !since || *since <= *target) continue;
    context.InInfo(kProviderNewer, bundle, provider.key_path,
                   absl::StrCat("a ", type->name, " as ", KindName(bundle.kind), " needs macOS ",
                                since->ToString(), " and is meant for ", target->ToString()));
  }
}

void CheckPrograms(Context& context, const Bundle& bundle) {
  bool arm = bundle.program.empty();
  for (const ProgramSlice& slice : bundle.program) {
    const std::string& platform = slice.image.platform;
    const bool catalyst = platform == "Mac Catalyst" && bundle.kind != Kind::kSystemExtension;
    arm = arm || slice.image.architecture == "arm64" || slice.image.architecture == "arm64e";
    if (platform.empty() || platform == "macOS" || catalyst) continue;
    context.InProgram(kPlatform, bundle, "LC_BUILD_VERSION", absl::StrCat("it was built for ", platform));
  }
  if (!arm)
    context.InProgram(kNoArm, bundle, "",
                      absl::StrCat("it has ", bundle.program.front().image.architecture, " only"));
}

}  // namespace

const lint::RuleGroup& VersionRules() {
  return kGroup;
}

void CheckVersions(Context& context, const Bundle& bundle) {
  if (bundle.kind != Kind::kApp && !bundle.IsExtension()) return;
  CheckVersion(context, bundle);
  CheckMinimum(context, bundle);
  CheckCategories(context, bundle);
  CheckProviderAge(context, bundle);
  CheckPrograms(context, bundle);
}

}  // namespace holdfast::bundle
