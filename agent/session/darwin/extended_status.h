// What nessesionmanager says about one session when it is asked (info types 1 and 2). Keys:
// docs/ne-session.md, 1.7.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "agent/session/darwin/value.h"
#include "core/facts.h"

namespace holdfast::ne {

struct ExtendedStatus {
  std::optional<SessionStatus> status;  // the manager's own, not the client's hope
  std::optional<int64_t> session_state;
  std::optional<int> stop_reason;  // of ne_session's table; while it is neither connecting nor connected
  std::string interface_name;
  std::string server_address;
  std::vector<std::string> dns_servers;
  std::optional<bool> primary;
  // A legacy service (L2TP, Cisco IPSec) has reasons of its own instead: what they mean in ours.
  FailureCause legacy_cause = FailureCause::kNone;
  std::vector<std::string> unknown_keys;  // by name only
};

// Whatever is missing or of another type stays empty.
ExtendedStatus ReadExtendedStatus(const Value& info);

// Bytes that came in, from the statistics. Nothing when they do not say.
std::optional<uint64_t> ReadBytesIn(const Value& statistics);

}  // namespace holdfast::ne
