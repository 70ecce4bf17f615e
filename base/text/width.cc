#include "base/text/width.h"

#include <algorithm>
#include <array>
#include <cstdint>
#include <utility>

#include "absl/strings/str_split.h"

namespace holdfast::text {
namespace {

struct Decoded {
  uint32_t code = 0;
  size_t size = 1;
  bool valid = false;
};

bool IsContinuation(char c) {
  return (static_cast<uint8_t>(c) & 0xC0) == 0x80;
}

// One code point at the beginning of `s`, which is not empty. Overlong forms and surrogates are not valid.
Decoded Decode(absl::string_view s) {
  const auto lead = static_cast<uint8_t>(s[0]);
  if (lead < 0x80) return {lead, 1, true};
  const size_t size = lead >= 0xF0 && lead < 0xF5   ? 4
                      : lead >= 0xE0 && lead < 0xF0 ? 3
                      : lead >= 0xC2 && lead < 0xE0 ? 2
                                                    : 0;
  if (size == 0 || s.size() < size) return {};
  uint32_t code = lead & (0xFFu >> (size + 1));
  for (size_t i = 1; i < size; ++i) {
    if (!IsContinuation(s[i])) return {};
    code = code << 6 | (static_cast<uint8_t>(s[i]) & 0x3Fu);
  }
  const bool overlong = (size == 3 && code < 0x800) || (size == 4 && (code < 0x10000 || code > 0x10FFFF));
  if (overlong || (code >= 0xD800 && code < 0xE000)) return {};
  return {code, size, true};
}

using Range = std::pair<uint32_t, uint32_t>;

template <size_t N>
bool In(const std::array<Range, N>& ranges, uint32_t code) {
  return std::any_of(ranges.begin(), ranges.end(),
                     [code](const Range& r) { return code >= r.first && code <= r.second; });
}

// C0 and C1 controls, soft hyphen's neighbours that reorder or hide text, line separators, byte order mark.
constexpr std::array<Range, 7> kUnprintable = {{{0x00, 0x1F},
                                                {0x7F, 0x9F},
                                                {0x200B, 0x200F},
                                                {0x2028, 0x202E},
                                                {0x2066, 0x2069},
                                                {0xFEFF, 0xFEFF},
                                                {0xFFF9, 0xFFFB}}};
constexpr std::array<Range, 6> kCombining = {{{0x300, 0x36F},
                                              {0x1AB0, 0x1AFF},
                                              {0x1DC0, 0x1DFF},
                                              {0x20D0, 0x20FF},
                                              {0xFE00, 0xFE0F},
                                              {0xFE20, 0xFE2F}}};
constexpr std::array<Range, 10> kWide = {{{0x1100, 0x115F},
                                          {0x2E80, 0x303E},
                                          {0x3041, 0xA4CF},
                                          {0xAC00, 0xD7A3},
                                          {0xF900, 0xFAFF},
                                          {0xFE30, 0xFE6F},
                                          {0xFF00, 0xFF60},
                                          {0xFFE0, 0xFFE6},
                                          {0x1F300, 0x1FAFF},
                                          {0x20000, 0x3FFFD}}};

int ColumnsOf(uint32_t code) {
  return In(kCombining, code) ? 0 : In(kWide, code) ? 2 : 1;
}

// The longest beginning that fits in `columns`, in bytes, and its width.
std::pair<size_t, int> Fit(absl::string_view s, int columns) {
  size_t bytes = 0;
  int used = 0;
  while (bytes < s.size()) {
    const Decoded d = Decode(s.substr(bytes));
    const int width = ColumnsOf(d.code);
    if (used + width > columns) break;
    used += width;
    bytes += d.size;
  }
  return {bytes, used};
}

// Breaks one word that is wider than a line; gives back its last piece.
absl::string_view BreakWord(absl::string_view word, int columns, std::vector<std::string>& lines) {
  while (DisplayWidth(word) > columns) {
    const size_t cut = std::max<size_t>(Fit(word, columns).first, Decode(word).size);
    lines.emplace_back(word.substr(0, cut));
    word.remove_prefix(cut);
  }
  return word;
}

void WrapParagraph(absl::string_view paragraph, int columns, std::vector<std::string>& lines) {
  std::string line;
  for (absl::string_view word : absl::StrSplit(paragraph, ' ', absl::SkipEmpty())) {
    if (!line.empty() && DisplayWidth(line) + 1 + DisplayWidth(word) > columns) {
      lines.push_back(std::exchange(line, {}));
    }
    if (line.empty()) word = BreakWord(word, columns, lines);
    if (!line.empty()) line += ' ';
    line.append(word.data(), word.size());
  }
  lines.push_back(line);
}

}  // namespace

absl::string_view FirstBytes(absl::string_view utf8, size_t most) {
  if (utf8.size() <= most) return utf8;
  size_t end = most;
  while (end > 0 && IsContinuation(utf8[end])) --end;
  return utf8.substr(0, end);
}

std::string Printable(absl::string_view utf8) {
  std::string out;
  out.reserve(utf8.size());
  while (!utf8.empty()) {
    const Decoded d = Decode(utf8);
    if (!d.valid || In(kUnprintable, d.code)) {
      out += '?';
    } else {
      out.append(utf8.data(), d.size);
    }
    utf8.remove_prefix(d.size);
  }
  return out;
}

std::string PrintableLines(absl::string_view utf8) {
  std::string out;
  for (absl::string_view line : absl::StrSplit(utf8, '\n')) {
    if (!out.empty()) out += "\n  ";
    out += Printable(line);
  }
  return out;
}

int DisplayWidth(absl::string_view utf8) {
  int width = 0;
  while (!utf8.empty()) {
    const Decoded d = Decode(utf8);
    width += ColumnsOf(d.code);
    utf8.remove_prefix(d.size);
  }
  return width;
}

std::string Truncate(absl::string_view utf8, int columns) {
  if (DisplayWidth(utf8) <= columns) return std::string(utf8);
  if (columns <= 0) return "";
  return std::string(utf8.substr(0, Fit(utf8, columns - 1).first)) + "…";
}

std::vector<std::string> WrapLines(absl::string_view utf8, int columns) {
  std::vector<std::string> lines;
  for (absl::string_view paragraph : absl::StrSplit(utf8, '\n')) {
    if (columns <= 0) {
      lines.emplace_back(paragraph);
    } else {
      WrapParagraph(paragraph, columns, lines);
    }
  }
  return lines;
}

}  // namespace holdfast::text
