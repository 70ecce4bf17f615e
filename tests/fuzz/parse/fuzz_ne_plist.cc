// Any bytes as Network Extension's preferences file: no crash, an end, and facts where they belong.
#include <cstddef>
#include <cstdint>
#include <cstdlib>

#include "agent/signals/parse/ne_plist.h"

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  const auto read = holdfast::parse::ReadNePreferences({reinterpret_cast<const char*>(data), size});
  if (!read.ok()) {
    if (read.status().message().empty()) std::abort();
    return 0;
  }
  if (holdfast::parse::ConfigurationsOf(*read).size() != read->configurations.size()) std::abort();
  for (const auto& configuration : read->configurations) {
    if (!configuration.service && !configuration.filter && !configuration.dns_proxy) std::abort();
    if (configuration.service.has_value() != configuration.posture.has_value()) std::abort();
  }
  for (const auto& other : read->others) {
    if (other.service) std::abort();
  }
  return 0;
}
