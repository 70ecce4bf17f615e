// One line of a log in any of the shapes in which macOS's logs are shown, taken apart: `log show` (default,
// compact, syslog and ndjson style), a copy from Console, the syslog of older systems, or a bare message.
#pragma once

#include <optional>
#include <string>

#include "absl/strings/string_view.h"
#include "agent/signals/parse/log_stamp.h"

namespace holdfast::parse {

// Views into the line or into the scratch it was read with.
struct LogLine {
  LogStamp stamp;
  absl::string_view process;  // empty where the shape does not tell
  int pid = 0;                // 0: not told
  absl::string_view subsystem;
  absl::string_view message;
};

// Any line has a message: where no shape fits, all of it. `scratch` holds what had to be unescaped; it is
// used again from line to line and grows only as far as the longest one.
LogLine SplitLogLine(absl::string_view line, std::string& scratch);

// Whether the line belongs to what `log` prints around messages: headings, hints, rulers.
bool IsLogHeading(absl::string_view line);

}  // namespace holdfast::parse
