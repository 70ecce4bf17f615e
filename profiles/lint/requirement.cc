#include "profiles/lint/requirement.h"

#include <algorithm>

#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "absl/strings/strip.h"

namespace holdfast::lint {
namespace {

bool IsWord(char c) {
  return absl::ascii_isalnum(static_cast<unsigned char>(c)) || c == '.' || c == '-' || c == '_';
}

// A word, or what stands in double quotes, at the beginning of the text.
std::string FirstTerm(absl::string_view text) {
  text = absl::StripLeadingAsciiWhitespace(text);
  if (absl::ConsumePrefix(&text, "\"")) return std::string(text.substr(0, text.find('"')));
  const auto end = std::find_if_not(text.begin(), text.end(), IsWord);
  return std::string(text.substr(0, static_cast<size_t>(end - text.begin())));
}

// What follows the word, which stands by itself.
absl::string_view After(absl::string_view text, absl::string_view word) {
  for (size_t at = text.find(word); at != absl::string_view::npos; at = text.find(word, at + 1)) {
    const size_t end = at + word.size();
    const bool whole = (at == 0 || !IsWord(text[at - 1])) && (end == text.size() || !IsWord(text[end]));
    if (whole) return text.substr(end);
  }
  return {};
}

}  // namespace

Requirement ReadRequirement(absl::string_view text) {
  Requirement requirement;
  absl::string_view identifier = absl::StripLeadingAsciiWhitespace(After(text, "identifier"));
  absl::ConsumePrefix(&identifier, "=");  // may be left out
  requirement.identifier = FirstTerm(identifier);
  requirement.anchored = After(text, "anchor").data() != nullptr;
  absl::string_view team = After(text, "subject.OU");
  team = absl::StripLeadingAsciiWhitespace(team);
  absl::ConsumePrefix(&team, "]");
  team = absl::StripLeadingAsciiWhitespace(team);
  if (absl::ConsumePrefix(&team, "=")) requirement.team = FirstTerm(team);
  return requirement;
}

bool LooksLikeTeam(absl::string_view text) {
  return text.size() == 10 && std::all_of(text.begin(), text.end(), [](unsigned char c) {
           return absl::ascii_isupper(c) || absl::ascii_isdigit(c);
         });
}

}  // namespace holdfast::lint
