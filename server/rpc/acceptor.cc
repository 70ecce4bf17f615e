#include "server/rpc/acceptor.h"

#include <fcntl.h>
#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "base/unix_socket.h"

namespace holdfast::server {
namespace {

constexpr int kAtATime = 64;  // then timers and the other socket have their turn
constexpr absl::Duration kSweepInterval = absl::Seconds(5);
constexpr absl::Duration kReportInterval = absl::Seconds(10);
constexpr absl::Duration kRest = absl::Milliseconds(100);

constexpr const char* kWhy[kRefusalCount] = {
    "as many open as there may be",
    "as many not yet authenticated as there may be",
    "as many not yet authenticated from one address as there may be",
    "more new ones a second than there may be",
    "more new ones a second from one address than there may be",
};

int Spare() {
  return open("/dev/null", O_RDONLY | O_CLOEXEC);
}

// A reset leaves nothing behind: no goodbye to wait for, no port kept busy.
void Reset(int fd) {
  const linger none{1, 0};
  setsockopt(fd, SOL_SOCKET, SO_LINGER, &none, sizeof none);
  close(fd);
}

}  // namespace

Acceptor::Acceptor(std::string name, ListenSockets sockets, Connections& connections, const Clock& clock,
                   HandOver hand_over, Told told)
    : name_(std::move(name)),
      sockets_(std::move(sockets)),
      connections_(connections),
      clock_(clock),
      hand_over_(std::move(hand_over)),
      told_(std::move(told)),
      spare_(Spare()),
      executor_(clock) {
  Listen();
  Every(kSweepInterval, [this] { connections_.Sweep(); });
  Every(kReportInterval, [this] { Report(); });
  thread_ = std::thread([this] { executor_.Run(); });
}

void Acceptor::Stop() {
  if (!thread_.joinable()) return;
  executor_.Stop();
  thread_.join();
  Report();
  sockets_.Close();
  close(spare_);
}

void Acceptor::Listen() {
  for (const int fd : sockets_.fds()) {
    executor_.Watch(fd, POLLIN, [this, fd](short) { Accept(fd); });
  }
}

void Acceptor::Every(absl::Duration interval, const std::function<void()>& work) {
  executor_.PostAt(clock_.Now().mono + interval, [this, interval, work] {
    work();
    Every(interval, work);
  });
}

void Acceptor::Accept(int listen_fd) {
  for (int i = 0; i < kAtATime; ++i) {
    if (!AcceptOne(listen_fd)) return;
  }
}

// False when there is no more to take now.
bool Acceptor::AcceptOne(int listen_fd) {
  sockaddr_storage peer{};
  socklen_t size = sizeof peer;
  const int fd = accept(listen_fd, reinterpret_cast<sockaddr*>(&peer), &size);
  if (fd < 0) return CannotAccept(listen_fd, errno);
  Prepare(fd);
  if (connections_.Admit(fd, peer)) {
    Reset(fd);
  } else {
    hand_over_(listen_fd, fd);
  }
  return true;
}

bool Acceptor::CannotAccept(int listen_fd, int error) {
  switch (error) {
    case EAGAIN:
      return false;
    case EMFILE:
    case ENFILE:
    case ENOBUFS:
    case ENOMEM: {
      trouble_ = std::strerror(error);
      // The one in front is told at once instead of waiting for what may not come.
      close(spare_);
      if (const int fd = accept(listen_fd, nullptr, nullptr); fd >= 0) Reset(fd);
      spare_ = Spare();
      Rest();
      return false;
    }
    default:
      return true;  // that one connection failed before we had it
  }
}

// The socket stays ready while nothing can be accepted: do not look at it for a moment.
void Acceptor::Rest() {
  for (const int fd : sockets_.fds()) executor_.Unwatch(fd);
  executor_.PostAt(clock_.Now().mono + kRest, [this] {
    if (spare_ < 0) spare_ = Spare();  // somebody else got its number
    Listen();
  });
}

void Acceptor::Report() {
  const GateReport report = connections_.TakeReport();
  if (!told_) return;
  if (report.Refused() + report.overstayed > 0) told_(RefusalText(name_, report));
  if (!trouble_.empty()) {
    told_(absl::StrCat("accepting ", name_, "' connections: ", std::exchange(trouble_, ""),
                       "; some were reset: raise the limit of open files, or lower --max-connections"));
  }
}

std::string RefusalText(const std::string& name, const GateReport& report) {
  std::vector<std::string> parts;
  for (size_t i = 0; i < report.refused.size(); ++i) {
    if (report.refused[i] > 0) parts.push_back(absl::StrCat(report.refused[i], ": ", kWhy[i]));
  }
  std::string out;
  if (!parts.empty()) {
    absl::StrAppend(&out, "refused ", report.Refused(), " of ", name,
                    "' connections before their handshake (", absl::StrJoin(parts, "; "), ")");
  }
  if (report.busiest) {
    absl::StrAppend(&out, ", ", report.busiest_refused, " of them from ", report.busiest->ToString());
  }
  if (report.overstayed > 0) {
    absl::StrAppend(&out, out.empty() ? "" : "; ", "ended ", report.overstayed, " of ", name,
                    "' connections that did not authenticate in time");
  }
  return absl::StrCat(out, "; open now: ", report.open, ", ", report.strangers, " of them not authenticated");
}

}  // namespace holdfast::server
