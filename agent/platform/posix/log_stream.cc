#include "agent/platform/posix/log_stream.h"

#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <utility>

#include "agent/platform/posix/run_program.h"

namespace holdfast::platform {
namespace {

constexpr int kReadsAtOnce = 16;  // then others get their turn

}  // namespace

LogStream::LogStream(PollExecutor& executor, const Clock& clock, LogStreamOptions options)
    : executor_(executor),
      clock_(clock),
      options_(std::move(options)),
      reader_([this](uint64_t, const parse::LogEvent& event) { Take(event); }),
      wait_(options_.first),
      again_(executor) {}

LogStream::~LogStream() {
  if (fd_ < 0) return;
  kill(pid_, SIGKILL);
  Ended();
}

absl::Status LogStream::Begin(signals::Listener* listener) {
  listener_ = listener;
  Start();
  return absl::OkStatus();
}

void LogStream::Start() {
  auto started = StartProgram(options_.program);
  if (started.ok()) {
    pid_ = started->pid;
    fd_ = started->out;
    fcntl(fd_, F_SETFL, fcntl(fd_, F_GETFL) | O_NONBLOCK);
    executor_.Watch(fd_, POLLIN, [this](short) { OnReadable(); });
    return;
  }
  again_.Set(clock_.Now().mono + std::exchange(wait_, std::min(wait_ * 2, options_.most)),
             [this] { Start(); });
}

void LogStream::OnReadable() {
  char buffer[64 << 10];
  for (int i = 0; i < kReadsAtOnce; ++i) {
    const ssize_t n = read(fd_, buffer, sizeof buffer);
    if (n < 0 && (errno == EAGAIN || errno == EINTR)) return;
    if (n <= 0) {
      Ended();
      again_.Set(clock_.Now().mono + std::exchange(wait_, std::min(wait_ * 2, options_.most)),
                 [this] { Start(); });
      return;
    }
    reader_.Feed({buffer, static_cast<size_t>(n)});
  }
}

// It closed its output: whether it lives on does not matter.
void LogStream::Ended() {
  executor_.Unwatch(fd_);
  close(std::exchange(fd_, -1));
  kill(pid_, SIGKILL);
  int status = 0;
  while (waitpid(pid_, &status, 0) < 0 && errno == EINTR) {
  }
  pid_ = -1;
  reader_.Finish();
}

void LogStream::Take(const parse::LogEvent& event) {
  wait_ = options_.first;  // it works
  const parse::LogNews news = signals_.Note(event, clock_.Now().mono);
  if (news.burst) listener_->OnStartBurst(*news.burst);
  if (news.finding) listener_->OnLogFinding(*news.finding);
}

}  // namespace holdfast::platform
