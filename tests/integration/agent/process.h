// A program under test: started, watched through the files it writes, ended by signals.
#pragma once

#include <sys/types.h>

#include <functional>
#include <string>
#include <vector>

#include "absl/time/time.h"

namespace holdfast::integration {

class Process {
 public:
  // Starts `argv` with its output in PREFIX.out and PREFIX.err. A path without a folder is looked for beside
  // the other programs of this build.
  Process(const std::vector<std::string>& argv, const std::string& prefix);
  // Kills it if it still runs.
  ~Process();
  Process(const Process&) = delete;
  Process& operator=(const Process&) = delete;

  pid_t pid() const { return pid_; }
  void Signal(int number) const;
  // Its exit code, or 128 + the signal that ended it; -1 when it still runs after `within`.
  int Wait(absl::Duration within = absl::Seconds(20));
  // SIGTERM, then Wait.
  int Stop();
  std::string Out() const;
  std::string Err() const;

 private:
  const std::string prefix_;
  pid_t pid_ = -1;
};

// Looks again and again until it holds; false when it does not within `within`.
bool Eventually(const std::function<bool()>& holds, absl::Duration within = absl::Seconds(30));

// The path of a program of this build; empty when it was not built.
std::string Program(const std::string& name);

// Empty when there is no such file.
std::string FileText(const std::string& path);
void WriteText(const std::string& path, const std::string& text);

}  // namespace holdfast::integration
