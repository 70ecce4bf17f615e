#include "profiles/plist/places.h"

namespace holdfast::plist {
namespace {

void SetLinesAt(const Places& places, size_t at, Value& value) {
  value.set_line(places[at].line);
  const size_t end = at + places[at].count;
  auto* array = value.As<Array>();
  auto* dict = value.As<Dict>();
  size_t item = 0;
  for (size_t child = at + 1; child < end; child += places[child].count) {
    if (array != nullptr && item < array->size()) {
      SetLinesAt(places, child, (*array)[item++]);
    } else if (dict != nullptr) {
      // Of a key that is there twice the last one's value counts.
      if (Value* entry = dict->Find(places[child].key)) SetLinesAt(places, child, *entry);
    }
  }
}

}  // namespace

void SetLines(const Places& places, Value& root) {
  if (!places.empty()) SetLinesAt(places, 0, root);
}

}  // namespace holdfast::plist
