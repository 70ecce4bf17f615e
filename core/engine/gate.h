// May a required service be started by us now, and if not, why not and until when. The one answer that
// starts, ladders, verdicts and the view rest on.
#pragma once

#include <optional>

#include "core/engine/state.h"

namespace holdfast::engine {

// In the order in which they are reported: the first that holds counts.
enum class Block : uint8_t {
  kNone,
  kAsleep,
  kUnknown,  // status, path or console user not told yet
  kOverride,
  kLogin,  // nobody is there whose credentials it needs, or it is required from the login on
  kNoNetwork,
  kDownAfterUpdate,  // no handshake succeeds since an extension was replaced: a restart would not help
  kTrusted,          // on a network that proved itself
  kUntrusted,        // on another one, where the policy starts nothing
  kCaptive,          // a person may be signing in to a portal
  kDisabled,         // its configuration is not enabled
  kConflict,         // another required full tunnel excludes it
  kStandby,          // another member of its conflict group has the turn
  kAllowedStop,      // a person stopped it and may
  kInteractive,      // only a person starts it
  kHold,             // the last failure forbids a retry
  kCircuit,
  kStorm,       // something else asks for starts in bursts
  kPersonStop,  // a person stopped it and may not: restored after ReconnectAfter
  kBudget,
  kSettling,  // the path has not held for Reconnect.Settle, or whether it is trusted is still asked
  kBackoff,
};

struct Gate {
  Block block = Block::kNone;
  std::optional<MonoTime> until;  // when time alone may change the answer
};

// The answer without regard to its conflict group. Only for a service that a rule names.
Gate OwnGate(const Core& core, const Service& service, MonoTime now);
// Only for a service that a rule names.
Gate StartGate(const Core& core, const Service& service, MonoTime now);

// The override that covers the service now.
const Override* ActiveOverride(const Core& core, const Uuid& service, MonoTime now);

// When the current phase has lasted too long; nothing for phases that may last.
std::optional<MonoTime> StuckAt(const Core& core, const Service& service);
inline bool IsStuck(const Core& core, const Service& service, MonoTime now) {
  const auto at = StuckAt(core, service);
  return at && *at <= now;
}

}  // namespace holdfast::engine
