// An agent that keeps crashing must not keep doing what makes it crash: after three starts within ten minutes
// without a clean stop it only reports, until it has run for ten minutes.
#pragma once

#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "agent/platform/state_files.h"
#include "agent/session/forwarding_backend.h"
#include "base/time.h"
#include "base/timer.h"

namespace holdfast::agent {

inline constexpr int kCrashingStarts = 3;
inline constexpr absl::Duration kCrashWindow = absl::Minutes(10);

// Counts starts in a state file, by the wall clock: reboots count too, for a call may take the Mac down.
class CrashGuard {
 public:
  // Must outlive it.
  explicit CrashGuard(platform::StateFiles& files) : files_(files) {}
  // Notes a start at `now`. True when it is one too many. What cannot be read or written counts as nothing:
  // a disk's failure must not end enforcement.
  bool NoteStart(WallTime now);
  // A stop that was asked for: the starts before it prove nothing.
  void NoteCleanStop();

 private:
  platform::StateFiles& files_;
};

// A back end whose commands can be held back. Statuses go on.
class HeldBackend final : public session::ForwardingBackend {
 public:
  // All must outlive it.
  HeldBackend(session::Backend& backend, const Clock& clock, Executor& executor)
      : ForwardingBackend(backend), clock_(clock), timer_(executor) {}

  // From now on starts and stops are refused with UNAVAILABLE, for kCrashWindow; then `released` is called.
  void Hold(std::function<void()> released);
  bool held() const { return held_; }

  absl::Status StartSession(const Uuid& service, std::optional<uint32_t> as_uid) override;
  absl::Status StopSession(const Uuid& service) override;
  std::vector<session::Capability> Capabilities() const override;

 private:
  const Clock& clock_;
  Timer timer_;
  bool held_ = false;
};

}  // namespace holdfast::agent
