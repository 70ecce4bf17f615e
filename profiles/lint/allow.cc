#include "profiles/lint/allow.h"

#include <fnmatch.h>

#include <algorithm>
#include <array>

#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"
#include "absl/strings/strip.h"
#include "profiles/lint/lint.h"

namespace holdfast::lint {
namespace {

constexpr Rule kBad = {.id = "allow-invalid",
                       .severity = Severity::kWarning,
                       .title = "A comment that is to silence a rule names none, or gives no reason",
                       .why =
                           "What is accepted without a reason is forgotten, and found again by whoever comes "
                           "next. Such a comment "
                           "silences nothing.",
                       .fix = "write <!-- holdfast-lint: allow RULE: the reason -->",
                       .reference = "docs/profiles.md"};
constexpr Rule kUnused = {.id = "allow-unused",
                          .severity = Severity::kInfo,
                          .title = "A rule is silenced that finds nothing",
                          .why = "What it was for is mended. Left in place, it would hide the next one.",
                          .fix = "remove it",
                          .reference = "docs/profiles.md"};
constexpr std::array kRules = {&kBad, &kUnused};
constexpr RuleGroup kGroup = {"allowed", "Silenced rules", kRules};

constexpr absl::string_view kMark = "holdfast-lint:";

// What stands in a comment after the mark: "allow RULE RULE: reason". Empty reason: it is not valid, and why.
struct Spoken {
  std::vector<std::string> rules;
  std::string reason, flaw;
};

Spoken ReadComment(absl::string_view text) {
  Spoken spoken;
  text = absl::StripLeadingAsciiWhitespace(text);
  if (!absl::ConsumePrefix(&text, "allow ")) {
    spoken.flaw = "it does not say 'allow'";
    return spoken;
  }
  const size_t colon = text.find(':');
  spoken.rules = absl::StrSplit(text.substr(0, colon), absl::ByAnyChar(" ,\t\r\n"), absl::SkipEmpty());
  if (colon != absl::string_view::npos)
    spoken.reason = std::string(absl::StripAsciiWhitespace(text.substr(colon + 1)));
  for (const std::string& rule : spoken.rules) {
    if (FindRule(rule) == nullptr) spoken.flaw = absl::StrCat("there is no rule '", rule, "'");
  }
  if (spoken.rules.empty()) spoken.flaw = "it names no rule";
  if (spoken.reason.empty()) spoken.flaw = "it gives no reason";
  return spoken;
}

class Silencer {
 public:
  Silencer(const AllowList& list, std::vector<Finding>& findings) : findings_(findings) {
    for (const Allowed& entry : list.entries) entries_.push_back({entry, false});
  }

  void AddComments(const FileView& file) {
    for (const plist::Comment& comment : file.source().comments) {
      absl::string_view text = comment.text;
      if (!absl::ConsumePrefix(&text, kMark)) continue;
      Spot spot = file.Whole();
      spot.line = static_cast<uint32_t>(comment.line);
      const Spoken spoken = ReadComment(text);
      if (!spoken.flaw.empty()) {
        own_.Add(kBad, spot, spoken.flaw);
        continue;
      }
      for (const std::string& rule : spoken.rules) {
        entries_.push_back({{rule, spoken.reason, file.source().name, PlaceOf(spot)}, false, spot});
      }
    }
  }

  void Run() {
    for (Finding& finding : findings_) {
      for (Entry& entry : entries_) {
        if (entry.allowed.rule != finding.rule->id || !IsFor(entry, finding.place.file)) continue;
        finding.allowed_because = entry.allowed.reason;
        entry.used = true;
      }
    }
    for (const Entry& entry : entries_) {
      if (!entry.used && entry.spot.file != nullptr) {
        own_.Add(kUnused, entry.spot, absl::StrCat("'", entry.allowed.rule, "' finds nothing in this file"));
      }
    }
    for (Finding& finding : own_.Take()) findings_.push_back(std::move(finding));
  }

 private:
  struct Entry {
    Allowed allowed;
    bool used;
    Spot spot = {};  // of a comment; its file is set then
  };

  // A comment is for its own file; the list's patterns are for names as well as whole paths.
  static bool IsFor(const Entry& entry, const std::string& file) {
    if (entry.spot.file != nullptr) return entry.allowed.files == file;
    if (entry.allowed.files.empty()) return true;
    const std::string name = file.substr(file.rfind('/') + 1);
    return fnmatch(entry.allowed.files.c_str(), name.c_str(), 0) == 0 ||
           fnmatch(entry.allowed.files.c_str(), file.c_str(), 0) == 0;
  }

  std::vector<Finding>& findings_;
  std::vector<Entry> entries_;
  Sink own_;
};

}  // namespace

void Silence(const Fleet& fleet, const AllowList& list, std::vector<Finding>& findings) {
  Silencer silencer(list, findings);
  for (const auto& file : fleet) silencer.AddComments(*file);
  silencer.Run();
}

const RuleGroup& AllowRules() {
  return kGroup;
}

}  // namespace holdfast::lint
