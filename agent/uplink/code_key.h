// The key that single-use override codes for this device are verified with, as the server made it.
#pragma once

#include <string>

#include "agent/platform/state_files.h"
#include "base/ids.h"

namespace holdfast::uplink {

struct CodeKey {
  std::string key;  // empty: none yet
  std::string id;   // of the policy key that it was made with
};

// None when the kept one was made for another device: this one was enrolled anew.
CodeKey LoadCodeKey(const platform::StateFiles& files, const Uuid& device);
absl::Status SaveCodeKey(platform::StateFiles& files, const Uuid& device, const CodeKey& key);

}  // namespace holdfast::uplink
