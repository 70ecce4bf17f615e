// What a person in their session sees and is asked: through swiftDialog where it is installed, else through
// osascript. Texts are passed as arguments, never as part of a script.
#pragma once

#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "agent/platform/posix/run_program.h"

namespace holdfast::helper {

// Runs a program to its end, for so long at most.
using RunProgram =
    std::function<absl::StatusOr<platform::ProgramEnd>(const std::vector<std::string>&, absl::Duration)>;

struct PresenterOptions {
  std::string dialog = "/usr/local/bin/dialog";  // of swiftDialog 2.4 or later; not there: osascript
  std::string osascript = "/usr/bin/osascript";
  // Run when the person wants to pause what a notification is about; empty: that is not offered.
  std::string pause_command;
};

// Blocking.
class Presenter {
 public:
  Presenter(PresenterOptions options, RunProgram run);

  bool has_dialog() const { return has_dialog_; }
  absl::Status Notify(const std::string& title, const std::string& text) const;
  // What the person typed; nothing when they cancelled. DEADLINE_EXCEEDED when nobody answered in ten
  // minutes.
  absl::StatusOr<std::optional<std::string>> AskText(const std::string& title, const std::string& question,
                                                     bool secret) const;
  // Which of `choices`; the first is the default.
  absl::StatusOr<std::optional<std::string>> AskChoice(const std::string& title, const std::string& question,
                                                       const std::vector<std::string>& choices) const;

 private:
  absl::StatusOr<std::optional<std::string>> Ask(const std::vector<std::string>& arguments) const;

  const PresenterOptions options_;
  const RunProgram run_;
  const bool has_dialog_;
};

}  // namespace holdfast::helper
