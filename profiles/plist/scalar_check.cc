#include "profiles/plist/scalar_check.h"

#include <algorithm>
#include <array>
#include <cstdint>

#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/strip.h"

namespace holdfast::plist {
namespace {

bool IsInteger(absl::string_view text) {
  if (absl::StartsWithIgnoreCase(text, "0x")) {
    uint64_t value;
    return absl::SimpleHexAtoi(text, &value);
  }
  // libplist keeps 64 bits: both ranges are whole numbers to it.
  int64_t with_sign;
  uint64_t without;
  return absl::SimpleAtoi(text, &with_sign) || absl::SimpleAtoi(text, &without);
}

// 2026-11-02T07:00:00Z
bool IsDate(absl::string_view text) {
  constexpr absl::string_view kShape = "dddd-dd-ddTdd:dd:ddZ";
  if (text.size() != kShape.size()) return false;
  for (size_t i = 0; i < text.size(); ++i) {
    const auto c = static_cast<unsigned char>(text[i]);
    if (kShape[i] == 'd' ? !absl::ascii_isdigit(c) : text[i] != kShape[i]) return false;
  }
  return true;
}

bool IsBase64(absl::string_view text) {
  return std::all_of(text.begin(), text.end(), [](unsigned char c) {
    return absl::ascii_isalnum(c) || absl::ascii_isspace(c) || c == '+' || c == '/' || c == '=';
  });
}

bool Fits(absl::string_view tag, absl::string_view content) {
  const absl::string_view text = absl::StripAsciiWhitespace(content);
  double real;
  if (tag == "integer") return IsInteger(text);
  if (tag == "real") return absl::SimpleAtod(text, &real);
  if (tag == "date") return IsDate(text);
  if (tag == "data") return IsBase64(text);
  if (tag == "true" || tag == "false") return text.empty();
  return true;
}

}  // namespace

std::optional<std::string> ScalarFlaw(absl::string_view tag, absl::string_view content) {
  if (Fits(tag, content)) return std::nullopt;
  // Base64 may be a secret: it is not repeated.
  if (tag == "data") return "the content of <data> is not base64";
  const absl::string_view text = absl::StripAsciiWhitespace(content);
  const bool variable = absl::StrContains(text, "$") || absl::StrContains(text, "{{");
  return absl::StrCat("'", text.substr(0, 40), "' is no value of <", tag, ">",
                      variable ? "; is it a variable that the MDM was to fill in?" : "");
}

std::optional<std::string> EntityFlaw(absl::string_view text) {
  static constexpr std::array<absl::string_view, 5> kNames = {"amp", "lt", "gt", "quot", "apos"};
  for (size_t at = text.find('&'); at != absl::string_view::npos; at = text.find('&', at + 1)) {
    const absl::string_view rest = text.substr(at + 1, 10);
    absl::string_view name = rest.substr(0, rest.find(';'));
    if (name.size() == rest.size()) return "a bare '&'; write &amp;";
    if (std::find(kNames.begin(), kNames.end(), name) != kNames.end()) continue;
    uint32_t code = 0;
    const bool number = absl::ConsumePrefix(&name, "#x")
                            ? absl::SimpleHexAtoi(name, &code)
                            : absl::ConsumePrefix(&name, "#") && absl::SimpleAtoi(name, &code);
    if (!number || code == 0 || code > 0x10ffff) return "an entity that property lists do not have";
  }
  return std::nullopt;
}

}  // namespace holdfast::plist
