// Why a session failed, read from charon's log: its answers and events do not say. Pure.
#pragma once

#include <deque>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "absl/strings/string_view.h"
#include "absl/time/time.h"
#include "agent/session/vici/codec.h"
#include "base/time.h"

namespace holdfast::vici {

struct Cause {
  int stop_reason = 0;  // of ne_session
  std::string line;     // charon's words, printable
  friend bool operator==(const Cause&, const Cause&) = default;
};

// The most telling of the lines; nothing when none tells.
std::optional<Cause> CauseOf(const std::vector<std::string>& lines);

// Lines of control-log or log events, made printable.
std::vector<std::string> LinesOf(const std::vector<Section>& log_events);

// The last lines about each connection, from "log" events. Bounded.
class LogTail {
 public:
  void Add(MonoTime now, const Section& log_event);
  // Of lines no older than `age`.
  std::optional<Cause> CauseFor(absl::string_view connection, MonoTime now, absl::Duration age) const;
  void Clear() { lines_.clear(); }

 private:
  struct Line {
    MonoTime at;
    std::string text;
  };
  std::map<std::string, std::deque<Line>, std::less<>> lines_;
};

}  // namespace holdfast::vici
