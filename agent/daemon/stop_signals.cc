#include "agent/daemon/stop_signals.h"

#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <unistd.h>

#include <cerrno>
#include <utility>

namespace holdfast::agent {
namespace {

// A handler may use nothing but such a number: the write end of the pipe.
volatile sig_atomic_t write_end = -1;

void OnSignal(int number) {
  const int saved = errno;
  const char byte = static_cast<char>(number);
  if (write(write_end, &byte, 1) < 0) {
    // The pipe is full of signals: this one is told by them.
  }
  errno = saved;
}

}  // namespace

StopSignals::StopSignals(PollExecutor& executor, std::function<void()> stop, std::function<void()> reload)
    : executor_(executor), stop_(std::move(stop)), reload_(std::move(reload)) {
  int ends[2];
  if (pipe(ends) != 0) return;  // no descriptors: signals keep their default, which is to end
  for (const int fd : ends) {
    fcntl(fd, F_SETFL, O_NONBLOCK);
    fcntl(fd, F_SETFD, FD_CLOEXEC);
  }
  read_ = ends[0];
  write_end = ends[1];
  struct sigaction action = {};
  action.sa_handler = OnSignal;
  action.sa_flags = SA_RESTART;
  for (const int number : {SIGTERM, SIGINT, SIGHUP}) sigaction(number, &action, nullptr);
  signal(SIGPIPE, SIG_IGN);
  executor_.Watch(read_, POLLIN, [this](short) { Read(); });
}

StopSignals::~StopSignals() {
  for (const int number : {SIGTERM, SIGINT, SIGHUP}) signal(number, SIG_DFL);
  if (read_ < 0) return;
  executor_.Unwatch(read_);
  close(read_);
  close(std::exchange(write_end, -1));
}

void StopSignals::Read() {
  char number = 0;
  while (read(read_, &number, 1) == 1) {
    if (number == SIGHUP) {
      reload_();
    } else {
      stop_();
    }
  }
}

}  // namespace holdfast::agent
