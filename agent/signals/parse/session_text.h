// What nesessionmanager says about sessions. Wording: docs/ne-session.md and published logs.
#pragma once

#include "absl/strings/string_view.h"
#include "agent/signals/parse/log_event.h"

namespace holdfast::parse {

enum class Reading : uint8_t {
  kFact,      // the event was filled
  kKnown,     // a line that is known and says nothing of use
  kNotKnown,  // none of the forms known here
};

// Fills the event from its line's message.
Reading ReadSessionMessage(LogEvent& event);

}  // namespace holdfast::parse
