#include "base/poll_executor.h"

#include <fcntl.h>
#include <poll.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstdlib>

namespace holdfast {

PollExecutor::PollExecutor(const Clock& clock) : clock_(clock) {
  int fds[2];
  if (pipe(fds) != 0) std::abort();  // no descriptor left at start: nothing could be served
  for (int fd : fds) {
    fcntl(fd, F_SETFL, O_NONBLOCK);
    fcntl(fd, F_SETFD, FD_CLOEXEC);
  }
  wake_read_ = fds[0];
  wake_write_ = fds[1];
}

PollExecutor::~PollExecutor() {
  close(wake_read_);
  close(wake_write_);
}

void PollExecutor::Post(std::function<void()> work) {
  bool first;
  {
    std::lock_guard lock(mutex_);
    first = posted_.empty();
    posted_.push_back(std::move(work));
  }
  if (first) WakeFromElsewhere();
}

TimerId PollExecutor::PostAt(MonoTime due, std::function<void()> work) {
  TimerId id;
  {
    std::lock_guard lock(mutex_);
    id = ++last_timer_;
    timers_.emplace(std::pair{due, id}, std::move(work));
    due_.emplace(id, due);
  }
  WakeFromElsewhere();
  return id;
}

void PollExecutor::Cancel(TimerId id) {
  std::function<void()> dropped;  // destroyed outside the lock: it may own anything
  std::lock_guard lock(mutex_);
  auto it = due_.find(id);
  if (it == due_.end()) return;
  auto timer = timers_.find({it->second, id});
  dropped = std::move(timer->second);
  timers_.erase(timer);
  due_.erase(it);
}

void PollExecutor::Watch(int fd, short events, std::function<void(short)> ready) {
  watched_[fd] = {events, std::move(ready)};
}

void PollExecutor::Unwatch(int fd) {
  watched_.erase(fd);
}

void PollExecutor::Run() {
  runner_ = std::this_thread::get_id();
  while (!stop_.load()) {
    std::vector<pollfd> fds{{wake_read_, POLLIN, 0}};
    for (const auto& [fd, watched] : watched_) fds.push_back({fd, watched.events, 0});
    const int count = poll(fds.data(), fds.size(), TimeoutMs());
    std::vector<std::pair<int, short>> ready;
    if (count > 0) {
      char drained[64];
      if (fds[0].revents != 0) {
        while (read(wake_read_, drained, sizeof drained) > 0) {
        }
      }
      for (size_t i = 1; i < fds.size(); ++i) {
        if (fds[i].revents != 0) ready.emplace_back(fds[i].fd, fds[i].revents);
      }
    }
    RunReady(ready);
    RunPosted();
    RunTimers();
  }
  stop_ = false;
  runner_ = std::thread::id();
}

void PollExecutor::Stop() {
  stop_ = true;
  Wake();
}

int PollExecutor::TimeoutMs() {
  std::lock_guard lock(mutex_);
  if (!posted_.empty()) return 0;
  if (timers_.empty()) return -1;
  const absl::Duration left = timers_.begin()->first.first - clock_.Now().mono;
  if (left <= absl::ZeroDuration()) return 0;
  // Rounded up: waking a moment early would spin. Capped, because poll's own clock stops while the machine
  // sleeps.
  return static_cast<int>(std::min<int64_t>(absl::ToInt64Milliseconds(left) + 1, 60'000));
}

void PollExecutor::RunReady(const std::vector<std::pair<int, short>>& ready) {
  for (const auto& [fd, events] : ready) {
    auto it = watched_.find(fd);
    if (it == watched_.end()) continue;  // an earlier callback unwatched it
    auto call = it->second.ready;        // a copy: the callback may replace or remove itself
    call(events);
  }
}

void PollExecutor::RunPosted() {
  std::vector<std::function<void()>> batch;
  {
    std::lock_guard lock(mutex_);
    batch.swap(posted_);
  }
  for (auto& work : batch) work();
}

void PollExecutor::RunTimers() {
  const MonoTime now = clock_.Now().mono;
  while (true) {
    std::function<void()> work;
    {
      std::lock_guard lock(mutex_);
      if (timers_.empty() || timers_.begin()->first.first > now) return;
      work = std::move(timers_.begin()->second);
      due_.erase(timers_.begin()->first.second);
      timers_.erase(timers_.begin());
    }
    work();
  }
}

// What its own thread adds is seen before it waits the next time.
void PollExecutor::WakeFromElsewhere() {
  if (runner_.load() != std::this_thread::get_id()) Wake();
}

void PollExecutor::Wake() {
  const char byte = 0;
  // A full pipe is already a wake-up.
  [[maybe_unused]] ssize_t n = write(wake_write_, &byte, 1);
}

}  // namespace holdfast
