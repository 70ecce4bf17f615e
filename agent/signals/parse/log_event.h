// What one line of a log says, in our terms. Views point into the line: copy what shall outlive it.
#pragma once

#include <cstdint>
#include <optional>
#include <string>

#include "absl/strings/string_view.h"
#include "agent/signals/parse/log_line.h"
#include "base/ids.h"
#include "core/facts.h"

namespace holdfast::parse {

enum class LogFact : uint8_t {
  kStartReceived = 0,
  kStartRejected = 1,
  kStartSkipped = 2,       // `status` says in which state
  kRestartIgnored = 3,     // one is pending already
  kRestartOverrides = 4,   // the session is stopped for it
  kStopReceived = 5,       // `reason`
  kStopAll = 6,            // of all sessions
  kOnDemandStart = 7,      // a start message of On Demand
  kOnDemand = 8,           // anything else about On Demand
  kStatusChanged = 9,      // `status`; `reason` and `reason_text` when it ended
  kStateEntered = 10,      // `state`, `timeout_seconds`
  kStateLeft = 11,         // `state`
  kInState = 12,           // `state`: what happened in it is `text`
  kInstallRequested = 13,  // of the session
  kUninstallRequested = 14,
  kSuperseded = 15,            // `other`: by whom, when that is told
  kDamped = 16,                // too many attempts On Demand failed
  kPlugin = 17,                // `subject`: its bundle; `reason_text` when it went
  kExtensionRequested = 18,    // `subject`: a system extension shall be activated or deactivated
  kExtensionState = 19,        // `subject` when told, `state`
  kExtensionError = 20,        // `subject` when told, `error`
  kSaveDenied = 21,            // `subject`: the app or extension that may not save its configuration
  kConnectionInterface = 22,   // `connection`, `interface_name`
  kConnectionAttributes = 23,  // `connection`: NECP attributes were set on it
  kNetworkAgent = 24,          // what the session offers to the network stack: `text`
};
absl::string_view LogFactName(LogFact fact);  // "start_received"

// "NESMVPNSession[Primary Tunnel:Corp VPN:UUID:(null)]", taken apart.
struct SessionRef {
  absl::string_view session_class;  // "NESMVPNSession"; empty: no session
  absl::string_view name;           // "Corp VPN"
  std::optional<Uuid> id;           // nothing where the publisher of the line took it out
};

// Who asked: "System Settings[312]".
struct Requester {
  absl::string_view name;
  int pid = 0;  // 0: not told
};
std::string RequesterText(const Requester& who);  // "System Settings[312]", "pid 5454"; empty: nobody is told

struct LogEvent {
  LogFact fact = LogFact::kInState;
  LogLine line;
  SessionRef session, other;
  Requester who;
  bool restart = false;  // of a start command
  std::optional<SessionStatus> status;
  std::optional<int> reason;  // ne_session's number
  absl::string_view reason_text;
  absl::string_view state;  // "Stopping", "activated_enabled"
  std::optional<int> timeout_seconds;
  absl::string_view subject;
  int error = 0;  // of OSSystemExtensionErrorDomain
  absl::string_view connection;
  absl::string_view interface_name;
  absl::string_view text;  // the message without what names the session
};

}  // namespace holdfast::parse
