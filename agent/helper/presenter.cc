#include "agent/helper/presenter.h"

#include <sys/wait.h>
#include <unistd.h>

#include <utility>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "absl/strings/str_split.h"
#include "absl/strings/strip.h"

namespace holdfast::helper {
namespace {

constexpr absl::Duration kShow = absl::Seconds(30);
constexpr absl::Duration kAnswerWithin = absl::Minutes(10);
constexpr int kSecondButton = 2;  // swiftDialog's exit status
constexpr int kCancelled = 1;     // osascript's, of a dialog that was cancelled
constexpr char kLabel[] = "Answer";

// Arguments reach a script as its argv: no text of ours is ever part of it.
constexpr char kNotifyScript[] =
    "on run argv\ndisplay notification (item 2 of argv) with title (item 1 of argv)\nend run";
constexpr char kTextScript[] =
    "on run argv\ntext returned of (display dialog (item 2 of argv) with title (item 1 of argv) "
    "default answer \"\")\nend run";
constexpr char kSecretScript[] =
    "on run argv\ntext returned of (display dialog (item 2 of argv) with title (item 1 of argv) "
    "default answer \"\" with hidden answer)\nend run";
constexpr char kChoiceScript[] =
    "on run argv\nset chosen to choose from list (items 3 thru -1 of argv) with title (item 1 of argv) "
    "with prompt (item 2 of argv) default items {item 3 of argv}\n"
    "if chosen is false then error number -128\nitem 1 of chosen\nend run";

// swiftDialog prints "LABEL : VALUE" for a text field, and for a list also lines of its own
// ("SelectedIndex : 0", quoted values in some versions).
std::optional<std::string> AnswerIn(const std::string& text) {
  for (absl::string_view line : absl::StrSplit(text, '\n')) {
    for (const absl::string_view label : {kLabel, "SelectedOption"}) {
      absl::string_view rest = absl::StripAsciiWhitespace(line);
      if (!absl::ConsumePrefix(&rest, label) && !absl::ConsumePrefix(&rest, absl::StrCat("\"", label, "\"")))
        continue;
      rest = absl::StripLeadingAsciiWhitespace(rest);
      if (!absl::ConsumePrefix(&rest, ":")) continue;
      rest = absl::StripAsciiWhitespace(rest);
      if (rest.size() >= 2 && rest.front() == '"' && rest.back() == '"')
        rest = rest.substr(1, rest.size() - 2);
      return std::string(rest);
    }
  }
  return std::nullopt;
}

}  // namespace

Presenter::Presenter(PresenterOptions options, RunProgram run)
    : options_(std::move(options)),
      run_(std::move(run)),
      has_dialog_(access(options_.dialog.c_str(), X_OK) == 0) {}

absl::Status Presenter::Notify(const std::string& title, const std::string& text) const {
  std::vector<std::string> arguments;
  if (has_dialog_) {
    arguments = {options_.dialog, "--notification", "--title", title, "--message", text};
    if (!options_.pause_command.empty()) {
      arguments.insert(arguments.end(),
                       {"--button1text", "Pause...", "--button1action", options_.pause_command});
    }
  } else {
    arguments = {options_.osascript, "-e", kNotifyScript, title, text};
  }
  const auto end = run_(arguments, kShow);
  if (!end.ok()) return end.status();
  if (end->ok()) return absl::OkStatus();
  return absl::UnavailableError(absl::StrCat("showing a notification with ", arguments.front(),
                                             end->in_time ? " failed" : " took too long"));
}

absl::StatusOr<std::optional<std::string>> Presenter::AskText(const std::string& title,
                                                              const std::string& question,
                                                              bool secret) const {
  if (!has_dialog_) {
    return Ask({options_.osascript, "-e", secret ? kSecretScript : kTextScript, title, question});
  }
  return Ask({options_.dialog, "--title", title, "--message", question, "--small", "--textfield",
              absl::StrCat(kLabel, secret ? ",secure" : "", ",required"), "--button1text", "OK",
              "--button2text", "Cancel"});
}

absl::StatusOr<std::optional<std::string>> Presenter::AskChoice(
    const std::string& title, const std::string& question, const std::vector<std::string>& choices) const {
  if (has_dialog_) {
    return Ask({options_.dialog, "--title", title, "--message", question, "--small", "--selecttitle", kLabel,
                "--selectvalues", absl::StrJoin(choices, ","), "--selectdefault", choices.front(),
                "--button1text", "OK", "--button2text", "Cancel"});
  }
  std::vector<std::string> arguments = {options_.osascript, "-e", kChoiceScript, title, question};
  arguments.insert(arguments.end(), choices.begin(), choices.end());
  return Ask(arguments);
}

absl::StatusOr<std::optional<std::string>> Presenter::Ask(const std::vector<std::string>& arguments) const {
  const auto end = run_(arguments, kAnswerWithin);
  if (!end.ok()) return end.status();
  if (!end->in_time) return absl::DeadlineExceededError("nobody answered the question");
  const int status = WIFEXITED(end->status) ? WEXITSTATUS(end->status) : -1;
  if (status == (has_dialog_ ? kSecondButton : kCancelled)) return std::optional<std::string>();
  if (status != 0) {
    return absl::UnavailableError(absl::StrCat(arguments.front(), " ended with status ", status));
  }
  if (!has_dialog_) return std::optional<std::string>(absl::StripSuffix(end->out, "\n"));
  std::optional<std::string> answer = AnswerIn(end->out);
  if (!answer)
    return absl::UnavailableError(absl::StrCat("what ", arguments.front(), " printed has no answer"));
  return answer;
}

}  // namespace holdfast::helper
