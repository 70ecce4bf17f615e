// The policies in force, by group, and how a new one comes into force.
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
};

class Policies {
 public:
  explicit Policies(Context& context) : context_(context) {}

  // The group's own, else the default group's; nullptr when there is neither. Lives until the next Put.
  absl::StatusOr<const PolicyInForce*> For(const std::string& group);

  absl::StatusOr<PutPolicyResponse> Put(const Actor& actor, const PutPolicyRequest& request);
  absl::StatusOr<GetPolicyResponse> Get(const GetPolicyRequest& request);

 private:
  absl::StatusOr<std::optional<PolicyInForce>> Load(const std::string& group);
  absl::StatusOr<uint64_t> HighestVersion(const std::string& group);
  absl::Status Store(const Actor& actor, const fleet::PolicyRecord& record, uint64_t before);

  Context& context_;
  std::map<std::string, std::optional<PolicyInForce>> loaded_;
};

}  // namespace holdfast::server
