// A group's set of profiles beside another set of every Mac: what is found in both together changes, and what
// each has alone does not. Pure; no threads.
#pragma once

#include <set>
#include <string>
#include <tuple>
#include <utility>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "server/service/profile_lint.h"

namespace holdfast::server {

class Rejoined {
 public:
  explicit Rejoined(fleet::ProfileSetRecord set) : set_(std::move(set)) {}

  // `outlines` are those of `every_mac`, named as of every Mac. Errors are those of reading what is kept.
  absl::Status Judge(const std::vector<fleet::ProfileFile>& every_mac,
                     const std::vector<profiles::Profile>& outlines);

  bool changed() const { return changed_; }
  // With the findings of now.
  const fleet::ProfileSetRecord& set() const { return set_; }
  // Those that were not found before, with files named for who puts the set of every Mac.
  std::vector<ProfileFinding>& fresh() { return fresh_; }

 private:
  using Identity = std::tuple<std::string, std::string, std::string>;  // rule, file, key
  static Identity IdentityOf(const ProfileFinding& finding);
  static std::set<Identity> TogetherIn(const std::vector<ProfileFinding>& findings);
  absl::Status TellFresh(const std::set<Identity>& before, const std::vector<fleet::ProfileFile>& every_mac);
  void Take(std::vector<ProfileFinding> found);

  fleet::ProfileSetRecord set_;
  std::vector<ProfileFinding> fresh_;
  bool changed_ = false;
};

// Those of these sets whose findings are others beside that set of every Mac.
absl::StatusOr<std::vector<Rejoined>> Rejoin(std::vector<fleet::ProfileSetRecord> groups,
                                             const std::vector<fleet::ProfileFile>& every_mac);

}  // namespace holdfast::server
