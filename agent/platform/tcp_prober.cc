#include "agent/platform/tcp_prober.h"

#include <fcntl.h>
#include <netdb.h>
#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <memory>
#include <string>

#include "absl/strings/str_cat.h"
#include "base/timer.h"

namespace holdfast::platform {
namespace {

using Address = std::unique_ptr<addrinfo, decltype(&freeaddrinfo)>;

Address Resolve(const Probe& probe) {
  addrinfo hints{};
  hints.ai_flags = AI_NUMERICHOST | AI_NUMERICSERV;
  hints.ai_socktype = SOCK_STREAM;
  addrinfo* found = nullptr;
  getaddrinfo(probe.host.c_str(), absl::StrCat(probe.port).c_str(), &hints, &found);
  return {found, freeaddrinfo};
}

}  // namespace

struct TcpProber::Attempt {
  explicit Attempt(PollExecutor& on) : executor(on), deadline(on) {}
  ~Attempt() {
    if (fd < 0) return;
    executor.Unwatch(fd);
    close(fd);
  }
  PollExecutor& executor;
  Timer deadline;
  int fd = -1;
  MonoTime began;
  ProbeResult result;
  std::function<void(ProbeResult)> done;
};

TcpProber::TcpProber(PollExecutor& executor, const Clock& clock) : executor_(executor), clock_(clock) {}

TcpProber::~TcpProber() = default;

void TcpProber::Run(const Uuid& service, const Probe& probe, absl::Duration timeout,
                    std::function<void(ProbeResult)> done) {
  const uint64_t id = ++last_;
  Attempt& attempt = *attempts_.emplace(id, std::make_unique<Attempt>(executor_)).first->second;
  attempt.began = clock_.Now().mono;
  attempt.result.service = service;
  attempt.result.target = probe.Target();
  attempt.done = std::move(done);
  // Posted even when it fails at once: the caller is not called back from inside.
  attempt.deadline.Set(attempt.began + timeout, [this, id] { Finish(id, ETIMEDOUT); });
  const Address address = Resolve(probe);
  if (address == nullptr) return attempt.deadline.Set(attempt.began, [this, id] { Finish(id, EINVAL); });
  attempt.fd = socket(address->ai_family, SOCK_STREAM, 0);
  int error = attempt.fd < 0 ? errno : 0;
  if (error == 0) {
    fcntl(attempt.fd, F_SETFL, O_NONBLOCK);
    fcntl(attempt.fd, F_SETFD, FD_CLOEXEC);
    if (connect(attempt.fd, address->ai_addr, address->ai_addrlen) != 0) error = errno;
  }
  if (error != EINPROGRESS)
    return attempt.deadline.Set(attempt.began, [this, id, error] { Finish(id, error); });
  executor_.Watch(attempt.fd, POLLOUT, [this, id, fd = attempt.fd](short) {
    int outcome = 0;
    socklen_t size = sizeof outcome;
    getsockopt(fd, SOL_SOCKET, SO_ERROR, &outcome, &size);
    Finish(id, outcome);
  });
}

void TcpProber::Finish(uint64_t id, int error) {
  const auto node = attempts_.extract(id);
  if (node.empty()) return;
  Attempt& attempt = *node.mapped();
  attempt.result.ok = error == 0;
  attempt.result.round_trip = clock_.Now().mono - attempt.began;
  if (!attempt.result.ok) {
    attempt.result.error = error == EINVAL
                               ? "the host is not an IP address; names are not resolved for probes"
                               : std::string(std::strerror(error));
  }
  attempt.done(attempt.result);
}

}  // namespace holdfast::platform
