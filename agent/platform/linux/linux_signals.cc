#include "agent/platform/linux/linux_signals.h"

#include <linux/rtnetlink.h>
#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <fstream>
#include <iterator>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "base/error.h"

namespace holdfast::platform {
namespace {

constexpr uint16_t kDumps[] = {RTM_GETLINK, RTM_GETADDR, RTM_GETROUTE};
constexpr absl::Duration kAgain = absl::Milliseconds(100);

bool HasResolver(const std::string& resolv_conf) {
  std::ifstream file(resolv_conf);
  for (std::string line; std::getline(file, line);) {
    if (absl::StartsWith(line, "nameserver ")) return true;
  }
  return false;
}

}  // namespace

LinuxSignals::LinuxSignals(PollExecutor& executor, const Clock& clock, LinuxSignalsOptions options)
    : executor_(executor), clock_(clock), options_(std::move(options)), again_(executor) {}

LinuxSignals::~LinuxSignals() {
  if (fd_ < 0) return;
  executor_.Unwatch(fd_);
  close(fd_);
}

absl::Status LinuxSignals::Begin(signals::Listener* listener) {
  listener_ = listener;
  HOLDFAST_RETURN_IF_ERROR(Open());
  executor_.Post(lifetime_.Guard([this] { listener_->OnConsoleUser(options_.console_user); }));
  executor_.Watch(fd_, POLLIN, [this](short) { Ready(); });
  Resync();
  return absl::OkStatus();
}

absl::Status LinuxSignals::Open() {
  fd_ = socket(AF_NETLINK, SOCK_RAW | SOCK_CLOEXEC | SOCK_NONBLOCK, NETLINK_ROUTE);
  sockaddr_nl address{};
  address.nl_family = AF_NETLINK;
  address.nl_groups =
      RTMGRP_LINK | RTMGRP_IPV4_IFADDR | RTMGRP_IPV6_IFADDR | RTMGRP_IPV4_ROUTE | RTMGRP_IPV6_ROUTE;
  if (fd_ < 0 || bind(fd_, reinterpret_cast<const sockaddr*>(&address), sizeof address) != 0) {
    return absl::UnavailableError(
        absl::StrCat("network path: no netlink socket: ", std::strerror(errno), "; the path stays unknown"));
  }
  return absl::OkStatus();
}

// Asks for everything; dumps follow one another, since the kernel runs one per socket.
void LinuxSignals::Resync() {
  state_.Clear();
  dump_ = 0;
  Dump();
}

void LinuxSignals::Dump() {
  if (dump_ >= std::size(kDumps)) return Tell();
  if (Ask(kDumps[dump_]).ok()) return;
  again_.Set(clock_.Now().mono + kAgain, [this] { Resync(); });
}

absl::Status LinuxSignals::Ask(uint16_t type) {
  struct {
    nlmsghdr header;
    rtgenmsg body;
  } request{};
  request.header.nlmsg_len = sizeof request;
  request.header.nlmsg_type = type;
  request.header.nlmsg_flags = NLM_F_REQUEST | NLM_F_DUMP;
  request.body.rtgen_family = AF_UNSPEC;
  if (send(fd_, &request, sizeof request, 0) == sizeof request) return absl::OkStatus();
  return absl::UnavailableError(absl::StrCat("netlink: ", std::strerror(errno)));
}

void LinuxSignals::Ready() {
  char bytes[65536];
  const ssize_t n = recv(fd_, bytes, sizeof bytes, 0);
  bool dump_done = false;
  if (n < 0 && (errno == EAGAIN || errno == EINTR)) return;
  // ENOBUFS: notifications were lost; an interrupted dump is as good as none.
  const bool usable = n > 0 && state_.Take({bytes, static_cast<size_t>(n)}, &dump_done).ok();
  if (!usable) return again_.Set(clock_.Now().mono + kAgain, [this] { Resync(); });
  if (dump_ >= std::size(kDumps)) return Tell();
  if (!dump_done) return;
  ++dump_;
  Dump();
}

void LinuxSignals::Tell() {
  PathFacts path = state_.Path();
  path.has_resolver = path.satisfied && HasResolver(options_.resolv_conf);
  if (std::exchange(told_, true) && path == last_) return;
  last_ = path;
  executor_.Post(lifetime_.Guard([this, path] { listener_->OnPath(path); }));
}

}  // namespace holdfast::platform
