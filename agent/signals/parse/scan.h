// Small steps over a text that is read from its beginning. None allocates; none reads past the end.
#pragma once

#include <cstdint>
#include <optional>

#include "absl/strings/string_view.h"
#include "base/ids.h"

namespace holdfast::parse {

// Takes a decimal number of at most nine digits from the front.
std::optional<int> TakeNumber(absl::string_view& text);
// Takes exactly `digits` decimal digits.
std::optional<int> TakeDigits(absl::string_view& text, size_t digits);
// Takes what stands before the first `end`, and `end` itself; nothing when there is none.
std::optional<absl::string_view> TakeThrough(absl::string_view& text, absl::string_view end);
// Takes a word: what stands before the next blank or the end. Empty at the end.
absl::string_view TakeWord(absl::string_view& text);
void SkipBlanks(absl::string_view& text);  // spaces and tabs
// How many spaces a line begins with.
size_t IndentOf(absl::string_view line);
bool ContainsIgnoreCase(absl::string_view text, absl::string_view lower_case_part);
// The part after the last one.
absl::string_view AfterLast(absl::string_view text, char separator);

inline constexpr size_t kUuidLength = 36;
// The UUID that the text begins with.
std::optional<Uuid> UuidAtFront(absl::string_view text);
// Where the first UUID stands that is no part of a longer word; npos without one.
size_t FindUuid(absl::string_view text);

// Letters, digits, dashes, underscores and one dot at least.
bool IsBundleWord(absl::string_view word);
// The first word that looks like the identifier of a bundle ("com.example.vpn"), com.apple's left out; empty
// without one.
absl::string_view FindBundleId(absl::string_view text);

}  // namespace holdfast::parse
