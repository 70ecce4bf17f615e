// A program of ours as a child process, with what it printed.
#pragma once

#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cstdlib>
#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/time/clock.h"
#include "absl/time/time.h"
#include "base/file.h"

namespace holdfast {

inline std::string ProgramPath(const std::string& name) {
  const char* folder = std::getenv("HOLDFAST_BIN");
  return absl::StrCat(folder == nullptr ? "build/bin" : folder, "/", name);
}

inline std::string NewFolder(const std::string& base) {
  std::string pattern = base + "holdfast.XXXXXX";
  return mkdtemp(pattern.data());
}

class Program {
 public:
  // Its output goes to files in `folder`.
  Program(const std::string& folder, const std::string& name, const std::vector<std::string>& arguments) {
    static int count = 0;
    const std::string stem = absl::StrCat(folder, "/", name, ".", ++count);
    out_ = stem + ".out";
    err_ = stem + ".err";
    const std::string path = ProgramPath(name);
    std::vector<char*> argv{const_cast<char*>(path.c_str())};
    for (const std::string& argument : arguments) argv.push_back(const_cast<char*>(argument.c_str()));
    argv.push_back(nullptr);
    pid_ = fork();
    if (pid_ != 0) return;
    prctl(PR_SET_PDEATHSIG, SIGKILL);  // a test that is killed leaves nothing running
    dup2(open(out_.c_str(), O_CREAT | O_WRONLY, 0600), STDOUT_FILENO);
    dup2(open(err_.c_str(), O_CREAT | O_WRONLY, 0600), STDERR_FILENO);
    execv(path.c_str(), argv.data());
    _exit(127);
  }
  ~Program() {
    if (pid_ <= 0) return;
    kill(pid_, SIGKILL);
    waitpid(pid_, nullptr, 0);
  }
  Program(const Program&) = delete;
  Program& operator=(const Program&) = delete;

  void Signal(int signal) const { kill(pid_, signal); }
  // Its exit code; 128 + signal when it was killed; -1 when it still runs after `timeout`.
  int Wait(absl::Duration timeout = absl::Seconds(60)) {
    const int fd = static_cast<int>(syscall(SYS_pidfd_open, pid_, 0));
    pollfd ended{fd, POLLIN, 0};
    const int ready = poll(&ended, 1, static_cast<int>(absl::ToInt64Milliseconds(timeout)));
    close(fd);
    if (ready != 1) return -1;
    int status = 0;
    waitpid(pid_, &status, 0);
    pid_ = -1;
    return WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
  }
  std::string Out() const { return ReadFile(out_).value_or(""); }
  std::string Err() const { return ReadFile(err_).value_or(""); }
  pid_t pid() const { return pid_; }

 private:
  pid_t pid_ = -1;
  std::string out_, err_;
};

}  // namespace holdfast
