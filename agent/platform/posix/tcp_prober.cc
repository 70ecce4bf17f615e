#include "agent/platform/posix/tcp_prober.h"

#include <fcntl.h>
#include <netdb.h>
#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <mutex>
#include <thread>
#include <utility>

#include "absl/strings/str_cat.h"

namespace holdfast::platform {
namespace {

struct Resolved {
  int family = AF_UNSPEC;
  std::string address;  // a sockaddr's bytes
  std::string error;
};

Resolved Resolve(const std::string& host, uint16_t port) {
  addrinfo hints = {};
  hints.ai_socktype = SOCK_STREAM;
  addrinfo* found = nullptr;
  const int code = getaddrinfo(host.c_str(), std::to_string(port).c_str(), &hints, &found);
  if (code != 0) return {AF_UNSPEC, "", absl::StrCat("resolving ", host, ": ", gai_strerror(code))};
  Resolved resolved{found->ai_family,
                    std::string(reinterpret_cast<const char*>(found->ai_addr), found->ai_addrlen), ""};
  freeaddrinfo(found);
  return resolved;
}

}  // namespace

struct TcpProber::Attempt {
  Attempt(PollExecutor& executor, ProbeResult base, MonoTime at, std::function<void(ProbeResult)> callback)
      : result(std::move(base)), started(at), done(std::move(callback)), timeout(executor) {}
  ProbeResult result;
  MonoTime started;
  std::function<void(ProbeResult)> done;
  int fd = -1;
  Timer timeout;
};

// A resolver may take longer than the prober lives, and cannot be interrupted: its thread is let go, and
// finds the gate closed.
struct TcpProber::Gate {
  explicit Gate(Executor* to) : executor(to) {}
  void Post(std::function<void()> work) {
    const std::lock_guard<std::mutex> lock(mutex);
    if (executor != nullptr) executor->Post(std::move(work));
  }
  void Close() {
    const std::lock_guard<std::mutex> lock(mutex);
    executor = nullptr;
  }
  std::mutex mutex;
  Executor* executor;  // guarded by mutex
};

TcpProber::TcpProber(PollExecutor& executor, const Clock& clock)
    : executor_(executor), clock_(clock), gate_(std::make_shared<Gate>(&executor)) {}

TcpProber::~TcpProber() {
  gate_->Close();
  for (const auto& [id, attempt] : attempts_) {
    if (attempt->fd < 0) continue;
    executor_.Unwatch(attempt->fd);
    close(attempt->fd);
  }
}

void TcpProber::Run(const Uuid& service, const Probe& probe, absl::Duration timeout,
                    std::function<void(ProbeResult)> done) {
  const uint64_t id = ++last_;
  ProbeResult base;
  base.service = service;
  base.target = probe.Target();
  const MonoTime now = clock_.Now().mono;
  auto attempt = std::make_unique<Attempt>(executor_, std::move(base), now, std::move(done));
  attempt->timeout.Set(now + timeout, [this, id] { Finish(id, "Connection timed out"); });
  attempts_[id] = std::move(attempt);
  auto resolved = lifetime_.Guard([this, id](const Resolved& answer) {
    if (attempts_.count(id) == 0) return;
    if (!answer.error.empty()) return Finish(id, answer.error);
    Connect(id, answer.address, answer.family);
  });
  std::thread([host = probe.host, port = probe.port, resolved, gate = gate_]() mutable {
    Resolved answer = Resolve(host, port);
    gate->Post([resolved, answer = std::move(answer)]() mutable { resolved(answer); });
  }).detach();
}

void TcpProber::Connect(uint64_t id, const std::string& address, int family) {
  Attempt& attempt = *attempts_[id];
  attempt.fd = socket(family, SOCK_STREAM, 0);
  if (attempt.fd < 0) return Finish(id, absl::StrCat("making a socket: ", strerror(errno)));
  fcntl(attempt.fd, F_SETFL, O_NONBLOCK);
  fcntl(attempt.fd, F_SETFD, FD_CLOEXEC);
  attempt.started = clock_.Now().mono;
  const auto* target = reinterpret_cast<const sockaddr*>(address.data());
  const int code = connect(attempt.fd, target, static_cast<socklen_t>(address.size()));
  if (code != 0 && errno != EINPROGRESS) return Finish(id, strerror(errno));
  executor_.Watch(attempt.fd, POLLOUT, [this, id](short) { Connected(id); });
}

void TcpProber::Connected(uint64_t id) {
  int error = 0;
  socklen_t size = sizeof error;
  getsockopt(attempts_[id]->fd, SOL_SOCKET, SO_ERROR, &error, &size);
  Finish(id, error == 0 ? "" : strerror(error));
}

void TcpProber::Finish(uint64_t id, const std::string& error) {
  const auto found = attempts_.extract(id);
  if (found.empty()) return;
  Attempt& attempt = *found.mapped();
  if (attempt.fd >= 0) {
    executor_.Unwatch(attempt.fd);
    close(attempt.fd);
  }
  attempt.result.ok = error.empty();
  attempt.result.error = error;
  attempt.result.round_trip = clock_.Now().mono - attempt.started;
  attempt.done(attempt.result);
}

}  // namespace holdfast::platform
