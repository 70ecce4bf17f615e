// Any bytes as `scutil --nc list`: no crash, and a service has a name and a known status.
#include <cstddef>
#include <cstdint>
#include <cstdlib>

#include "agent/signals/parse/scutil_list.h"

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  const absl::string_view text(reinterpret_cast<const char*>(data), size);
  const auto list = holdfast::parse::ReadScutilList(text);
  if (!list.ok()) return 0;
  if (!list->has_header && list->services.empty()) std::abort();
  for (const auto& service : list->services) {
    if (service.name.size() > text.size() || service.kind.size() > text.size()) std::abort();
    holdfast::parse::ServiceFactsOf(service);
  }
  for (const auto& odd : list->odd) {
    if (odd.line == 0 || odd.text.empty()) std::abort();
  }
  return 0;
}
