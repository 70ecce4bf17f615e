// Finds the description of a session in a message. Names of services hold colons, blanks, brackets and
// parentheses, so the UUID behind the name is what tells where it ends.
#pragma once

#include <optional>

#include "absl/strings/string_view.h"
#include "agent/signals/parse/log_event.h"

namespace holdfast::parse {

struct FoundSession {
  SessionRef session;
  absl::string_view before;  // of the message
  absl::string_view after;
};

// The first session described in `message`.
std::optional<FoundSession> FindSession(absl::string_view message);

}  // namespace holdfast::parse
