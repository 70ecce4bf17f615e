// Any bytes as what scutil prints of one service: no crash, no end without an end, bounded depth.
#include <cstddef>
#include <cstdint>
#include <cstdlib>

#include "agent/signals/parse/scutil_status.h"

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  const absl::string_view text(reinterpret_cast<const char*>(data), size);
  const auto output = holdfast::parse::ReadScutilStatus(text);
  if (!output.ok()) return 0;
  for (const auto& report : output->reports) {
    if (report.line == 0) std::abort();
    for (const auto& fact : report.facts) {
      if (fact.secret && !fact.value.empty()) std::abort();
    }
  }
  return 0;
}
