// Declarations of macOS 27, which stand beside profiles.
#include <algorithm>
#include <array>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "profiles/lint/rules/rules.h"

namespace holdfast::lint {
namespace {

constexpr char kSchema[] = "Apple's schema of declarations, 27.0 (github.com/apple/device-management)";

constexpr Rule kTooNew = {
    .id = "declaration-too-new",
    .severity = Severity::kError,
    .title = "A declaration is newer than the macOS that it is meant for",
    .why =
        "Declarations of VPN services and content filters exist since macOS 27. An older Mac reports them as "
        "unknown and installs nothing.",
    .fix = "send older Macs a profile",
    .reference = kSchema};
constexpr Rule kType = {.id = "declaration-type-unknown",
                        .severity = Severity::kInfo,
                        .title = "A declaration is of a type that nothing is known of here",
                        .why =
                            "It is none of those that configure VPN services, content filters or DNS "
                            "proxies, so no rule looks at it.",
                        .fix = "check its type's spelling where it was meant to be one",
                        .reference = kSchema};
constexpr Rule kKey = {.id = "declaration-key-unknown",
                       .severity = Severity::kWarning,
                       .title = "A key of a declaration is not known, or has no counterpart in a payload",
                       .why =
                           "A Mac reports a declaration with an unknown key as invalid. Where the key is "
                           "only newer than this program, "
                           "no rule has looked at it.",
                       .fix = "check the key's name against Apple's schema of the declaration",
                       .reference = kSchema};
constexpr Rule kTwice = {
    .id = "fleet-declaration-and-profile",
    .severity = Severity::kWarning,
    .title = "A profile and a declaration configure the same provider",
    .why =
        "Both are installed, and neither replaces the other: the Mac has two configurations, and which one "
        "is used, "
        "Apple does not say.",
    .fix = "remove the profile from Macs with macOS 27, or keep the declaration from them",
    .reference =
        "Apple: declarations and profiles are separate stores; what takes precedence is not documented"};

constexpr std::array kRules = {&kTooNew, &kType, &kKey, &kTwice};
constexpr RuleGroup kGroup = {"declarations", "Declarations", kRules};

constexpr MacOsVersion kSince{27, 0, 0};

bool SameThing(const ServiceFacts& a, const ServiceFacts& b) {
  if (a.provider_bundle_id != b.provider_bundle_id) return false;
  return !a.provider_bundle_id.empty() ||
         (a.type == b.type && absl::EqualsIgnoreCase(a.remote_address, b.remote_address));
}

// Profiles that configure it, too: the first few.
std::vector<const FileView*> OthersWith(const ServiceFacts& service, const Fleet& fleet) {
  constexpr size_t kMostNamed = 16;
  std::vector<const FileView*> others;
  for (const auto& file : fleet) {
    if (!file->source().declaration.type.empty() || others.size() == kMostNamed) continue;
    const std::vector<ServiceFacts>& theirs = file->profile().services;
    if (std::any_of(theirs.begin(), theirs.end(), [&](const auto& b) { return SameThing(service, b); })) {
      others.push_back(file.get());
    }
  }
  return others;
}

}  // namespace

const RuleGroup& DeclarationRules() {
  return kGroup;
}

void CheckDeclaration(const FileView& file, Sink& sink) {
  const profiles::DeclarationOrigin& declaration = file.source().declaration;
  if (declaration.type.empty()) return;
  if (file.payloads().empty()) {
    sink.Add(kType, file.Whole(), absl::StrCat("its Type is '", declaration.type, "'"));
    return;
  }
  if (file.options().Oldest() < kSince) {
    sink.Add(kTooNew, file.Whole(),
             absl::StrCat(declaration.type, " exists since macOS 27.0; the target is ",
                          file.options().Oldest().ToString()));
  }
  for (const std::string& key : declaration.unknown_keys) {
    Spot spot = file.Whole();
    spot.path = absl::StrCat("Payload.", key);
    sink.Add(kKey, spot, absl::StrCat(key, " is not known"));
  }
}

void CheckDeclarationsBesideProfiles(const Fleet& fleet, Sink& sink) {
  for (const auto& declared : fleet) {
    if (declared->source().declaration.type.empty()) continue;
    for (const ServiceFacts& service : declared->profile().services) {
      const std::vector<const FileView*> others = OthersWith(service, fleet);
      if (others.empty()) continue;
      Finding& finding =
          sink.Add(kTwice, declared->Whole(),
                   absl::StrCat("'", others.front()->source().name, "' configures ",
                                service.provider_bundle_id.empty() ? service.remote_address
                                                                   : service.provider_bundle_id,
                                ", too"));
      for (const FileView* other : others) finding.related.push_back(PlaceOf(other->Whole()));
    }
  }
}

}  // namespace holdfast::lint
