// Where the values of an XML property list stand: their lines, in the order of the document.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "profiles/plist/value.h"

namespace holdfast::plist {

// A value's line and how many values, itself included, its part of the document has.
struct Place {
  uint32_t line = 0;
  uint32_t count = 1;
  std::string key;  // as the file spells it, with entities; of a dictionary's entry
};
using Places = std::vector<Place>;  // a value comes before what it holds

// Gives each value of `root` its line. One whose key cannot be matched, because it has entities, keeps none.
void SetLines(const Places& places, Value& root);

}  // namespace holdfast::plist
