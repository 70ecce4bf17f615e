// What the daemon asks a user's own session to do, where only a process of that user can: holdfast-session
// asks for its next task, carries it out, and says what came of it when it asks for another.
#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <variant>

#include "absl/status/statusor.h"
#include "base/ids.h"

namespace holdfast::control {

struct StartTask {
  Uuid service;
  friend bool operator==(const StartTask&, const StartTask&) = default;
};
struct NotifyTask {
  std::string title, text;
  friend bool operator==(const NotifyTask&, const NotifyTask&) = default;
};
using Task = std::variant<StartTask, NotifyTask>;

struct NumberedTask {
  uint64_t number = 0;
  Task task;
};

struct TaskResult {
  uint64_t number = 0;
  absl::Status status;
};

struct TaskRequest {
  std::optional<TaskResult> done;
  bool starts = false;  // what this helper can do
  bool notifies = false;
  std::string version;
  uint32_t uid = 0;  // root alone may name another user; 0: the one who asks
};

// Called once, at once or later; nothing: none came, ask again.
using GiveTask = std::function<void(absl::StatusOr<std::optional<NumberedTask>>)>;

}  // namespace holdfast::control
