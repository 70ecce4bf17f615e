#include "agent/platform/posix/run_program.h"

#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <spawn.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstring>

#include "absl/cleanup/cleanup.h"
#include "absl/strings/str_cat.h"
#include "absl/time/clock.h"

extern char** environ;

namespace holdfast::platform {
namespace {

constexpr size_t kMostOutput = size_t{1} << 20;

absl::StatusOr<pid_t> Spawn(const std::vector<std::string>& arguments, int out) {
  posix_spawn_file_actions_t actions;
  posix_spawn_file_actions_init(&actions);
  const absl::Cleanup destroy = [&actions] { posix_spawn_file_actions_destroy(&actions); };
  posix_spawn_file_actions_addopen(&actions, STDIN_FILENO, "/dev/null", O_RDONLY, 0);
  posix_spawn_file_actions_adddup2(&actions, out, STDOUT_FILENO);
  std::vector<char*> argv;
  for (const std::string& argument : arguments) argv.push_back(const_cast<char*>(argument.c_str()));
  argv.push_back(nullptr);
  pid_t pid = -1;
  const int failed = posix_spawnp(&pid, argv[0], &actions, nullptr, argv.data(), environ);
  if (failed == 0) return pid;
  return absl::NotFoundError(absl::StrCat("starting ", arguments.front(), ": ", std::strerror(failed)));
}

// Everything until the other end is closed; false when that takes longer.
bool ReadAll(int from, absl::Time until, std::string* text) {
  while (true) {
    const int64_t left = absl::ToInt64Milliseconds(until - absl::Now());
    if (left <= 0) return false;
    pollfd readable = {from, POLLIN, 0};
    const int ready = poll(&readable, 1, static_cast<int>(std::min<int64_t>(left, 60'000)));
    if (ready < 0 && errno != EINTR) return true;
    if (ready <= 0) continue;
    char buffer[16384];
    const ssize_t n = read(from, buffer, sizeof buffer);
    if (n < 0 && errno == EINTR) continue;
    if (n <= 0) return true;
    if (text->size() < kMostOutput) text->append(buffer, static_cast<size_t>(n));
  }
}

// A program may close its output and go on.
bool WaitUntil(pid_t pid, absl::Time until, int* status) {
  while (true) {
    const pid_t ended = waitpid(pid, status, WNOHANG);
    if (ended == pid || (ended < 0 && errno != EINTR)) return true;
    if (absl::Now() >= until) return false;
    absl::SleepFor(absl::Milliseconds(1));
  }
}

}  // namespace

absl::StatusOr<StartedProgram> StartProgram(const std::vector<std::string>& arguments) {
  int ends[2];
  if (pipe(ends) != 0) {
    return absl::UnavailableError(absl::StrCat("running ", arguments.front(), ": ", std::strerror(errno)));
  }
  for (const int end : ends) fcntl(end, F_SETFD, FD_CLOEXEC);
  const absl::StatusOr<pid_t> pid = Spawn(arguments, ends[1]);
  close(ends[1]);
  if (pid.ok()) return StartedProgram{*pid, ends[0]};
  close(ends[0]);
  return pid.status();
}

absl::StatusOr<ProgramEnd> RunProgram(const std::vector<std::string>& arguments, absl::Duration limit) {
  const absl::StatusOr<StartedProgram> program = StartProgram(arguments);
  if (!program.ok()) return program.status();
  const absl::Cleanup close_it = [&program] { close(program->out); };
  const absl::Time until = absl::Now() + limit;
  ProgramEnd end;
  end.in_time = ReadAll(program->out, until, &end.out) && WaitUntil(program->pid, until, &end.status);
  if (end.in_time) return end;
  kill(program->pid, SIGKILL);
  while (waitpid(program->pid, &end.status, 0) < 0 && errno == EINTR) {
  }
  return end;
}

absl::StatusOr<std::string> OutputOf(const std::vector<std::string>& arguments, absl::Duration limit) {
  absl::StatusOr<ProgramEnd> end = RunProgram(arguments, limit);
  if (!end.ok()) return end.status();
  if (!end->in_time) return absl::DeadlineExceededError(absl::StrCat(arguments.front(), " took too long"));
  if (!end->ok()) return absl::UnavailableError(absl::StrCat(arguments.front(), " failed"));
  return std::move(end->out);
}

}  // namespace holdfast::platform
