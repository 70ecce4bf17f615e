// Orders that arrive, with every Sync or in the policy: who signed them, whether they are for this device and
// still count, and which of them were withdrawn.
#pragma once

#include <optional>
#include <set>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "agent/platform/state_files.h"
#include "base/ids.h"
#include "core/engine/engine.h"
#include "core/orders/order.h"

namespace holdfast::agent {

class OrderDesk {
 public:
  // Reads which orders were withdrawn. `files` must outlive it.
  explicit OrderDesk(platform::StateFiles& files);

  // What the engine is to do: nothing for an order that is over or was withdrawn. PERMISSION_DENIED: not
  // signed by one of `policy_keys`, or for another device; INVALID_ARGUMENT: no order. `now` is the server's
  // time where it is known.
  absl::StatusOr<std::optional<SuspensionOrdered>> Take(const SignedOrder& order,
                                                        const std::vector<std::string>& policy_keys,
                                                        const Uuid& device, ServerTime now);

 private:
  void Withdraw(uint64_t number);

  platform::StateFiles& files_;
  std::set<uint64_t> withdrawn_;  // by number
};

}  // namespace holdfast::agent
