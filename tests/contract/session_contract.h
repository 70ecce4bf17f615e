// The session contract as tests, for every back end. A back end's own test file makes a Subject and
// instantiates the suite:
//   INSTANTIATE_TEST_SUITE_P(Simulated, SessionContract, ::testing::Values(SubjectFactory{"simulated",
//   ...}));
#pragma once

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "agent/session/session.h"

namespace holdfast::session {

// A back end over something that can be played with, with two services installed that connect when they are
// started.
class Subject {
 public:
  virtual ~Subject() = default;
  virtual Backend& backend() = 0;
  virtual Uuid service() const = 0;
  virtual Uuid other_service() const = 0;
  // Lets time pass until `done`, or until everything has had more than enough of it. True when done.
  virtual bool RunUntil(const std::function<bool()>& done) = 0;
  // Lets so much pass that anything that was going to happen has.
  virtual void Settle() = 0;
  // Makes the service's next starts hang in connecting.
  virtual void Hang(const Uuid& service) = 0;
  // What stands behind the back end dies and comes back. False where there is no such thing to restart.
  virtual bool RestartManager() = 0;
  // Starts that the manager skipped because the session was not disconnected. Negative where the back end
  // skips them itself, so that the manager never sees them.
  virtual int SkippedStarts() const { return -1; }
};

struct SubjectFactory {
  std::string name;
  std::function<std::unique_ptr<Subject>()> make;
  // Whether the client shows "connecting" the moment it asks (docs/ne-session.md, 1.6).
  bool optimistic = true;
};

// Keeps what it is told, and fails the test when it is told inside a method call.
class Recorder : public Listener {
 public:
  void OnSession(const SessionEvent& event) override;
  void OnInstalled(const InstalledFacts& installed) override;
  void OnManagerRestarted(const std::string& detail) override;

  std::vector<SessionStatus> Statuses(const Uuid& service) const;  // repeated ones once
  SessionEvent Last(const Uuid& service) const;
  bool IsNow(const Uuid& service, SessionStatus status) const { return Last(service).status == status; }

  std::vector<SessionEvent> events;
  int installed = 0;
  InstalledFacts facts;
  size_t events_before_installed = 0;
  int restarts = 0;
  size_t events_at_restart = 0;
  bool inside_call = false;
};

class SessionContract : public ::testing::TestWithParam<SubjectFactory> {
 protected:
  SessionContract() : subject(GetParam().make()) {}
  // A method call during which the listener must not be called.
  template <class Call>
  auto Guarded(Call call) {
    recorder.inside_call = true;
    auto result = call();
    recorder.inside_call = false;
    return result;
  }
  absl::Status Begin();
  absl::Status Start(const Uuid& service);
  absl::Status Stop(const Uuid& service);
  void BeginAndConnect();

  Recorder recorder;
  std::unique_ptr<Subject> subject;  // destroyed first: the listener outlives the back end
};

}  // namespace holdfast::session
