// Any bytes as the list of installed profiles: no crash, each profile has an identifier, and a tree without
// data that may be a secret.
#include <cstddef>
#include <cstdint>
#include <cstdlib>

#include "agent/signals/parse/profiles_xml.h"

namespace {

void CheckNoData(const holdfast::plist::Value& value) {
  using namespace holdfast::plist;  // NOLINT: a function's own
  if (value.As<Data>() != nullptr) std::abort();
  if (const auto* dict = value.As<Dict>()) {
    for (const auto& entry : dict->entries()) CheckNoData(entry.value);
  }
  if (const auto* array = value.As<Array>()) {
    for (const auto& item : *array) CheckNoData(item);
  }
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  const auto list = holdfast::parse::ReadProfileList({reinterpret_cast<const char*>(data), size});
  if (!list.ok()) return 0;
  if (holdfast::parse::ConfigurationsOf(*list).size() != list->profiles.size()) std::abort();
  for (const auto& profile : list->profiles) {
    if (profile.identifier.empty()) std::abort();
  }
  const auto trees = holdfast::parse::ReadProfileTrees({reinterpret_cast<const char*>(data), size});
  if (!trees.ok() || trees->size() != list->profiles.size()) std::abort();
  for (const auto& tree : *trees) CheckNoData(tree);
  return 0;
}
