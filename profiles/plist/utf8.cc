#include "profiles/plist/utf8.h"

#include <algorithm>
#include <cstdint>

namespace holdfast::plist {
namespace {

// The length of the well-formed sequence at the start of `text`; 0 when there is none.
size_t SequenceLength(absl::string_view text) {
  const auto byte = [&](size_t i) { return static_cast<unsigned char>(text[i]); };
  const unsigned char first = byte(0);
  if (first == 0) return 0;
  if (first < 0x80) return 1;
  const size_t length = first >= 0xf0 ? 4 : first >= 0xe0 ? 3 : 2;
  if (first < 0xc2 || first > 0xf4 || text.size() < length) return 0;
  uint32_t code = first & (0x7fu >> length);
  for (size_t i = 1; i < length; ++i) {
    if ((byte(i) & 0xc0) != 0x80) return 0;
    code = code << 6 | (byte(i) & 0x3fu);
  }
  const bool overlong = (length == 3 && code < 0x800) || (length == 4 && code < 0x10000);
  const bool surrogate = code >= 0xd800 && code <= 0xdfff;
  return overlong || surrogate || code > 0x10ffff ? 0 : length;
}

}  // namespace

size_t FirstInvalidUtf8(absl::string_view text) {
  for (size_t at = 0; at < text.size();) {
    const size_t length = SequenceLength(text.substr(at, 4));
    if (length == 0) return at;
    at += length;
  }
  return absl::string_view::npos;
}

std::string ToValidUtf8(absl::string_view text) {
  std::string result;
  for (size_t at = 0; at < text.size();) {
    const size_t length = SequenceLength(text.substr(at, 4));
    if (length == 0) {
      result.push_back('?');
    } else {
      result.append(text.data() + at, length);
    }
    at += std::max<size_t>(length, 1);
  }
  return result;
}

}  // namespace holdfast::plist
