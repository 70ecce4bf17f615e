// DER entitlements of any bytes: no crash, a dictionary, and texts that are UTF-8.
#include <cstddef>
#include <cstdint>
#include <cstdlib>

#include "profiles/macho/der_entitlements.h"
#include "profiles/plist/utf8.h"

namespace {

using holdfast::plist::Value;

void Check(const Value& value, int depth) {
  if (depth > 65) std::abort();
  if (const auto* text = value.As<std::string>()) {
    if (holdfast::plist::FirstInvalidUtf8(*text) != absl::string_view::npos) std::abort();
  }
  if (const auto* array = value.As<holdfast::plist::Array>()) {
    for (const Value& item : *array) Check(item, depth + 1);
  }
  if (const auto* dict = value.As<holdfast::plist::Dict>()) {
    for (const auto& entry : dict->entries()) Check(entry.value, depth + 1);
  }
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  const auto read =
      holdfast::profiles::ReadDerEntitlements({reinterpret_cast<const char*>(data), size}, "fuzz");
  if (!read.ok()) return 0;
  if (read->As<holdfast::plist::Dict>() == nullptr) std::abort();
  Check(*read, 1);
  return 0;
}
