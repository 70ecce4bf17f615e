// Starts a service from inside the user's session, with that user's keychain and log-in windows.
#pragma once

#include <string>

#include "absl/status/status.h"
#include "base/ids.h"

namespace holdfast::helper {

class Starter {
 public:
  virtual ~Starter() = default;
  // OK: the request left. What comes of it the daemon sees for itself. Blocking, for seconds at most.
  virtual absl::Status Start(const Uuid& service) = 0;
};

}  // namespace holdfast::helper
