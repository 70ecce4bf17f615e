// Programs that show dialogs, as a person would answer them: runs are recorded, answers come from a list.
#pragma once

#include <deque>
#include <string>
#include <vector>

#include "agent/helper/presenter.h"

namespace holdfast::helper {

struct FakePrograms {
  struct Answer {
    std::string out;
    int exit = 0;
  };
  std::deque<Answer> answers;  // none left: exit status 0 and nothing printed
  std::vector<std::vector<std::string>> runs;

  RunProgram Runner() {
    return [this](const std::vector<std::string>& arguments,
                  absl::Duration) -> absl::StatusOr<platform::ProgramEnd> {
      runs.push_back(arguments);
      if (answers.empty()) return platform::ProgramEnd{};
      const Answer answer = answers.front();
      answers.pop_front();
      return platform::ProgramEnd{answer.out, true, answer.exit << 8};
    };
  }
};

// Whether swiftDialog is installed depends on a file: these are and are not programs on any machine.
inline PresenterOptions WithDialog() {
  return {.dialog = "/bin/sh", .osascript = "/usr/bin/osascript", .pause_command = "pause"};
}
inline PresenterOptions WithoutDialog() {
  return {.dialog = "/nowhere/dialog", .osascript = "/usr/bin/osascript", .pause_command = "pause"};
}

}  // namespace holdfast::helper
