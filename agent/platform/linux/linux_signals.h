// Signals of a Linux machine: the network path, interfaces, routes and resolvers, from rtnetlink and
// resolv.conf. Power events are not told (there is no session
// core that sleeps with the machine here), and the console user is whom the options name.
#pragma once

#include <memory>
#include <optional>
#include <string>

#include "agent/platform/linux/network_state.h"
#include "agent/platform/linux/resolvers.h"
#include "agent/platform/linux/route_lookup.h"
#include "agent/signals/signals.h"
#include "base/poll_executor.h"
#include "base/timer.h"

namespace holdfast::platform {

struct LinuxSignalsOptions {
  ConsoleUser console_user;  // nobody unless given
  std::string resolv_conf = "/etc/resolv.conf";
  std::string systemd_resolvers = "/run/systemd/resolve/resolv.conf";
};

class LinuxSignals final : public signals::Source {
 public:
  LinuxSignals(PollExecutor& executor, const Clock& clock, LinuxSignalsOptions options);
  ~LinuxSignals() override;
  LinuxSignals(const LinuxSignals&) = delete;
  LinuxSignals& operator=(const LinuxSignals&) = delete;

  // UNAVAILABLE when the kernel gives no netlink socket.
  absl::Status Begin(signals::Listener* listener) override;

 private:
  absl::Status Open();
  void Dump();
  absl::Status Ask(uint16_t type);
  void Ready();
  void Resync();
  void Tell();
  void TellPath(const Resolvers& resolvers);
  NetworkFacts Network(const Resolvers& resolvers);
  void WatchResolvers();

  PollExecutor& executor_;
  const Clock& clock_;
  const LinuxSignalsOptions options_;
  signals::Listener* listener_ = nullptr;
  int fd_ = -1;
  NetworkState state_;
  size_t dump_ = 0;  // which of the dumps is under way; past the last: none
  RouteLookup routes_;
  int files_ = -1;                       // tells of a changed resolv.conf
  std::optional<PathFacts> path_;        // the last told
  std::optional<NetworkFacts> network_;  // the same
  Timer again_;
  Lifetime lifetime_;
};

}  // namespace holdfast::platform
