// Follows the unified log as a program prints it, and tells what it says: bursts of starts, and findings.
#pragma once

#include <sys/types.h>

#include <string>
#include <vector>

#include "agent/signals/parse/log_reader.h"
#include "agent/signals/parse/log_signals.h"
#include "agent/signals/signals.h"
#include "base/poll_executor.h"
#include "base/timer.h"

namespace holdfast::platform {

struct LogStreamOptions {
  std::vector<std::string> program = {
      "/usr/bin/log",
      "stream",
      "--style",
      "ndjson",
      "--level",
      "default",
      "--predicate",
      "subsystem == \"com.apple.networkextension\" OR process == \"sysextd\" OR process == \"nehelper\""};
  // A program that ended is started again: after `first`, then after twice as long each time, up to `most`.
  absl::Duration first = absl::Seconds(5);
  absl::Duration most = absl::Minutes(5);
};

class LogStream final : public signals::Source {
 public:
  // Executor and clock must outlive it.
  LogStream(PollExecutor& executor, const Clock& clock, LogStreamOptions options = {});
  // Ends the program.
  ~LogStream() override;
  LogStream(const LogStream&) = delete;
  LogStream& operator=(const LogStream&) = delete;

  // Never fails: a program that cannot be started is tried again.
  absl::Status Begin(signals::Listener* listener) override;
  const parse::LogCounts& counts() const { return reader_.counts(); }

 private:
  void Start();
  void OnReadable();
  void Ended();
  void Take(const parse::LogEvent& event);

  PollExecutor& executor_;
  const Clock& clock_;
  const LogStreamOptions options_;
  signals::Listener* listener_ = nullptr;
  parse::LogReader reader_;
  parse::LogSignals signals_;
  pid_t pid_ = -1;
  int fd_ = -1;
  absl::Duration wait_;
  Timer again_;
};

}  // namespace holdfast::platform
