// What any Unix tells without a framework: whether an interface has an address, and who owns the console. For
// a Mac until its own sources are used, by looking every few seconds. It tells nothing of routes, power and
// the system around the sessions, and so claims nothing about them.
#pragma once

#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "agent/signals/signals.h"
#include "base/executor.h"
#include "base/timer.h"

namespace holdfast::platform {

// One address of an interface that is up. Tunnels and loopback are the caller's to tell by flags and name.
struct InterfaceAddress {
  std::string name;
  std::string network;  // the address with its host part cleared: "192.0.2.0", "2001:db8::"
  bool loopback = false;
  bool point_to_point = false;
  bool link_local = false;
};
// Of this machine, now; in the system's order.
std::vector<InterfaceAddress> ReadInterfaceAddresses();

// The path that these addresses make: the first that leads further than the own link, tunnels apart.
PathFacts PathOf(const std::vector<InterfaceAddress>& addresses, bool has_resolver);

// All but loopback, by name. Up: with an address that is not only link-local.
std::vector<InterfaceFacts> InterfacesOf(const std::vector<InterfaceAddress>& addresses);

// Who owns `console`: nobody when it is root, who owns it at the login window.
ConsoleUser OwnerOf(const std::string& console);

struct BasicSignalsOptions {
  absl::Duration look_every = absl::Seconds(3);
  std::string console = "/dev/console";
  std::string resolv_conf = "/etc/resolv.conf";
  std::function<std::vector<InterfaceAddress>()> addresses = ReadInterfaceAddresses;
};

class BasicSignals final : public signals::Source {
 public:
  // Executor and clock must outlive it.
  BasicSignals(Executor& executor, const Clock& clock, BasicSignalsOptions options = {});
  absl::Status Begin(signals::Listener* listener) override;

 private:
  void Look();

  Executor& executor_;
  const Clock& clock_;
  const BasicSignalsOptions options_;
  signals::Listener* listener_ = nullptr;
  std::optional<PathFacts> path_;
  std::optional<ConsoleUser> user_;
  Timer look_;
  Lifetime lifetime_;
};

}  // namespace holdfast::platform
