// Any bytes as what `mount` and `ps` print: no crash, and what is found stands in the text.
#include <cstddef>
#include <cstdint>
#include <cstdlib>

#include "absl/strings/match.h"
#include "agent/signals/parse/system_text.h"

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  const absl::string_view text(reinterpret_cast<const char*>(data), size);
  for (const auto& point : holdfast::parse::MountPointsOf(text, "acfs")) {
    if (!absl::StartsWith(point, "/") || !absl::StrContains(text, point)) std::abort();
  }
  for (const auto& bundle : holdfast::parse::RunningExtensions(text)) {
    if (bundle.empty() || absl::StrContains(bundle, "/")) std::abort();
  }
  return 0;
}
