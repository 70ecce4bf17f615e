#include "agent/platform/linux/linux_signals.h"

#include <linux/rtnetlink.h>
#include <poll.h>
#include <sys/inotify.h>
#include <sys/socket.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <iterator>

#include "absl/strings/str_cat.h"
#include "base/error.h"

namespace holdfast::platform {
namespace {

constexpr uint16_t kDumps[] = {RTM_GETLINK, RTM_GETADDR, RTM_GETROUTE};
constexpr absl::Duration kAgain = absl::Milliseconds(100);

// Whatever is not reached by the link or a narrower route. Documentation's own addresses: nothing is sent.
constexpr char kSomewhereV4[] = "192.0.2.1";
constexpr char kSomewhereV6[] = "2001:db8::1";
constexpr uint32_t kRuleV6 = 1U << (RTNLGRP_IPV6_RULE - 1);

}  // namespace

LinuxSignals::LinuxSignals(PollExecutor& executor, const Clock& clock, LinuxSignalsOptions options)
    : executor_(executor), clock_(clock), options_(std::move(options)), again_(executor) {}

LinuxSignals::~LinuxSignals() {
  for (const int fd : {fd_, files_}) {
    if (fd < 0) continue;
    executor_.Unwatch(fd);
    close(fd);
  }
}

absl::Status LinuxSignals::Begin(signals::Listener* listener) {
  listener_ = listener;
  HOLDFAST_RETURN_IF_ERROR(Open());
  executor_.Post(lifetime_.Guard([this] { listener_->OnConsoleUser(options_.console_user); }));
  executor_.Watch(fd_, POLLIN, [this](short) { Ready(); });
  WatchResolvers();
  Resync();
  return absl::OkStatus();
}

absl::Status LinuxSignals::Open() {
  fd_ = socket(AF_NETLINK, SOCK_RAW | SOCK_CLOEXEC | SOCK_NONBLOCK, NETLINK_ROUTE);
  sockaddr_nl address{};
  address.nl_family = AF_NETLINK;
  address.nl_groups = RTMGRP_LINK | RTMGRP_IPV4_IFADDR | RTMGRP_IPV6_IFADDR | RTMGRP_IPV4_ROUTE |
                      RTMGRP_IPV6_ROUTE | RTMGRP_IPV4_RULE | kRuleV6;
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

void LinuxSignals::WatchResolvers() {
  files_ = inotify_init1(IN_CLOEXEC | IN_NONBLOCK);
  const std::string folder = options_.resolv_conf.substr(0, options_.resolv_conf.rfind('/') + 1);
  if (files_ < 0 || inotify_add_watch(files_, folder.c_str(), IN_CLOSE_WRITE | IN_MOVED_TO) < 0) return;
  executor_.Watch(files_, POLLIN, [this](short) {
    char events[4096];
    while (read(files_, events, sizeof events) > 0) continue;
    if (dump_ >= std::size(kDumps)) Tell();
  });
}

void LinuxSignals::Tell() {
  const Resolvers resolvers = ReadResolvers(options_.resolv_conf, options_.systemd_resolvers);
  TellPath(resolvers);
  NetworkFacts network = Network(resolvers);
  if (network == network_) return;
  network_ = network;
  executor_.Post(lifetime_.Guard([this, network] { listener_->OnNetwork(network); }));
}

void LinuxSignals::TellPath(const Resolvers& resolvers) {
  PathFacts path = state_.Path();
  path.has_resolver = path.satisfied && !resolvers.addresses.empty();
  if (path == path_) return;
  path_ = path;
  executor_.Post(lifetime_.Guard([this, path] { listener_->OnPath(path); }));
}

NetworkFacts LinuxSignals::Network(const Resolvers& resolvers) {
  const RouteLookup::Way v4 = routes_.To(kSomewhereV4);
  NetworkFacts facts;
  facts.interfaces = state_.Interfaces();
  facts.route_v4 = state_.NameOf(v4.interface);
  facts.route_v6 = state_.NameOf(routes_.To(kSomewhereV6).interface);
  for (const std::string& address : resolvers.addresses) {
    facts.resolvers.push_back({address, state_.NameOf(routes_.To(address).interface)});
  }
  facts.search_domains = resolvers.domains;
  facts.gateway_mac = routes_.LinkAddressOf(v4);
  return facts;
}

}  // namespace holdfast::platform
