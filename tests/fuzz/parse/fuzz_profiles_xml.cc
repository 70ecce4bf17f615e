// Any bytes as the list of installed profiles: no crash, and each profile has an identifier.
#include <cstddef>
#include <cstdint>
#include <cstdlib>

#include "agent/signals/parse/profiles_xml.h"

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  const auto list = holdfast::parse::ReadProfileList({reinterpret_cast<const char*>(data), size});
  if (!list.ok()) return 0;
  if (holdfast::parse::ConfigurationsOf(*list).size() != list->profiles.size()) std::abort();
  for (const auto& profile : list->profiles) {
    if (profile.identifier.empty()) std::abort();
  }
  return 0;
}
