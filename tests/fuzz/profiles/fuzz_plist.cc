// Property lists of any bytes: no crash, and what was read is sound.
#include <cstddef>
#include <cstdint>
#include <cstdlib>

#include "profiles/plist/plist.h"
#include "profiles/plist/utf8.h"

namespace {

using holdfast::plist::Value;

void Check(const Value& value, int depth) {
  if (depth > 64) std::abort();
  if (const auto* text = value.As<std::string>()) {
    if (holdfast::plist::FirstInvalidUtf8(*text) != absl::string_view::npos) std::abort();
  }
  if (const auto* array = value.As<holdfast::plist::Array>()) {
    for (const Value& item : *array) Check(item, depth + 1);
  }
  if (const auto* dict = value.As<holdfast::plist::Dict>()) {
    for (const auto& [key, item] : dict->entries()) {
      if (dict->Find(key) != &item) std::abort();
      Check(item, depth + 1);
    }
  }
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  const auto document = holdfast::plist::Parse({reinterpret_cast<const char*>(data), size}, "fuzz");
  if (document.ok()) Check(document->root, 1);
  if (!document.ok() && document.status().message().empty()) std::abort();
  return 0;
}
