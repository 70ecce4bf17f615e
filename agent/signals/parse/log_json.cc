#include "agent/signals/parse/log_json.h"

#include <algorithm>
#include <optional>

#include "absl/strings/ascii.h"
#include "absl/strings/str_cat.h"
#include "agent/signals/parse/scan.h"

namespace holdfast::parse {
namespace {

// The text between quotes as it is written, escapes and all.
std::optional<absl::string_view> TakeRawString(absl::string_view& text) {
  if (text.empty() || text.front() != '"') return std::nullopt;
  for (size_t i = 1; i < text.size(); ++i) {
    if (text[i] == '\\') {
      ++i;
    } else if (text[i] == '"') {
      const absl::string_view inside = text.substr(1, i - 1);
      text.remove_prefix(i + 1);
      return inside;
    }
  }
  return std::nullopt;
}

// A value of no interest: a number or word up to the next comma, or a nested value, over whose strings and
// brackets it counts.
bool SkipValue(absl::string_view& text) {
  int depth = 0;
  while (!text.empty()) {
    const char c = text.front();
    if (c == '"') {
      if (!TakeRawString(text)) return false;
      continue;
    }
    if (c == '{' || c == '[') ++depth;
    if ((c == '}' || c == ']' || c == ',') && depth == 0) return true;
    if (c == '}' || c == ']') --depth;
    text.remove_prefix(1);
  }
  return false;
}

void AppendUtf8(uint32_t code, std::string& out) {
  if (code < 0x80) {
    out += static_cast<char>(code);
  } else if (code < 0x800) {
    out += static_cast<char>(0xC0 | code >> 6);
    out += static_cast<char>(0x80 | (code & 0x3F));
  } else if (code < 0x10000) {
    out += static_cast<char>(0xE0 | code >> 12);
    out += static_cast<char>(0x80 | (code >> 6 & 0x3F));
    out += static_cast<char>(0x80 | (code & 0x3F));
  } else {
    out += static_cast<char>(0xF0 | code >> 18);
    out += static_cast<char>(0x80 | (code >> 12 & 0x3F));
    out += static_cast<char>(0x80 | (code >> 6 & 0x3F));
    out += static_cast<char>(0x80 | (code & 0x3F));
  }
}

std::optional<uint32_t> TakeHex4(absl::string_view& text) {
  if (text.size() < 4) return std::nullopt;
  uint32_t value = 0;
  for (size_t i = 0; i < 4; ++i) {
    const auto c = static_cast<unsigned char>(text[i]);
    if (!absl::ascii_isxdigit(c)) return std::nullopt;
    const int digit = absl::ascii_isdigit(c) ? c - '0' : absl::ascii_tolower(c) - 'a' + 10;
    value = value * 16 + static_cast<uint32_t>(digit);
  }
  text.remove_prefix(4);
  return value;
}

// After "\u". Half of a surrogate pair becomes '?'.
void AppendUnicode(absl::string_view& text, std::string& out) {
  const auto first = TakeHex4(text);
  if (!first || (*first >= 0xDC00 && *first < 0xE000)) {
    out += '?';
    return;
  }
  if (*first < 0xD800 || *first >= 0xE000) return AppendUtf8(*first, out);
  absl::string_view rest = text;
  std::optional<uint32_t> second;
  if (rest.substr(0, 2) == "\\u") {
    rest.remove_prefix(2);
    second = TakeHex4(rest);
  }
  if (!second || *second < 0xDC00 || *second >= 0xE000) {
    out += '?';
    return;
  }
  text = rest;
  AppendUtf8(0x10000 + ((*first - 0xD800) << 10) + (*second - 0xDC00), out);
}

void Unescape(absl::string_view raw, std::string& out) {
  out.clear();
  while (!raw.empty()) {
    const size_t plain = std::min(raw.find('\\'), raw.size());
    out.append(raw.data(), plain);
    raw.remove_prefix(plain);
    if (raw.size() < 2) return;
    const char c = raw[1];
    raw.remove_prefix(2);
    switch (c) {
      case 'n':
      case 'r':
      case 't':
      case 'b':
      case 'f':
        out += ' ';  // a message is one line here
        break;
      case 'u':
        AppendUnicode(raw, out);
        break;
      default:
        out += c;
    }
  }
}

void Keep(absl::string_view key, absl::string_view value, std::string& scratch, LogLine& out) {
  if (key == "eventMessage") {
    out.message = value;
    if (value.find('\\') == absl::string_view::npos) return;
    Unescape(value, scratch);
    out.message = scratch;
  } else if (key == "processImagePath") {
    out.process = AfterLast(value, '/');
  } else if (key == "subsystem") {
    out.subsystem = value;
  } else if (key == "timestamp") {
    if (const auto stamp = TakeStamp(value)) out.stamp = *stamp;
  }
}

}  // namespace

bool SplitJsonLine(absl::string_view line, std::string& scratch, LogLine& out) {
  absl::string_view rest = line;
  // `--style json` puts the objects of one array on lines that begin with its bracket or a comma.
  while (!rest.empty() && (rest.front() == '[' || rest.front() == ',' || rest.front() == ' ')) {
    rest.remove_prefix(1);
  }
  if (rest.empty() || rest.front() != '{') return false;
  rest.remove_prefix(1);
  LogLine read;
  bool has_message = false;
  while (true) {
    SkipBlanks(rest);
    const auto key = TakeRawString(rest);
    if (!key) return false;
    SkipBlanks(rest);
    if (rest.empty() || rest.front() != ':') return false;
    rest.remove_prefix(1);
    SkipBlanks(rest);
    if (!rest.empty() && rest.front() == '"') {
      const auto value = TakeRawString(rest);
      if (!value) return false;
      Keep(*key, *value, scratch, read);
      has_message = has_message || *key == "eventMessage";
    } else {
      absl::string_view number = rest;
      if (!SkipValue(rest)) return false;
      if (*key == "processID") read.pid = TakeNumber(number).value_or(0);
    }
    SkipBlanks(rest);
    if (rest.empty()) return false;
    const char next = rest.front();
    rest.remove_prefix(1);
    if (next == '}') break;
    if (next != ',') return false;
  }
  if (has_message) out = read;
  return has_message;
}

}  // namespace holdfast::parse
