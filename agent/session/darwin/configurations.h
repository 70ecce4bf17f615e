// Where the installed configurations are learned from: on a Mac the framework, the preferences file or
// SystemConfiguration.
#pragma once

#include <functional>

#include "absl/status/status.h"
#include "core/facts.h"

namespace holdfast::session {

class ConfigurationSource {
 public:
  virtual ~ConfigurationSource() = default;
  // Calls `changed` soon with what is installed, and then at each change: on the executor, never from inside
  // this call, and not after this object is gone.
  virtual absl::Status Begin(std::function<void(const InstalledFacts&)> changed) = 0;
};

}  // namespace holdfast::session
