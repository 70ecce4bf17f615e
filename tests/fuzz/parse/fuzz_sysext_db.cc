// Any bytes as sysextd's database: no crash, and each row has a bundle, a version and a state.
#include <cstddef>
#include <cstdint>
#include <cstdlib>

#include "agent/signals/parse/sysext_db.h"

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  const auto list = holdfast::parse::ReadSysextDb({reinterpret_cast<const char*>(data), size});
  if (!list.ok()) return 0;
  const auto facts = holdfast::parse::ExtensionsOf(*list);
  if (facts.size() != list->rows.size()) std::abort();
  for (const auto& extension : facts) {
    if (extension.bundle_id.empty() || extension.version.empty() || extension.state.empty()) std::abort();
  }
  return 0;
}
