// The policies of each group: which of its versions a device is to have, and how a new one comes into force.
#pragma once

#include <map>
#include <optional>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "proto/wire/agent_messages.h"
#include "server/service/context.h"

namespace holdfast::server {

struct PolicyInForce {
  fleet::PolicyInfo info;
  wire::PolicyBundle bundle;
  absl::Duration heartbeat;
  fleet::RolloutRecord rollout;
  bool complete() const { return rollout.percent >= 100 && !rollout.halted; }  // every device's
};

// What an admin or the server decides about a policy, as audits name it.
std::string PolicyTarget(const std::string& group);

class Policies {
 public:
  explicit Policies(Context& context) : context_(context) {}

  // Each is of the group's own policy, else of the default group's; nullptr when there is none. What they
  // return lives until the next Put or Forget.
  absl::StatusOr<const PolicyInForce*> Newest(const std::string& group);
  // What this device is to have: the newest version if it has it already or is in its share, else the one
  // before that it has, else the last one that is everybody's. `held`: what it has.
  absl::StatusOr<const PolicyInForce*> For(const fleet::DeviceRecord& device,
                                           const std::optional<Sha256Digest>& held);
  // What a device begins with: the version that is everybody's. Nothing for one that was handed a newer one
  // before: its first Sync says whether it still has that, and devices never go back.
  absl::StatusOr<const PolicyInForce*> ForEnrolled(const std::string& group,
                                                   const std::optional<fleet::HandedPolicy>& handed);
  // How often devices of the group are heard of, the slowest of its versions counting; never below
  // options.heartbeat.
  absl::StatusOr<absl::Duration> Interval(const std::string& group);
  // The same of one device, which may have been asked to come less often.
  absl::StatusOr<absl::Duration> IntervalOf(const fleet::DeviceRecord& device);
  // The shortest of all groups.
  absl::StatusOr<absl::Duration> ShortestInterval();

  absl::StatusOr<PutPolicyResponse> Put(const Actor& actor, const PutPolicyRequest& request);
  absl::StatusOr<GetPolicyResponse> Get(const GetPolicyRequest& request);
  // A roll-out was changed in the store.
  void Forget() {
    chains_.clear();
    shortest_.reset();
  }

 private:
  // From the newest version down to the first that is everybody's; their numbers fall.
  using Chain = std::vector<PolicyInForce>;
  absl::StatusOr<const Chain*> ChainOf(const std::string& group);
  absl::StatusOr<Chain> Load(const std::string& group);
  // False: the chain is whole.
  absl::StatusOr<bool> LoadFrom(const std::string& group, Chain& chain);
  absl::StatusOr<PolicyInForce> LoadVersion(const std::string& group, uint64_t version);
  absl::StatusOr<uint64_t> HighestVersion(const std::string& group);
  absl::Status Store(const Actor& actor, const fleet::PolicyRecord& record,
                     const fleet::RolloutRecord& rollout, uint64_t before);

  Context& context_;
  std::map<std::string, Chain> chains_;  // by group
  std::optional<absl::Duration> shortest_;
};

}  // namespace holdfast::server
