// How a session would have gone, once a decision differs from the record: a start comes to what the recorded
// attempt nearest in time came to, a stop succeeds, and what took the recorded session down takes this one
// down. Follows the record again as soon as both agree.
#pragma once

#include <optional>
#include <utility>
#include <vector>

#include "base/time.h"
#include "core/facts.h"

namespace holdfast::replay {

class SessionModel {
 public:
  // A recorded attempt and how it ended: connected, or down for `reason`.
  void AddAttempt(MonoTime at, std::optional<int> reason) { attempts_.push_back({at, reason}); }

  bool follows() const { return follows_; }
  // The decisions differ from here on.
  void Leave() { follows_ = false; }
  void Start(MonoTime now);
  void Stop(MonoTime now);
  // A new run of the agent: what the Mac does is recorded anew.
  void Rejoin();

  // The record says so. Gives what the engine is told: the event itself while the record is followed.
  std::optional<SessionEvent> Recorded(const SessionEvent& event);
  // What falls due up to `until`, in order, with its times.
  std::vector<std::pair<MonoTime, SessionEvent>> Due(MonoTime until);
  std::optional<MonoTime> next() const;

 private:
  struct Attempt {
    MonoTime at;
    std::optional<int> reason;
  };
  std::optional<int> OutcomeNear(MonoTime at) const;
  SessionEvent Make(SessionStatus status, std::optional<int> reason);
  void Plan(MonoTime at, SessionStatus status, std::optional<int> reason = std::nullopt);

  std::vector<Attempt> attempts_;
  bool follows_ = true;
  SessionEvent recorded_, modelled_;
  uint64_t generation_ = 0;
  std::vector<std::pair<MonoTime, SessionEvent>> planned_;
};

}  // namespace holdfast::replay
