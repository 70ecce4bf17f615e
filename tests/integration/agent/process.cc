#include "tests/integration/agent/process.h"

#include <fcntl.h>
#include <signal.h>
#ifdef __linux__
#include <sys/prctl.h>
#endif
#include <sys/wait.h>
#include <unistd.h>

#include <cerrno>
#include <cstdlib>
#include <fstream>
#include <sstream>

#include "absl/time/clock.h"

namespace holdfast::integration {

Process::Process(const std::vector<std::string>& argv, const std::string& prefix) : prefix_(prefix) {
  std::vector<std::string> words = argv;
  if (words[0].find('/') == std::string::npos) words[0] = Program(words[0]);
  std::vector<char*> raw;
  for (std::string& word : words) raw.push_back(word.data());
  raw.push_back(nullptr);
  const std::string out = prefix + ".out";
  const std::string err = prefix + ".err";
  pid_ = fork();
  if (pid_ != 0) return;
#ifdef __linux__
  prctl(PR_SET_PDEATHSIG, SIGKILL);  // a test that is killed leaves nothing running
#endif
  dup2(open(out.c_str(), O_WRONLY | O_CREAT | O_TRUNC, 0600), STDOUT_FILENO);
  dup2(open(err.c_str(), O_WRONLY | O_CREAT | O_APPEND, 0600), STDERR_FILENO);
  execv(raw[0], raw.data());
  _exit(127);
}

Process::~Process() {
  if (pid_ <= 0) return;
  kill(pid_, SIGKILL);
  waitpid(pid_, nullptr, 0);
}

void Process::Signal(int number) const {
  if (pid_ > 0) kill(pid_, number);
}

int Process::Wait(absl::Duration within) {
  int status = 0;
  const bool ended = Eventually([&] { return waitpid(pid_, &status, WNOHANG) == pid_; }, within);
  if (!ended) return -1;
  pid_ = -1;
  return WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
}

int Process::Stop() {
  Signal(SIGTERM);
  return Wait();
}

std::string Process::Out() const {
  return FileText(prefix_ + ".out");
}

std::string Process::Err() const {
  return FileText(prefix_ + ".err");
}

bool Eventually(const std::function<bool()>& holds, absl::Duration within) {
  const absl::Time deadline = absl::Now() + within;
  while (!holds()) {
    if (absl::Now() > deadline) return false;
    absl::SleepFor(absl::Milliseconds(20));
  }
  return true;
}

std::string Program(const std::string& name) {
  const char* folder = std::getenv("HOLDFAST_BIN");
  if (folder == nullptr) return "";
  const std::string path = std::string(folder) + "/" + name;
  return access(path.c_str(), X_OK) == 0 ? path : "";
}

std::string FileText(const std::string& path) {
  std::ifstream file(path, std::ios::binary);
  std::ostringstream text;
  text << file.rdbuf();
  return text.str();
}

void WriteText(const std::string& path, const std::string& text) {
  std::ofstream(path, std::ios::binary) << text;
}

}  // namespace holdfast::integration
