// The text of the file.
#include <array>

#include "absl/strings/numbers.h"
#include "profiles/lint/rules/rules.h"

namespace holdfast::lint {
namespace {

constexpr Rule kUnreadable = {
    .id = "profile-unreadable",
    .severity = Severity::kError,
    .title = "The file cannot be read as a configuration profile",
    .why =
        "macOS installs nothing from it. Management servers differ: some refuse it when it is uploaded, some "
        "send it, and the Mac answers with an error that names no line.",
    .fix = "correct the file, then check it again",
    .reference = "Apple: Configuration Profile Reference; plist(5)"};
constexpr Rule kForm = {
    .id = "profile-form",
    .severity = Severity::kWarning,
    .title = "The property list is written in a form that some readers refuse",
    .why =
        "macOS reads it, or is believed to; strict parsers, among them Python's plistlib and the XML readers "
        "of several management servers, do not. What was uploaded and what is sent may then differ.",
    .fix = "write it as macOS does: some readers refuse this form",
    .reference = "553 public profiles: 14 were refused by strict parsers"};
constexpr Rule kNoEnd = {
    .id = "profile-no-end",
    .severity = Severity::kError,
    .title = "The closing tag </plist> is missing",
    .why =
        "The XML is not complete, so macOS refuses the file. The rest was checked as if the tag were there, "
        "so "
        "that all flaws can be mended at once.",
    .fix = "add </plist> at the end",
    .reference = "XML 1.0, 2.1; Apple's own example of a transparent proxy has this flaw"};
constexpr Rule kDuplicateKey = {.id = "profile-duplicate-key",
                                .severity = Severity::kWarning,
                                .title = "A dictionary has the same key twice",
                                .why =
                                    "No document says which of the two values counts, and readers differ: "
                                    "what was tested with one tool may "
                                    "be something else on the Mac.",
                                .fix = "keep one of them",
                                .reference = "plist(5) says nothing of repeated keys"};
constexpr Rule kEncrypted = {
    .id = "profile-encrypted",
    .severity = Severity::kInfo,
    .title = "The profile's content is encrypted",
    .why = "Only the Mac that it was made for can read it; none of the other rules can be applied.",
    .fix = "check the profile before it is encrypted",
    .reference = "Apple: TopLevel, EncryptedPayloadContent"};

constexpr std::array kRules = {&kUnreadable, &kForm, &kNoEnd, &kDuplicateKey, &kEncrypted};
constexpr RuleGroup kGroup = {"form", "The file itself", kRules};

const Rule& RuleOf(plist::Oddity::Kind kind) {
  switch (kind) {
    case plist::Oddity::Kind::kDuplicateKey:
      return kDuplicateKey;
    case plist::Oddity::Kind::kNoEnd:
      return kNoEnd;
    case plist::Oddity::Kind::kForm:
      break;
  }
  return kForm;
}

// The line that a reader's message names.
Spot PlaceIn(const FileView& file, absl::string_view message) {
  Spot spot = file.Whole();
  const size_t at = message.find(": line ");
  if (at == absl::string_view::npos) return spot;
  absl::string_view digits = message.substr(at + 7);
  digits = digits.substr(0, digits.find_first_not_of("0123456789"));
  if (!absl::SimpleAtoi(digits, &spot.line)) spot.line = 0;
  return spot;
}

}  // namespace

const RuleGroup& FormRules() {
  return kGroup;
}

void CheckForm(const FileView& file, Sink& sink) {
  if (!file.source().unreadable.empty()) {
    sink.Add(kUnreadable, PlaceIn(file, file.source().unreadable), file.source().unreadable);
    return;
  }
  for (const plist::Oddity& oddity : file.source().warnings) {
    Spot spot = file.Whole();
    spot.line = static_cast<uint32_t>(oddity.line);
    sink.Add(RuleOf(oddity.kind), spot, oddity.what);
  }
  if (file.root().Find("EncryptedPayloadContent") != nullptr) {
    sink.Add(kEncrypted, file.At("EncryptedPayloadContent"), "its content is encrypted");
  }
}

}  // namespace holdfast::lint
