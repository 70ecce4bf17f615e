#include "server/service/profile_view.h"

#include <map>
#include <set>
#include <utility>

#include "absl/strings/str_cat.h"
#include "base/error.h"
#include "server/service/profile_lint.h"

namespace holdfast::server {
namespace {

using ProfileAndRule = std::pair<std::string, std::string>;

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
std::set<ProfileAndRule> InLint(const fleet::ProfileSetRecord& set,
                                const std::vector<fleet::ProfileFile>& every_mac) {
  const std::map<std::string, std::string> identifiers = IdentifiersOf(set, every_mac);
  std::set<ProfileAndRule> found;
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

// The open incidents that are of the set's profiles, or that lint found.
absl::StatusOr<std::vector<ProfileIncidents>> IncidentsOf(fleet::FleetStore& store,
                                                          const fleet::ProfileSetRecord& set,
                                                          const ProfileQuestion& question) {
  std::vector<fleet::ProfileFile> every_mac;
  if (!question.group.empty()) {
    HOLDFAST_ASSIGN_OR_RETURN(every_mac, FilesOfEveryMac(store));
  }
  const std::set<ProfileAndRule> in_lint = InLint(set, every_mac);
  std::set<std::string> own;
  for (const fleet::ProfileFile& file : set.files) own.insert(file.identifier);
  std::vector<ProfileIncidents> incidents;
  HOLDFAST_RETURN_IF_ERROR(
      store.EachOpenKey("profile_invalid", question.devices_of, [&](const std::string& key, int devices) {
        const size_t colon = key.rfind(':');  // no rule has one, an identifier may
        if (colon == std::string::npos || incidents.size() == kMostProfileFindings) return;
        const std::string profile = key.substr(0, colon), rule = key.substr(colon + 1);
        const bool found = in_lint.contains({profile, rule});
        if (!found && (!own.contains(profile) || lint::FindRule(rule) == nullptr)) return;
        incidents.push_back({profile, rule, devices, found});
      }));
  return incidents;
}

}  // namespace

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

absl::StatusOr<GetProfileSetResponse> ReadProfileSet(fleet::FleetStore& store,
                                                     const ProfileQuestion& question) {
  HOLDFAST_ASSIGN_OR_RETURN(const auto one_state, fleet::Transaction::Begin(store));
  HOLDFAST_ASSIGN_OR_RETURN(fleet::ProfileSetRecord set, FindSet(store, question.group));
  HOLDFAST_ASSIGN_OR_RETURN(const fleet::InstalledProfiles told,
                            store.CountInstalled(question.group, question.devices_of));
  GetProfileSetResponse response{.set = set.info};
  HOLDFAST_ASSIGN_OR_RETURN(response.incidents, IncidentsOf(store, set, question));
  for (fleet::ProfileFile& file : set.files) response.profiles.push_back(WithDevices(std::move(file), told));
  response.findings = std::move(set.findings);
  return response;
}

}  // namespace holdfast::server
