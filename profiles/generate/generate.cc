#include "profiles/generate/generate.h"

#include <algorithm>
#include <array>
#include <set>
#include <utility>

#include "absl/status/status.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "base/error.h"
#include "profiles/generate/declarations.h"
#include "profiles/generate/envelope.h"
#include "profiles/generate/manifest.h"
#include "profiles/generate/payloads.h"
#include "profiles/plist/write.h"
#include "profiles/preferences/preferences.h"

namespace holdfast::profiles {
namespace {

constexpr absl::string_view kIdentifier = "io.holdfast.profile";

constexpr std::array kKinds = {
    GeneratedKind{"service-management", "com.apple.servicemanagement",
                  "Holdfast's launch jobs are managed: nobody switches them off in Login Items",
                  Need::kSigner, true},
    GeneratedKind{"notifications", "com.apple.notificationsettings",
                  "The programs that show Holdfast's messages may show notifications", Need::kNothing, true},
    GeneratedKind{"privacy", "com.apple.TCC.configuration-profile-policy",
                  "The daemon may read the VPN configurations (full disk access)", Need::kSigner, true},
    GeneratedKind{"preferences", kPolicyDomain, "A policy as managed preferences", Need::kPolicy, true},
    GeneratedKind{"preferences-plist", "",
                  "The same as a plain property list, for servers that make the profile themselves",
                  Need::kPolicy},
    GeneratedKind{"manifest", "", "A ProfileCreator manifest of the managed preferences"},
    GeneratedKind{"background-tasks", "com.apple.configuration.services.background-tasks",
                  "A declaration of macOS 15: Holdfast's launch jobs as managed background tasks"},
    GeneratedKind{"background-tasks-asset", "com.apple.asset.data",
                  "The asset of one launch job for that declaration", Need::kLaunchJob},
};

const GeneratedKind* FindKind(absl::string_view name) {
  const auto* kind =
      std::find_if(kKinds.begin(), kKinds.end(), [&](const GeneratedKind& k) { return k.name == name; });
  return kind == kKinds.end() ? nullptr : kind;
}

absl::StatusOr<std::vector<const GeneratedKind*>> Chosen(const std::vector<std::string>& names) {
  std::vector<const GeneratedKind*> out;
  for (const std::string& name : names) {
    const GeneratedKind* kind = FindKind(name);
    if (kind == nullptr) {
      return absl::InvalidArgumentError(absl::StrCat("there is no kind '", name, "'; there are ",
                                                     absl::StrJoin(GeneratedKindNames(), ", ")));
    }
    if (std::find(out.begin(), out.end(), kind) == out.end()) out.push_back(kind);
  }
  if (out.empty()) return absl::InvalidArgumentError("name at least one kind");
  for (const GeneratedKind* kind : out) {
    if (!kind->payload && out.size() > 1) {
      return absl::InvalidArgumentError(absl::StrCat(kind->name, " is a file of its own: generate it alone"));
    }
  }
  return out;
}

absl::Status CheckNeed(const GeneratedKind& kind, const GenerateRequest& request) {
  if (kind.need == Need::kSigner && !request.signer) {
    return absl::FailedPreconditionError(
        absl::StrCat(kind.name,
                     " names the team that signed Holdfast, and a rule for nobody's team holds nothing: give "
                     "--team-id, or --program with holdfastd as it will be installed"));
  }
  if (kind.need == Need::kPolicy && !request.policy) {
    return absl::FailedPreconditionError(absl::StrCat(kind.name, " is a policy: give --policy"));
  }
  if (kind.need == Need::kLaunchJob && !request.launch_job) {
    return absl::FailedPreconditionError(absl::StrCat(
        kind.name, " is about one launch job: give --launch-job, and --url where the Macs will fetch it"));
  }
  return absl::OkStatus();
}

absl::StatusOr<plist::Dict> Content(const GeneratedKind& kind, const GenerateRequest& request) {
  if (kind.name == "service-management") return ServiceManagement(*request.signer);
  if (kind.name == "notifications") return Notifications();
  if (kind.name == "privacy") return PrivacyPreferences(*request.signer);
  return ManagedPreferences(*request.policy);
}

absl::StatusOr<std::string> PreferencesPlist(const Document& policy) {
  HOLDFAST_ASSIGN_OR_RETURN(plist::Dict dict, ManagedPreferences(policy));
  return plist::WriteXml(std::move(dict));
}

absl::StatusOr<std::string> GenerateProfile(const std::vector<const GeneratedKind*>& kinds,
                                            const GenerateRequest& request) {
  Envelope envelope{request.identifier, "Holdfast", "", request.organization};
  std::vector<PayloadPart> parts;
  for (const GeneratedKind* kind : kinds) {
    HOLDFAST_ASSIGN_OR_RETURN(plist::Dict content, Content(*kind, request));
    parts.push_back({std::string(kind->type), std::string(kind->name), absl::StrCat("Holdfast: ", kind->name),
                     std::string(kind->what), std::move(content)});
  }
  // A profile of one kind lives beside the others; a profile of several replaces the last one of several.
  if (envelope.identifier.empty()) {
    envelope.identifier =
        kinds.size() > 1 ? std::string(kIdentifier) : absl::StrCat(kIdentifier, ".", kinds[0]->name);
  }
  envelope.description = absl::StrJoin(
      kinds, ". ", [](std::string* out, const GeneratedKind* kind) { absl::StrAppend(out, kind->what); });
  if (kinds.size() == 1) envelope.display_name = parts.front().display_name;
  return plist::WriteXml(MakeProfile(envelope, std::move(parts)));
}

}  // namespace

absl::Span<const GeneratedKind> GeneratedKinds() {
  return kKinds;
}

std::vector<std::string> GeneratedKindNames() {
  std::vector<std::string> out;
  for (const GeneratedKind& kind : kKinds) out.emplace_back(kind.name);
  return out;
}

absl::StatusOr<std::string> Generate(const GenerateRequest& request) {
  HOLDFAST_ASSIGN_OR_RETURN(const std::vector<const GeneratedKind*> kinds, Chosen(request.kinds));
  for (const GeneratedKind* kind : kinds) HOLDFAST_RETURN_IF_ERROR(CheckNeed(*kind, request));
  const GeneratedKind& first = *kinds.front();
  if (first.payload) return GenerateProfile(kinds, request);
  if (first.name == "preferences-plist") return PreferencesPlist(*request.policy);
  if (first.name == "manifest") return plist::WriteXml(PreferencesManifest());
  if (first.name == "background-tasks") return BackgroundTasks();
  const LaunchJob& job = *request.launch_job;
  return LaunchJobAsset(job.bytes, job.name, job.url);
}

}  // namespace holdfast::profiles
