#include "agent/signals/parse/scan.h"

#include <algorithm>

#include "absl/strings/ascii.h"
#include "absl/strings/match.h"

namespace holdfast::parse {
namespace {

bool IsDigit(char c) {
  return absl::ascii_isdigit(static_cast<unsigned char>(c));
}
bool IsBlank(char c) {
  return c == ' ' || c == '\t';
}
bool IsAlnum(char c) {
  return absl::ascii_isalnum(static_cast<unsigned char>(c));
}

bool HasUuidShape(absl::string_view text) {
  if (text.size() < kUuidLength) return false;
  for (size_t i = 0; i < kUuidLength; ++i) {
    const bool dash = i == 8 || i == 13 || i == 18 || i == 23;
    if (dash ? text[i] != '-' : !absl::ascii_isxdigit(static_cast<unsigned char>(text[i]))) return false;
  }
  return true;
}

bool IsOfBundleId(char c) {
  return IsAlnum(c) || c == '.' || c == '-' || c == '_';
}

bool LooksLikeBundleId(absl::string_view word) {
  if (word.empty() || word.back() == '.' || !absl::ascii_isalpha(static_cast<unsigned char>(word.front())))
    return false;
  return std::count(word.begin(), word.end(), '.') >= 2 && !absl::StrContains(word, "..") &&
         !absl::StartsWith(word, "com.apple.");
}

}  // namespace

std::optional<int> TakeNumber(absl::string_view& text) {
  size_t digits = 0;
  while (digits < text.size() && IsDigit(text[digits])) ++digits;
  if (digits == 0 || digits > 9) return std::nullopt;
  return TakeDigits(text, digits);
}

std::optional<int> TakeDigits(absl::string_view& text, size_t digits) {
  if (text.size() < digits) return std::nullopt;
  int value = 0;
  for (size_t i = 0; i < digits; ++i) {
    if (!IsDigit(text[i])) return std::nullopt;
    value = value * 10 + (text[i] - '0');
  }
  text.remove_prefix(digits);
  return value;
}

std::optional<absl::string_view> TakeThrough(absl::string_view& text, absl::string_view end) {
  const size_t at = text.find(end);
  if (at == absl::string_view::npos) return std::nullopt;
  const absl::string_view before = text.substr(0, at);
  text.remove_prefix(at + end.size());
  return before;
}

absl::string_view TakeWord(absl::string_view& text) {
  size_t length = 0;  // find_first_of would build a table each time
  while (length < text.size() && !IsBlank(text[length])) ++length;
  const absl::string_view word = text.substr(0, length);
  text.remove_prefix(length);
  return word;
}

void SkipBlanks(absl::string_view& text) {
  size_t blanks = 0;
  while (blanks < text.size() && IsBlank(text[blanks])) ++blanks;
  text.remove_prefix(blanks);
}

size_t IndentOf(absl::string_view line) {
  return std::min(line.find_first_not_of(' '), line.size());
}

bool ContainsIgnoreCase(absl::string_view text, absl::string_view lower_case_part) {
  const auto same = [](char a, char b) { return absl::ascii_tolower(static_cast<unsigned char>(a)) == b; };
  return std::search(text.begin(), text.end(), lower_case_part.begin(), lower_case_part.end(), same) !=
         text.end();
}

absl::string_view AfterLast(absl::string_view text, char separator) {
  const size_t at = text.rfind(separator);
  return at == absl::string_view::npos ? text : text.substr(at + 1);
}

std::optional<Uuid> UuidAtFront(absl::string_view text) {
  if (!HasUuidShape(text)) return std::nullopt;
  const auto uuid = Uuid::Parse(text.substr(0, kUuidLength));
  if (!uuid.ok()) return std::nullopt;
  return *uuid;
}

size_t FindUuid(absl::string_view text) {
  // Its first dash tells where it would begin.
  for (size_t dash = text.find('-'); dash != absl::string_view::npos; dash = text.find('-', dash + 1)) {
    if (dash < 8) continue;
    const size_t at = dash - 8;
    const bool begins = at == 0 || !IsAlnum(text[at - 1]);
    const size_t end = at + kUuidLength;
    if (begins && HasUuidShape(text.substr(at)) && (end == text.size() || !IsAlnum(text[end]))) return at;
  }
  return absl::string_view::npos;
}

bool IsBundleWord(absl::string_view word) {
  return absl::StrContains(word, ".") && std::all_of(word.begin(), word.end(), IsOfBundleId);
}

absl::string_view FindBundleId(absl::string_view text) {
  size_t at = 0;
  while (at < text.size()) {
    if (!IsOfBundleId(text[at])) {
      ++at;
      continue;
    }
    size_t end = at;
    while (end < text.size() && IsOfBundleId(text[end])) ++end;
    absl::string_view word = text.substr(at, end - at);
    while (!word.empty() && word.back() == '.') word.remove_suffix(1);  // the sentence's own full stop
    const bool of_path = (at > 0 && text[at - 1] == '/') || (end < text.size() && text[end] == '/');
    if (!of_path && LooksLikeBundleId(word)) return word;
    at = end;
  }
  return {};
}

}  // namespace holdfast::parse
