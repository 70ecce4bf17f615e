// Signals of a Linux machine: the network path from rtnetlink. Power events are not told (there is no session
// core that sleeps with the machine here), and the console user is whom the options name.
#pragma once

#include <memory>
#include <string>

#include "agent/platform/linux/network_state.h"
#include "agent/signals/signals.h"
#include "base/poll_executor.h"
#include "base/timer.h"

namespace holdfast::platform {

struct LinuxSignalsOptions {
  ConsoleUser console_user;  // nobody unless given
  std::string resolv_conf = "/etc/resolv.conf";
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

  PollExecutor& executor_;
  const Clock& clock_;
  const LinuxSignalsOptions options_;
  signals::Listener* listener_ = nullptr;
  int fd_ = -1;
  NetworkState state_;
  size_t dump_ = 0;  // which of the dumps is under way; past the last: none
  bool told_ = false;
  PathFacts last_;
  Timer again_;
  Lifetime lifetime_;
};

}  // namespace holdfast::platform
