#include "core/policy/scalar.h"

#include <cmath>

#include "absl/strings/ascii.h"
#include "absl/strings/escaping.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"

namespace holdfast {
namespace {

bool IsOneOf(absl::string_view text, absl::string_view lower, absl::string_view title,
             absl::string_view upper) {
  return text == lower || text == title || text == upper;
}

// -?(0|[1-9][0-9]*) with an optional fraction and exponent, as JSON has it, and nothing else.
bool LooksLikeNumber(absl::string_view text) {
  if (!text.empty() && (text[0] == '-' || text[0] == '+')) text.remove_prefix(1);
  if (text.empty() || !absl::ascii_isdigit(text[0])) return false;
  if (text.size() > 1 && text[0] == '0' && absl::ascii_isdigit(text[1])) return false;
  return text.find_first_not_of("0123456789.eE+-") == absl::string_view::npos;
}

// Bytes of the UTF-8 sequence that begins with `lead`; 0 when none does.
size_t SequenceLength(uint8_t lead) {
  if (lead < 0x80) return 1;
  if (lead >= 0xC2 && lead <= 0xDF) return 2;
  if (lead >= 0xE0 && lead <= 0xEF) return 3;
  if (lead >= 0xF0 && lead <= 0xF4) return 4;
  return 0;
}

// Overlong forms, surrogates and what lies above U+10FFFF show in the second byte.
bool SecondByteFits(uint8_t lead, uint8_t second) {
  if (lead == 0xE0) return second >= 0xA0;
  if (lead == 0xED) return second <= 0x9F;
  if (lead == 0xF0) return second >= 0x90;
  if (lead == 0xF4) return second <= 0x8F;
  return true;
}

struct Describer {
  std::string operator()(std::monostate) const { return "nothing"; }
  std::string operator()(bool value) const { return value ? "true" : "false"; }
  std::string operator()(int64_t value) const { return absl::StrCat(value); }
  std::string operator()(double value) const { return absl::StrCat(value); }
  std::string operator()(const std::string& value) const {
    return absl::StrCat("\"", Printable(value), "\"");
  }
  std::string operator()(const DocumentValue::List&) const { return "a list"; }
  std::string operator()(const DocumentValue::Map&) const { return "a map"; }
};

}  // namespace

decltype(DocumentValue::data) PlainScalar(const std::string& text) {
  if (text.empty() || text == "~" || IsOneOf(text, "null", "Null", "NULL")) return std::monostate{};
  if (IsOneOf(text, "true", "True", "TRUE")) return true;
  if (IsOneOf(text, "false", "False", "FALSE")) return false;
  if (!LooksLikeNumber(text)) return text;
  int64_t integer = 0;
  if (absl::SimpleAtoi(text, &integer)) return integer;
  double number = 0;
  if (absl::SimpleAtod(text, &number) && std::isfinite(number)) return number;
  return text;
}

std::string Describe(const DocumentValue& value) {
  return std::visit(Describer{}, value.data);
}

std::string Printable(absl::string_view text) {
  constexpr size_t kShown = 80;
  if (text.size() <= kShown) return absl::Utf8SafeCEscape(text);
  // The cut may fall into a character, so every byte beyond ASCII is escaped.
  return absl::StrCat(absl::CEscape(text.substr(0, kShown)), "...");
}

bool IsValidUtf8(absl::string_view text) {
  for (size_t i = 0; i < text.size();) {
    const auto lead = static_cast<uint8_t>(text[i]);
    const size_t length = SequenceLength(lead);
    if (length == 0 || length > text.size() - i) return false;
    for (size_t k = 1; k < length; ++k) {
      const auto byte = static_cast<uint8_t>(text[i + k]);
      if (byte < 0x80 || byte > 0xBF || (k == 1 && !SecondByteFits(lead, byte))) return false;
    }
    i += length;
  }
  return true;
}

}  // namespace holdfast
