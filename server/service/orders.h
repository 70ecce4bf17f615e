// What admins hand out beside the policy: signed orders, and single-use override codes.
#pragma once

#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "absl/status/statusor.h"
#include "proto/wire/agent_messages.h"
#include "server/service/context.h"

namespace holdfast::server {

class Orders {
 public:
  explicit Orders(Context& context) : context_(context) {}

  // Signs and stores it, with its audit entry. The number, the moments and the issuer are filled in. `group`:
  // of the devices that it is for.
  absl::StatusOr<IssueOrderResponse> Issue(const Actor& actor, Order order, absl::Duration length,
                                           const std::string& group);
  // Not over; newest first.
  absl::StatusOr<std::vector<Order>> List();
  // What the device must know of. An order that was withdrawn is not among them.
  absl::StatusOr<std::vector<wire::SignedOrder>> For(const fleet::DeviceRecord& device);

  absl::StatusOr<IssueOverrideCodeResponse> IssueCode(const Actor& actor, const fleet::DeviceRecord& device,
                                                      const IssueOverrideCodeRequest& request);
  // Inside a transaction: those that are not over, by the policy key of now. Call Forget after its commit.
  absl::Status SignAgain();
  void Forget() { loaded_.reset(); }

  // The device's code key, unless it was made with the policy key of this id.
  absl::Status FillCodeKey(const Uuid& device, const std::string& known_id, wire::SyncResponse& answer);

 private:
  using Stored = std::pair<Order, wire::SignedOrder>;
  absl::Status Load();
  // Key and id, made with the policy key of this id, or with the current one if it is empty.
  absl::StatusOr<std::pair<std::string, std::string>> CodeKey(const Uuid& device, const std::string& by);
  absl::StatusOr<std::string> KnownCodeKey(const fleet::DeviceRecord& device);

  Context& context_;
  std::optional<std::vector<Stored>> loaded_;  // newest first
};

}  // namespace holdfast::server
