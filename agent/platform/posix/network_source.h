// The network path of a Linux machine: which interface has an address and the default route, and whether
// there is a resolver. Told by the kernel (rtnetlink), read from /proc and /etc. There is no console user and
// no power here: a Linux service acts for the machine.
#pragma once

#include <string>

#include "agent/signals/signals.h"
#include "base/poll_executor.h"
#include "base/timer.h"

namespace holdfast::platform {

class NetworkSource final : public signals::Source {
 public:
  // Both must outlive it.
  NetworkSource(PollExecutor& executor, const Clock& clock);
  ~NetworkSource() override;
  absl::Status Begin(signals::Listener* listener) override;

 private:
  void OnChange();
  void Tell();

  PollExecutor& executor_;
  signals::Listener* listener_ = nullptr;
  const Clock& clock_;
  int fd_ = -1;
  PathFacts told_;
  bool first_ = true;
  Timer settle_;
};

// The default route's interface from the text of /proc/net/route and /proc/net/ipv6_route; empty when there
// is none. The one with the lowest metric wins; IPv4 before IPv6.
std::string DefaultInterface(const std::string& ipv4_routes, const std::string& ipv6_routes);

}  // namespace holdfast::platform
