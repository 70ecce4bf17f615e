// Sleep and wake of a Mac, from IOKit. A dark wake is not told apart: IOKit tells programs of the wakes that
// they may see (docs/macos-status.md).
#pragma once

#include <functional>
#include <memory>

#include "base/executor.h"
#include "core/facts.h"

namespace holdfast::platform {

class PowerSource {
 public:
  // The executor must outlive it.
  explicit PowerSource(Executor& executor);
  ~PowerSource();
  PowerSource(const PowerSource&) = delete;
  PowerSource& operator=(const PowerSource&) = delete;

  // Calls `told` on the executor. UNAVAILABLE when the system does not let us know.
  absl::Status Begin(std::function<void(PowerEvent)> told);

 private:
  struct Registration;
  Executor& executor_;
  std::unique_ptr<Registration> registration_;
};

}  // namespace holdfast::platform
