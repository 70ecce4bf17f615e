#include "agent/signals/parse/extension_text.h"

#include <algorithm>

#include "absl/strings/match.h"
#include "absl/strings/strip.h"
#include "agent/signals/parse/scan.h"

namespace holdfast::parse {
namespace {

// OSSystemExtensionErrorDomain's number for an extension that fails validation, as a failed check of its
// category does.
constexpr int kValidationFailed = 9;

Reading Fact(LogEvent& event, LogFact fact) {
  event.fact = fact;
  event.text = event.line.message;
  return Reading::kFact;
}

absl::string_view WordAfter(absl::string_view text, absl::string_view head) {
  const size_t at = text.find(head);
  if (at == absl::string_view::npos) return {};
  absl::string_view rest = text.substr(at + head.size());
  SkipBlanks(rest);
  return rest.substr(0, std::min(rest.find_first_of(" ,;)"), rest.size()));
}

// "didFailWithError for ID : ..." names it even where it looks like no identifier of a bundle.
absl::string_view SubjectOf(absl::string_view text) {
  if (const absl::string_view named = WordAfter(text, "didFailWithError for"); !named.empty()) return named;
  return FindBundleId(text);
}

bool ReadErrorNumber(absl::string_view text, LogEvent& event) {
  constexpr absl::string_view kDomain = "OSSystemExtensionErrorDomain";
  const size_t at = text.find(kDomain);
  if (at == absl::string_view::npos) return false;
  absl::string_view rest = text.substr(at + kDomain.size());
  SkipBlanks(rest);
  if (!absl::ConsumePrefix(&rest, "error ") && !absl::ConsumePrefix(&rest, "Code=")) return false;
  const auto number = TakeNumber(rest);
  if (number) event.error = *number;
  return number.has_value();
}

}  // namespace

Reading ReadExtensionError(LogEvent& event) {
  const absl::string_view message = event.line.message;
  if (!ReadErrorNumber(message, event)) return Reading::kNotKnown;
  event.subject = SubjectOf(message);
  return Fact(event, LogFact::kExtensionError);
}

Reading ReadExtensionMessage(LogEvent& event) {
  const absl::string_view message = event.line.message;
  if (ReadExtensionError(event) == Reading::kFact) return Reading::kFact;
  event.subject = FindBundleId(message);
  if (const size_t at = message.find("extension failed category property check");
      at != absl::string_view::npos) {
    const absl::string_view before = message.substr(0, at);
    absl::string_view rest = before;
    SkipBlanks(rest);
    event.subject = TakeWord(rest);  // "ID : extension failed ..."
    absl::ConsumeSuffix(&event.subject, ":");
    event.error = kValidationFailed;
    return Fact(event, LogFact::kExtensionError);
  }
  if (absl::StrContains(message, "advancing state from ")) {
    event.state = WordAfter(message, " to ");
    return Fact(event, LogFact::kExtensionState);
  }
  if (absl::StartsWith(message, "activateDecision") && absl::StrContains(message, "state ")) {
    event.state = WordAfter(message, "state ");
    return Fact(event, LogFact::kExtensionState);
  }
  if (absl::StrContains(message, "activation request") && !event.subject.empty()) {
    return Fact(event, LogFact::kExtensionRequested);  // deactivation as well
  }
  return Reading::kNotKnown;
}

Reading ReadSaveDenied(LogEvent& event) {
  const absl::string_view message = event.line.message;
  if (!ContainsIgnoreCase(message, "permission denied")) return Reading::kNotKnown;
  const bool saves = ContainsIgnoreCase(message, "saving") || ContainsIgnoreCase(message, "save");
  const bool of_configuration = event.line.process == "nehelper" ||
                                absl::StrContains(message, "NEConfigurationErrorDomain") ||
                                absl::StrContains(message, "TP configuration") ||
                                absl::StrContains(event.line.subsystem, "com.apple.networkextension");
  if (!saves || !of_configuration) return Reading::kNotKnown;
  event.subject = FindBundleId(message);
  if (event.subject.empty() && event.line.process != "nehelper") event.subject = event.line.process;
  return Fact(event, LogFact::kSaveDenied);
}

}  // namespace holdfast::parse
