// What the simulated Mac's client library asks of the Mac under it. One port is one Mac, with one process of
// ours on it.
#pragma once

#include <cstdint>
#include <functional>
#include <optional>

#include "absl/time/time.h"
#include "base/ids.h"
#include "base/random.h"
#include "base/time.h"
#include "core/facts.h"

namespace holdfast::sim {

// What is not known of the real library (docs/ne-session.md, 6): whoever uses it must be right under every
// answer.
struct Answers {
  bool repeats_are_told = false;         // a status that did not change is sent again: it mends a wrong hope
  bool status_connects_first = true;     // get_status without a connection asks; else it says invalid
  bool canceled_without_manager = true;  // event 2 comes also while the manager does not run
  bool second_cancel_repeats = false;    // cancelling twice gives event 2 twice
  bool cleared_handler_may_run = true;   // a callback that was queued before runs after its handler is gone
  bool death_is_told = true;             // event 1 when the manager dies
  bool subscription_survives = false;    // the events of a new manager come without asking for them
  bool unknown_info_is_empty = false;    // an empty dictionary instead of null
  bool unsigned_numbers = false;
  bool pid_stays_after_death = true;  // until the new manager writes its own
  bool events_carry_data = false;
  bool events_repeat = false;       // as when only the extended status changed
  bool handles_are_shared = false;  // two creates for one configuration give one handle, with one handler

  bool info_is_answered = true;  // no: a manager that is stuck

  // All but the last by chance.
  static Answers FromSeed(uint64_t seed);
};

class DarwinPort {
 public:
  virtual ~DarwinPort() = default;
  virtual MonoTime Now() = 0;
  // The one scheduler. In simulated time everything runs in one thread; a port with threads of its own runs
  // the work on any of them.
  virtual void After(absl::Duration delay, std::function<void()> work) = 0;
  // How long a message between the process and the manager takes.
  virtual absl::Duration Hop() = 0;
  virtual const Answers& answers() const = 0;

  // The manager. Called one at a time.
  virtual bool ManagerRuns() const = 0;
  virtual int ManagerPid() const = 0;
  // Nothing for a configuration that is not installed.
  virtual std::optional<SessionEvent> Current(const Uuid& service) const = 0;
  virtual uint64_t BytesIn(const Uuid& service) = 0;
  // Somebody asks for the extended status or the statistics.
  virtual void InfoAsked() {}
  // The system's words for a stop reason; lives for ever.
  virtual const char* StopReason(int reason) const = 0;
  // What launchd does for a start while the manager does not run is the port's.
  virtual void Start(const Uuid& service) = 0;
  virtual void Stop(const Uuid& service) = 0;
};

}  // namespace holdfast::sim
