// The profiles that the Macs of each group are to have: what is put replaces what was. The set of every Mac
// is theirs together with their group's, so each is looked at beside the other.
#include <map>
#include <set>
#include <utility>

#include "absl/strings/str_cat.h"
#include "base/canonical.h"
#include "base/error.h"
#include "core/policy/bundle.h"
#include "server/audit/audit.h"
#include "server/service/profile_job.h"
#include "server/service/profile_rejoin.h"
#include "server/service/state.h"

namespace holdfast::server {
namespace {

std::string ProfilesTarget(const std::string& group) {
  return absl::StrCat("profiles:", group.empty() ? "(every Mac)" : group);
}

// What is every Mac's is for who sees the whole fleet to change.
absl::Status CheckMayChange(const Actor& actor, AdminMethod method, const std::string& group) {
  HOLDFAST_RETURN_IF_ERROR(CheckAllowed(actor, method));
  return group.empty() ? CheckFleet(actor, method) : CheckGroup(actor, method, group);
}

absl::Status NoSuchSet(const std::string& group) {
  return absl::NotFoundError(absl::StrCat("no profiles of ",
                                          group.empty() ? "every Mac" : absl::StrCat("group \"", group, "\""),
                                          " were put; `profiles list` shows the sets that there are"));
}

absl::StatusOr<fleet::ProfileSetRecord> FindSet(fleet::FleetStore& store, const std::string& group) {
  HOLDFAST_ASSIGN_OR_RETURN(auto set, store.FindProfileSet(group));
  if (!set) return NoSuchSet(group);
  return *std::move(set);
}

absl::StatusOr<std::vector<fleet::ProfileFile>> FilesOfEveryMac(fleet::FleetStore& store) {
  HOLDFAST_ASSIGN_OR_RETURN(auto set, store.FindProfileSet(""));
  return set ? std::move(set->files) : std::vector<fleet::ProfileFile>();
}

absl::Status CheckRoom(fleet::FleetStore& store, const std::string& group, size_t files) {
  HOLDFAST_ASSIGN_OR_RETURN(const auto sets, store.ListProfileSets());
  size_t count = 1;
  for (const ProfileSetInfo& set : sets) {
    if (set.group == group) continue;
    ++count;
    files += static_cast<size_t>(set.files);
  }
  if (count <= kMostProfileSets && files <= kMostProfileFilesInAll) return absl::OkStatus();
  return absl::ResourceExhaustedError(absl::StrCat(
      "putting profiles: with these there are ", count, " sets with ", files, " files, and there may be ",
      kMostProfileSets, " with ", kMostProfileFilesInAll, ": `profiles delete` removes one"));
}

// The sets of groups: those of every Mac are judged beside each of them.
absl::StatusOr<std::vector<fleet::ProfileSetRecord>> SetsOfGroups(fleet::FleetStore& store) {
  HOLDFAST_ASSIGN_OR_RETURN(const auto infos, store.ListProfileSets());
  std::vector<fleet::ProfileSetRecord> groups;
  for (const ProfileSetInfo& info : infos) {
    if (info.group.empty()) continue;
    HOLDFAST_ASSIGN_OR_RETURN(groups.emplace_back(), FindSet(store, info.group));
  }
  return groups;
}

// Changes with every set that is put or deleted.
absl::StatusOr<Sha256Digest> BasisOf(fleet::FleetStore& store) {
  HOLDFAST_ASSIGN_OR_RETURN(const auto infos, store.ListProfileSets());
  CanonicalWriter all;
  for (const ProfileSetInfo& info : infos) all.Bytes(info.group).Raw(AsBytes(info.hash)).I64(info.put.ns);
  return Sha256(all.str());
}

// As audits tell it.
std::string SetText(const ProfileSetInfo& set) {
  return absl::StrCat("files=", set.files, "; hash=", ToHex(set.hash));
}

// Empty: there is none.
absl::StatusOr<std::string> SetBefore(fleet::FleetStore& store, const std::string& group) {
  HOLDFAST_ASSIGN_OR_RETURN(const auto sets, store.ListProfileSets());
  for (const ProfileSetInfo& set : sets) {
    if (set.group == group) return SetText(set);
  }
  return std::string();
}

// Which profile a file is, in the names that a group's findings have.
std::map<std::string, std::string> IdentifiersOf(const fleet::ProfileSetRecord& set,
                                                 const std::vector<fleet::ProfileFile>& every_mac) {
  std::map<std::string, std::string> identifiers;
  for (const fleet::ProfileFile& file : set.files) identifiers[file.name] = file.identifier;
  for (const fleet::ProfileFile& file : every_mac) {
    identifiers[absl::StrCat(kEveryMac, file.name)] = file.identifier;
  }
  return identifiers;
}

// The device reads its profiles in another order, and may name the other one of two that collide.
std::set<std::pair<std::string, std::string>> InLint(const fleet::ProfileSetRecord& set,
                                                     const std::vector<fleet::ProfileFile>& every_mac) {
  const std::map<std::string, std::string> identifiers = IdentifiersOf(set, every_mac);
  std::set<std::pair<std::string, std::string>> found;
  for (const ProfileFinding& finding : set.findings) {
    if (!finding.allowed_because.empty()) continue;
    found.emplace(finding.profile, finding.rule);
    for (const fleet::ProfilePlace& place : finding.related) {
      const auto other = identifiers.find(place.file);
      if (other != identifiers.end()) found.emplace(other->second, finding.rule);
    }
  }
  return found;
}

ProfileOfSet WithDevices(fleet::ProfileFile file, const fleet::InstalledProfiles& told) {
  ProfileOfSet out;
  const auto having = told.having.find(file.identifier);
  out.installed = having == told.having.end() ? 0 : having->second;
  // What a device says are its profiles; that a declaration is not among them says nothing.
  out.missing = file.declaration.empty() ? told.telling - out.installed : 0;
  out.unknown = told.devices - out.installed - out.missing;
  out.file = std::move(file);
  return out;
}

}  // namespace

absl::StatusOr<ProfileJob> ServerCore::BeginPutProfileSet(const Actor& actor, PutProfileSetRequest request) {
  HOLDFAST_RETURN_IF_ERROR(CheckMayChange(actor, AdminMethod::kPutProfileSet, request.group));
  if (request.group.size() > kMaxPolicyGroupBytes) {
    return absl::InvalidArgumentError(
        absl::StrCat("putting profiles: the group's name is longer than ", kMaxPolicyGroupBytes, " bytes"));
  }
  fleet::FleetStore& store = state_->context.store;
  HOLDFAST_RETURN_IF_ERROR(CheckRoom(store, request.group, request.files.size()));
  ProfileJob job{.actor = actor, .now = state_->context.Now()};
  HOLDFAST_ASSIGN_OR_RETURN(job.basis, BasisOf(store));
  if (request.group.empty()) {
    HOLDFAST_ASSIGN_OR_RETURN(job.groups, SetsOfGroups(store));
  } else {
    HOLDFAST_ASSIGN_OR_RETURN(job.every_mac, FilesOfEveryMac(store));
  }
  job.request = std::move(request);
  return job;
}

absl::StatusOr<PutProfileSetResponse> ServerCore::FinishPutProfileSet(LintedProfiles linted) {
  if (!linted.wanted) return std::move(linted.response);
  Context& context = state_->context;
  fleet::FleetStore& store = context.store;
  HOLDFAST_ASSIGN_OR_RETURN(const Sha256Digest basis, BasisOf(store));
  if (basis != linted.basis) {
    return absl::AbortedError(
        "putting profiles: meanwhile others were put or deleted; nothing was stored, put "
        "them again");
  }
  const ProfileSetInfo& info = linted.set.info;
  const int accepted = linted.response.errors;
  HOLDFAST_ASSIGN_OR_RETURN(auto transaction, fleet::Transaction::Begin(store));
  HOLDFAST_ASSIGN_OR_RETURN(const std::string before, SetBefore(store, info.group));
  HOLDFAST_RETURN_IF_ERROR(store.PutProfileSet(linted.set));
  for (const auto& group : linted.groups) HOLDFAST_RETURN_IF_ERROR(store.PutProfileSet(group));
  HOLDFAST_RETURN_IF_ERROR(RecordAudit(
      store, context.Now(), linted.actor,
      {.action = "PutProfileSet",
       .target = ProfilesTarget(info.group),
       .before = before,
       .after = absl::StrCat(SetText(info), accepted > 0 ? absl::StrCat("; errors accepted=", accepted) : ""),
       .group = info.group}));
  HOLDFAST_RETURN_IF_ERROR(transaction.Commit());
  linted.response.stored = true;
  return std::move(linted.response);
}

absl::StatusOr<PutProfileSetResponse> ServerCore::PutProfileSet(const Actor& actor,
                                                                const PutProfileSetRequest& request) {
  HOLDFAST_ASSIGN_OR_RETURN(ProfileJob job, BeginPutProfileSet(actor, request));
  HOLDFAST_ASSIGN_OR_RETURN(LintedProfiles linted, LintProfiles(std::move(job)));
  return FinishPutProfileSet(std::move(linted));
}

absl::StatusOr<GetProfileSetResponse> ServerCore::GetProfileSet(const Actor& actor,
                                                                const std::string& group) {
  HOLDFAST_RETURN_IF_ERROR(CheckAllowed(actor, AdminMethod::kGetProfileSet));
  // The set of every Mac is also that of theirs; of devices they see their own.
  HOLDFAST_ASSIGN_OR_RETURN(const auto groups, GroupsToList(actor, AdminMethod::kGetProfileSet, group));
  fleet::FleetStore& store = state_->context.store;
  HOLDFAST_ASSIGN_OR_RETURN(fleet::ProfileSetRecord set, FindSet(store, group));
  HOLDFAST_ASSIGN_OR_RETURN(const fleet::InstalledProfiles told, store.CountInstalled(group, groups));
  std::vector<fleet::ProfileFile> every_mac;
  if (!group.empty()) {
    HOLDFAST_ASSIGN_OR_RETURN(every_mac, FilesOfEveryMac(store));
  }
  const auto in_lint = InLint(set, every_mac);
  std::set<std::string> own;
  for (const fleet::ProfileFile& file : set.files) own.insert(file.identifier);
  GetProfileSetResponse response{.set = set.info};
  HOLDFAST_RETURN_IF_ERROR(
      store.EachOpenKey("profile_invalid", groups, [&](const std::string& key, int devices) {
        const size_t colon = key.rfind(':');  // no rule has one, an identifier may
        if (colon == std::string::npos || response.incidents.size() == kMostProfileFindings) return;
        const std::string profile = key.substr(0, colon), rule = key.substr(colon + 1);
        const bool found = in_lint.contains({profile, rule});
        if (!found && (!own.contains(profile) || lint::FindRule(rule) == nullptr)) return;
        response.incidents.push_back({profile, rule, devices, found});
      }));
  for (fleet::ProfileFile& file : set.files) response.profiles.push_back(WithDevices(std::move(file), told));
  response.findings = std::move(set.findings);
  return response;
}

absl::StatusOr<std::vector<ProfileSetInfo>> ServerCore::ListProfileSets(const Actor& actor) {
  HOLDFAST_RETURN_IF_ERROR(CheckAllowed(actor, AdminMethod::kListProfileSets));
  HOLDFAST_ASSIGN_OR_RETURN(auto sets, state_->context.store.ListProfileSets());
  std::erase_if(sets, [&](const auto& set) { return !set.group.empty() && !MaySee(actor, set.group); });
  return sets;
}

absl::Status ServerCore::DeleteProfileSet(const Actor& actor, const std::string& group) {
  HOLDFAST_RETURN_IF_ERROR(CheckMayChange(actor, AdminMethod::kDeleteProfileSet, group));
  Context& context = state_->context;
  HOLDFAST_ASSIGN_OR_RETURN(const std::string before, SetBefore(context.store, group));
  if (before.empty()) return NoSuchSet(group);
  std::vector<Rejoined> groups;
  if (group.empty()) {
    HOLDFAST_ASSIGN_OR_RETURN(auto sets, SetsOfGroups(context.store));
    HOLDFAST_ASSIGN_OR_RETURN(groups, Rejoin(std::move(sets), {}));
  }
  HOLDFAST_ASSIGN_OR_RETURN(auto transaction, fleet::Transaction::Begin(context.store));
  HOLDFAST_RETURN_IF_ERROR(context.store.RemoveProfileSet(group));
  for (const Rejoined& each : groups) HOLDFAST_RETURN_IF_ERROR(context.store.PutProfileSet(each.set()));
  HOLDFAST_RETURN_IF_ERROR(RecordAudit(context.store, context.Now(), actor,
                                       {.action = "DeleteProfileSet",
                                        .target = ProfilesTarget(group),
                                        .before = before,
                                        .after = "",
                                        .group = group}));
  return transaction.Commit();
}

}  // namespace holdfast::server
