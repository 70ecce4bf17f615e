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

// What a line says about the path under an IKE_SA. charon tells MOBIKE's doings nowhere else.
enum class PathNews {
  kNone,
  kLost,     // no route to the gateway; charon waits for one
  kProbing,  // there is a route, and the gateway has not answered on it yet
  kGivenUp,  // charon stops asking, and keeps the IKE_SA established: it is dead
  kFound,    // the gateway answered
};
PathNews PathNewsOf(const Section& log_event);

// The last lines about each IKE_SA, from "log" events. Bounded. By charon's id, not by name: a session that
// comes back has the same name, and the end of the one before explains nothing.
class LogTail {
 public:
  void Add(MonoTime now, const Section& log_event);
  // Of lines no older than `age`.
  std::optional<Cause> CauseFor(absl::string_view ike_id, MonoTime now, absl::Duration age) const;
  void Clear() { lines_.clear(); }

 private:
  struct Line {
    MonoTime at;
    std::string text;
  };
  std::map<std::string, std::deque<Line>, std::less<>> lines_;
};

}  // namespace holdfast::vici
