// Reads a log in one piece and keeps what it told, for tests.
#pragma once

#include <string>
#include <vector>

#include "agent/signals/parse/log_reader.h"

namespace holdfast::parse {

// Copies of an event's views, which end with the call.
struct Told {
  uint64_t line = 0;
  LogFact fact = LogFact::kInState;
  std::string time, process, session_class, name, id, who, state, subject, reason_text, connection,
      interface_name, other, text;
  int pid = 0;
  std::optional<SessionStatus> status;
  std::optional<int> reason, timeout_seconds;
  int error = 0;
  bool restart = false;
  friend bool operator==(const Told&, const Told&) = default;
};

class LogRecorder {
 public:
  LogRecorder() : reader_([this](uint64_t line, const LogEvent& event) { Keep(line, event); }) {}
  LogReader& reader() { return reader_; }
  const std::vector<Told>& told() const { return told_; }
  const LogCounts& counts() const { return reader_.counts(); }

 private:
  void Keep(uint64_t line, const LogEvent& e) {
    Told told;
    told.line = line;
    told.fact = e.fact;
    told.time = e.line.stamp.ToString();
    told.process = std::string(e.line.process);
    told.pid = e.line.pid;
    told.session_class = std::string(e.session.session_class);
    told.name = std::string(e.session.name);
    told.id = e.session.id ? e.session.id->ToString() : "";
    told.other = std::string(e.other.name);
    told.who = RequesterText(e.who);
    told.restart = e.restart;
    told.status = e.status;
    told.reason = e.reason;
    told.reason_text = std::string(e.reason_text);
    told.state = std::string(e.state);
    told.timeout_seconds = e.timeout_seconds;
    told.subject = std::string(e.subject);
    told.error = e.error;
    told.connection = std::string(e.connection);
    told.interface_name = std::string(e.interface_name);
    told.text = std::string(e.text);
    told_.push_back(std::move(told));
  }

  std::vector<Told> told_;
  LogReader reader_;
};

// All that a log tells.
inline std::vector<Told> Tell(absl::string_view text) {
  LogRecorder recorder;
  recorder.reader().Feed(text);
  recorder.reader().Finish();
  return recorder.told();
}

// The one thing that a log of one line tells; a default when it is not exactly one.
inline Told TellOne(absl::string_view line) {
  const std::vector<Told> told = Tell(line);
  return told.size() == 1 ? told.front() : Told{};
}

}  // namespace holdfast::parse
