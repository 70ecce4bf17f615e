#include "profiles/macho/requirement_words.h"

#include <algorithm>

#include "absl/strings/ascii.h"
#include "absl/strings/escaping.h"
#include "absl/strings/str_cat.h"

namespace holdfast::profiles {
namespace {

constexpr uint32_t kAnchorSlot = 0xFFFFFFFF;

}  // namespace

std::string HashWord(absl::string_view bytes) {
  return absl::StrCat("H\"", absl::BytesToHexString(bytes), "\"");
}

std::string QuotedWord(absl::string_view bytes) {
  const bool plain = std::all_of(bytes.begin(), bytes.end(),
                                 [](char c) { return absl::ascii_isprint(static_cast<unsigned char>(c)); });
  if (!plain) return absl::StrCat("0x", absl::BytesToHexString(bytes));
  std::string out = "\"";
  for (const char c : bytes) {
    if (c == '"' || c == '\\') out += '\\';
    out += c;
  }
  return out + "\"";
}

std::string FieldWord(absl::string_view field) {
  const bool plain = std::all_of(field.begin(), field.end(), [](char c) {
    return absl::ascii_isalnum(static_cast<unsigned char>(c)) || c == '.' || c == '-' || c == '_';
  });
  return plain ? std::string(field) : QuotedWord(field);
}

std::string OidWord(absl::string_view oid) {
  std::string out;
  uint64_t number = 0;
  for (const char c : oid) {
    number = number << 7 | (static_cast<unsigned char>(c) & 0x7F);
    if ((static_cast<unsigned char>(c) & 0x80) != 0) continue;
    if (out.empty()) {
      const uint64_t first = std::min<uint64_t>(number / 40, 2);
      out = absl::StrCat(first, ".", number - 40 * first);
    } else {
      absl::StrAppend(&out, ".", number);
    }
    number = 0;
  }
  return out;
}

std::string CertificateWord(uint32_t slot) {
  if (slot == 0) return "leaf";
  if (slot == kAnchorSlot) return "root";
  return absl::StrCat(static_cast<int32_t>(slot));
}

}  // namespace holdfast::profiles
