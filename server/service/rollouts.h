// How devices fare that are handed the newest version of their group's policy, beside those that are not,
// and the halt when they fare worse (docs/adr/0019-rollouts.md). What a device was handed is in the store;
// only who is in trouble right now is in memory.
#pragma once

#include <deque>
#include <map>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "server/service/directory.h"
#include "server/service/policies.h"

namespace holdfast::server {

// A failure that begins this long after a device was handed a version counts against it, if it lasts.
inline constexpr absl::Duration kRolloutWindow = absl::Hours(1);
inline constexpr absl::Duration kTroubleLasts = absl::Minutes(5);
// A rate above the bound must stand this long: what befalls everybody shows in other devices too by then.
inline constexpr absl::Duration kRateStands = absl::Minutes(2);

class Rollouts {
 public:
  Rollouts(Context& context, Directory& directory, Policies& policies)
      : context_(context), directory_(directory), policies_(policies) {}

  // These two inside the Sync's transaction: the newest message of a device, its state already taken;
  absl::Status Heard(LiveDevice& device, const wire::SyncRequest& request);
  // and that the answer to `request` brings it this version.
  absl::Status Handed(LiveDevice& device, const wire::SyncRequest& request, const PolicyInForce& policy);
  // Nothing is heard of it any more, and it said no goodbye.
  void Silent(const Uuid& id);

  // In the tick, not inside a transaction: counts failures that have lasted, and halts. Says what it halted.
  absl::StatusOr<std::vector<std::string>> Judge();

 private:
  // Trouble that has lasted, of a device that has (or has not) the newest version of its group.
  struct Lasting {
    LiveDevice* device;
    const PolicyInForce* newest;
    std::optional<fleet::HandedPolicy> handed;
  };
  void Note(LiveDevice& device, bool silent);
  absl::Status Set(LiveDevice& device, const PolicyInForce& policy, fleet::HandedState state, bool counted);
  absl::StatusOr<std::vector<Lasting>> Due(ServerTime now);
  void Settle(ServerTime now, const std::vector<Lasting>& due);
  absl::Status Count(ServerTime now, const std::vector<Lasting>& due);
  absl::Status Expect(ServerTime now, const std::string& group, int failures);
  absl::Status JudgeGroup(ServerTime now, const std::string& group, std::vector<std::string>& halts);
  absl::Status Halt(ServerTime now, const PolicyInForce& newest, const std::string& why);
  absl::Status FindGroups();

  Context& context_;
  Directory& directory_;
  Policies& policies_;
  std::deque<std::pair<ServerTime, Uuid>> troubles_;  // when they will have lasted
  bool groups_found_ = false;
  std::set<std::string> to_judge_;              // groups whose failures have changed
  std::map<std::string, ServerTime> exceeded_;  // groups whose rate is above the bound, and since when
};

}  // namespace holdfast::server
