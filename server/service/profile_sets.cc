// The profiles that the Macs of each group are to have: what is put replaces what was. The set of every Mac
// is theirs together with their group's, so each is looked at beside the other.
#include <utility>

#include "absl/strings/str_cat.h"
#include "base/canonical.h"
#include "base/error.h"
#include "core/policy/bundle.h"
#include "server/audit/audit.h"
#include "server/service/profile_job.h"
#include "server/service/profile_rejoin.h"
#include "server/service/profile_view.h"
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

absl::StatusOr<ProfileQuestion> ServerCore::BeginGetProfileSet(const Actor& actor, const std::string& group) {
  HOLDFAST_RETURN_IF_ERROR(CheckAllowed(actor, AdminMethod::kGetProfileSet));
  // The set of every Mac is also that of theirs; of devices they see their own.
  ProfileQuestion question{.group = group};
  HOLDFAST_ASSIGN_OR_RETURN(question.devices_of, GroupsToList(actor, AdminMethod::kGetProfileSet, group));
  return question;
}

absl::StatusOr<GetProfileSetResponse> ServerCore::GetProfileSet(const Actor& actor,
                                                                const std::string& group) {
  HOLDFAST_ASSIGN_OR_RETURN(const ProfileQuestion question, BeginGetProfileSet(actor, group));
  return ReadProfileSet(state_->context.store, question);
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
