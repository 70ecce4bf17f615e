// Policies that arrive from the server: who signed them, whether they go back in time, and the last good one,
// kept as the exact signed bytes. What a policy means is not its business.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "agent/platform/state_files.h"
#include "base/sha256.h"
#include "proto/wire/agent_messages.h"

namespace holdfast::uplink {

struct AcceptedPolicy {
  wire::PolicyBundle bundle;
  Sha256Digest id{};
  uint64_t version = 0;
  std::string group;
  std::string document;
};

class PolicyInbox {
 public:
  // `files` must outlive it.
  explicit PolicyInbox(platform::StateFiles& files) : files_(files) {}

  // Reads what an earlier run kept and checks it as if it had just arrived. On an error nothing is accepted.
  absl::Status Load(const std::vector<std::string>& policy_keys);

  // PERMISSION_DENIED: not signed by one of `policy_keys`. FAILED_PRECONDITION: a lower version than one that
  // was accepted before for the same group, or other bytes under the same version.
  absl::StatusOr<AcceptedPolicy> Check(const wire::PolicyBundle& bundle,
                                       const std::vector<std::string>& policy_keys) const;
  // The policy is good: it becomes the last accepted one, in memory and durably. On an error it is in memory
  // only.
  absl::Status Keep(const AcceptedPolicy& policy);

  const std::optional<AcceptedPolicy>& accepted() const { return accepted_; }

 private:
  std::string Encode() const;
  absl::Status Decode(const std::string& bytes, wire::PolicyBundle* bundle);

  platform::StateFiles& files_;
  std::optional<AcceptedPolicy> accepted_;
  std::map<std::string, uint64_t> highest_;  // version by group: moving between groups rolls nothing back
};

}  // namespace holdfast::uplink
