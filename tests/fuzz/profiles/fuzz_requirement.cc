// Code requirements of any bytes: no crash, and a text that no terminal and no profile stumbles over.
#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <cstdlib>

#include "absl/strings/ascii.h"
#include "profiles/macho/requirement.h"

namespace {

void Check(const absl::StatusOr<holdfast::profiles::Requirement>& read) {
  if (!read.ok()) return;
  const std::string& text = read->text;
  if (text.empty() || !std::all_of(text.begin(), text.end(), absl::ascii_isprint)) std::abort();
  // Quotes come in pairs: nothing that was read ends a text.
  size_t quotes = 0;
  for (size_t i = 0; i < text.size(); ++i) {
    if (text[i] == '\\') {
      ++i;
    } else if (text[i] == '"') {
      ++quotes;
    }
  }
  if (quotes % 2 != 0) std::abort();
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  const absl::string_view bytes(reinterpret_cast<const char*>(data), size);
  Check(holdfast::profiles::ReadRequirement(bytes, "fuzz"));
  Check(holdfast::profiles::ReadDesignatedRequirement(bytes, "fuzz"));
  return 0;
}
