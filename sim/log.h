// The unified log of the simulated Mac: lines as nesessionmanager writes them, for readers of logs to be
// tested on.
#pragma once

#include <functional>
#include <string>

#include "absl/strings/string_view.h"
#include "base/time.h"
#include "core/facts.h"

namespace holdfast::sim {

struct LogLine {
  WallTime at;
  int pid = 0;  // of nesessionmanager
  std::string message;
};

// Called on the Mac's executor, in order of the events.
using LogSink = std::function<void(const LogLine&)>;

// "NESMVPNSession[Primary Tunnel:Corp VPN:UUID:(null)]"
std::string SessionDescription(const ServiceFacts& service);
// "Starting" -> "NESMIKEv2VPNSessionStateStarting" for an IKEv2 service.
std::string StateName(const ServiceFacts& service, absl::string_view state);
// `log show`'s default columns, times in UTC.
std::string FormatLogShow(const LogLine& line);

}  // namespace holdfast::sim
