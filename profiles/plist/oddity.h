// What is unusual about a property list's text and was accepted all the same.
#pragma once

#include <cstddef>
#include <string>

#include "absl/strings/str_cat.h"

namespace holdfast::plist {

struct Oddity {
  enum class Kind { kForm, kDuplicateKey, kNoEnd };
  Kind kind = Kind::kForm;
  size_t line = 0;   // 0: of the whole text
  std::string what;  // a clause: "a byte order mark stands before the text; it is ignored"

  std::string Text() const { return line == 0 ? what : absl::StrCat("line ", line, ": ", what); }
  friend bool operator==(const Oddity&, const Oddity&) = default;
};

// A comment of the XML that is addressed to this program: it begins with "holdfast".
struct Comment {
  size_t line = 0;
  std::string text;  // without white space around it
  friend bool operator==(const Comment&, const Comment&) = default;
};

}  // namespace holdfast::plist
