#include "server/service/profile_rejoin.h"

#include <algorithm>
#include <utility>

#include "absl/strings/str_cat.h"
#include "base/error.h"

namespace holdfast::server {
namespace {

// How the group's own findings name a file that a finding for the others' names.
std::string AsGroupsOwn(const std::string& file, const std::string& prefix) {
  return file.starts_with(prefix) ? file.substr(prefix.size()) : absl::StrCat(kEveryMac, file);
}

}  // namespace

Rejoined::Identity Rejoined::IdentityOf(const ProfileFinding& finding) {
  return {finding.rule, finding.place.file, finding.place.key};
}

std::set<Rejoined::Identity> Rejoined::TogetherIn(const std::vector<ProfileFinding>& findings) {
  std::set<Identity> known;
  for (const ProfileFinding& finding : findings) {
    if (finding.together) known.insert(IdentityOf(finding));
  }
  return known;
}

absl::Status Rejoined::Judge(const std::vector<fleet::ProfileFile>& every_mac,
                             const std::vector<profiles::Profile>& outlines) {
  HOLDFAST_ASSIGN_OR_RETURN(const auto own, OutlinesOf(set_.files));
  const std::set<Identity> before = TogetherIn(set_.findings);
  std::vector<ProfileFinding> found = Told(lint::CheckTogether(own, {}, outlines));
  const bool fresh = std::any_of(found.begin(), found.end(),
                                 [&](const auto& finding) { return !before.contains(IdentityOf(finding)); });
  changed_ = fresh || TogetherIn(found).size() != before.size();
  if (fresh) HOLDFAST_RETURN_IF_ERROR(TellFresh(before, every_mac));
  Take(std::move(found));
  return absl::OkStatus();
}

absl::Status Rejoined::TellFresh(const std::set<Identity>& before,
                                 const std::vector<fleet::ProfileFile>& every_mac) {
  const std::string prefix = GroupPrefix(set_.info.group);
  HOLDFAST_ASSIGN_OR_RETURN(const auto own, OutlinesOf(set_.files, prefix));
  HOLDFAST_ASSIGN_OR_RETURN(const auto others, OutlinesOf(every_mac));
  for (ProfileFinding& finding : Told(lint::CheckTogether(own, {}, others))) {
    ProfileFinding as_own = finding;
    as_own.place.file = AsGroupsOwn(finding.place.file, prefix);
    if (!before.contains(IdentityOf(as_own))) fresh_.push_back(std::move(finding));
  }
  return absl::OkStatus();
}

void Rejoined::Take(std::vector<ProfileFinding> found) {
  std::erase_if(set_.findings, [](const ProfileFinding& finding) { return finding.together; });
  for (ProfileFinding& finding : found) set_.findings.push_back(std::move(finding));
  // In the order of reading, as lint has them.
  const auto key = [](const ProfileFinding& f) {
    return std::tie(f.place.file, f.place.line, f.rule, f.place.key, f.what);
  };
  std::sort(set_.findings.begin(), set_.findings.end(),
            [&](const ProfileFinding& a, const ProfileFinding& b) { return key(a) < key(b); });
  const int left_out = set_.info.left_out;
  CountAndCut(set_.findings, set_.info);
  set_.info.left_out += left_out;
}

absl::StatusOr<std::vector<Rejoined>> Rejoin(std::vector<fleet::ProfileSetRecord> groups,
                                             const std::vector<fleet::ProfileFile>& every_mac) {
  HOLDFAST_ASSIGN_OR_RETURN(const auto outlines, OutlinesOf(every_mac, kEveryMac));
  std::vector<Rejoined> changed;
  for (fleet::ProfileSetRecord& group : groups) {
    Rejoined rejoined(std::move(group));
    HOLDFAST_RETURN_IF_ERROR(rejoined.Judge(every_mac, outlines));
    if (rejoined.changed()) changed.push_back(std::move(rejoined));
  }
  return changed;
}

}  // namespace holdfast::server
