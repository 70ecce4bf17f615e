// Any bytes as a row's canonical encoding: refused, or exactly what we would have written.
#include <cstdlib>

#include "storage/journal/row.h"

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  const absl::string_view bytes(reinterpret_cast<const char*>(data), size);
  const auto parsed = holdfast::journal::ParseCanonical(bytes);
  if (!parsed.ok()) return 0;
  if (holdfast::journal::CanonicalBytes(parsed->row, parsed->previous) != bytes) abort();
  if (holdfast::journal::HashOf(parsed->row, parsed->previous) != parsed->row.hash) abort();
  return 0;
}
