// Looks at a local policy that others replace without a word: managed preferences, which the system rewrites
// when a profile comes or changes.
#pragma once

#include <functional>

#include "agent/daemon/policy_stack.h"
#include "base/executor.h"
#include "base/timer.h"

namespace holdfast::agent {

class PolicyWatch {
 public:
  using Read = std::function<PolicyFile()>;

  // All must outlive it. `first`: what was read at the start. `changed` gets what differs from the last look.
  PolicyWatch(Executor& executor, const Clock& clock, PolicyFile first, Read read,
              std::function<void(const PolicyFile&)> changed, absl::Duration look_every = absl::Seconds(30));
  PolicyWatch(const PolicyWatch&) = delete;
  PolicyWatch& operator=(const PolicyWatch&) = delete;

 private:
  void LookLater();

  const Clock& clock_;
  const Read read_;
  const std::function<void(const PolicyFile&)> changed_;
  const absl::Duration look_every_;
  PolicyFile last_;
  Timer look_;
};

}  // namespace holdfast::agent
