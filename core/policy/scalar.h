// What one word of a document is.
#pragma once

#include <string>

#include "core/policy/document.h"

namespace holdfast {

// The type of an unquoted word: null, boolean, decimal integer, finite number, else text. Octal, hexadecimal,
// numbers with a leading zero, .inf and .nan stay text: readers of YAML disagree about them.
decltype(DocumentValue::data) PlainScalar(const std::string& text);

}  // namespace holdfast
