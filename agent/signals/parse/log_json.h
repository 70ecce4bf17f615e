// A line of `log stream --style ndjson`: one flat JSON object.
#pragma once

#include <string>

#include "absl/strings/string_view.h"
#include "agent/signals/parse/log_line.h"

namespace holdfast::parse {

// False when the line is no JSON object with a message. `scratch` takes the unescaped message.
bool SplitJsonLine(absl::string_view line, std::string& scratch, LogLine& out);

}  // namespace holdfast::parse
