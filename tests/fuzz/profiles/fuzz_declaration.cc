// Declarations of any bytes: no crash; what was read is written and read again as it was, and says the same
// as the payload that it stands for.
#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <cstdlib>

#include "profiles/declarations/convert.h"

using namespace holdfast::profiles;  // NOLINT: a fuzz target's own

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  const auto read = ReadDeclaration({reinterpret_cast<const char*>(data), size}, "fuzz");
  if (!read.ok()) {
    if (read.status().message().empty()) std::abort();
    return 0;
  }
  const auto written = WriteDeclaration(*read);
  if (!written.ok()) std::abort();
  const auto again = ReadDeclaration(*written, "again");
  // JSON may be larger than we read; YAML's grammar has fewer characters, and keys of 1024 at most.
  const bool plain = std::all_of(written->begin(), written->end(),
                                 [](char c) { return (c >= ' ' && c <= '~') || c == '\n'; });
  if (!again.ok() && plain && written->size() < 1000) std::abort();
  std::vector<std::string> unknown;
  const auto payload = PayloadOfDeclaration(*read, &unknown);
  if (!payload) return 0;
  const auto back = DeclarationOfPayload(*payload, read->identifier);
  if (back.ok() && back->type != read->type) std::abort();
  if (back.ok() && !PayloadOfDeclaration(*back, nullptr)) std::abort();
  return 0;
}
