// Watches an engine from outside and says when a promise of the policy is broken. It keeps its own account
// from inputs and effects and knows nothing of the engine's state. No test framework: unit tests and the
// simulation both use it.
#pragma once

#include <deque>
#include <functional>
#include <map>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "core/engine/engine.h"
#include "grace_account.h"
#include "guess_account.h"

namespace holdfast {

class Invariants {
 public:
  // `broken` is told each broken promise as one sentence.
  explicit Invariants(std::function<void(const std::string&)> broken)
      : broken_(std::move(broken)), guesses_(broken_), graces_(broken_) {}

  // After each Step, before its effects are carried out. `true_time` never goes back, whatever the machine's
  // clocks do, and counts sleep and the time between boots; `deadline` is the engine's next one.
  void OnStep(const Stamp& now, MonoTime true_time, const EngineInput& input,
              const std::vector<Effect>& effects, std::optional<MonoTime> deadline);

  // A new run of the agent begins: what was delivered to the last one is unknown to it. So is what it
  // recorded behind its first `survived` rows, when a crash took the others (nothing: all rows survived).
  void AgentRestarts(std::optional<uint64_t> survived = std::nullopt);

  // Whether the service must be connected when the world around it lets it be: required, nothing that is
  // known here stands against a start, and undisturbed for longer than its bound (core/policy/bound.h).
  // `trusted`: the network would prove to be a trusted one. The caller adds what only the world knows: that
  // the agent runs, that an attempt would succeed, and that it is not connected.
  bool MustBeConnected(const Uuid& service, absl::Duration undisturbed, bool trusted) const;
  // Rows recorded by this run.
  uint64_t recorded() const { return recorded_; }

 private:
  struct Counted {
    MonoTime at;
    uint64_t row;  // of this run; 0: of an earlier one
    uint64_t command;
  };
  struct Watched {
    std::optional<SessionStatus> delivered;  // nothing: not told in this run
    uint64_t generation = 0;
    std::deque<Counted> counted;                     // within an hour, but those that reached nobody
    std::optional<MonoTime> not_before, open_until;  // by the newest row of kind retry, in true time
    std::optional<uint64_t> open_command;
    int authentication = 0;  // failures in a row without anything that clears them
    int certificate = 0;
    bool may_be_held =
        false;  // it failed for a reason that a person or an admin must mend, and was not up since
  };
  struct Running {
    OverrideBegan began;
    MonoTime until;  // in true time
  };
  void NoticeBoot(const Stamp& now);
  void ForgetLostRows(uint64_t survived);
  void See(const EngineInput& input);
  void SeeEvent(const SessionEvent& event);
  void SeeConsole(const ConsoleUser& user);
  void ClearFailures();
  void CheckStart(const StartSession& start);
  void CheckGroup(const Uuid& service);
  void CheckMayCommand(const Uuid& service);
  void CheckCommand(const Command& command);
  void CheckPace(const RetryState& row);
  void CheckBudget(Watched& watched);
  void CheckSuspension(const Event& event);
  void CheckIncident(const std::string& name, const std::string& key, bool opens);
  void CheckVerdict(const Verdict& verdict);
  void CheckHolds();
  void CheckRow(const Event& event);
  void CheckEndOfStep(std::optional<MonoTime> deadline);
  template <class... Words>
  void Require(bool kept, const Words&... words);
  bool InGrace() const;
  void Begin(std::optional<MonoTime>& moment);  // one that a grace counts from
  // Whether, by this account, no failure, override or budget keeps the service from being started.
  bool NothingStandsAgainst(const Uuid& service) const;
  const ServiceRule* RuleOf(const Uuid& service) const;

  const std::function<void(const std::string&)> broken_;
  Stamp now_;
  MonoTime true_now_, true_before_;
  uint64_t recorded_ = 0;
  Policy policy_;
  std::vector<ServiceFacts> installed_;
  std::map<Uuid, Watched> services_;
  std::map<uint64_t, Command> commands_;
  std::map<std::string, Verdict> verdicts_;
  std::map<std::string, MonoTime> held_;  // since when a key is excused by a captive portal, in true time
  // Open ones; false: its row may be lost, so the engine may not know of it.
  std::map<std::pair<std::string, std::string>, bool> incidents_;
  bool incidents_doubtful_ = false;  // rows that closed some may be lost
  std::vector<Running> overrides_;
  GuessAccount guesses_;
  GraceAccount graces_;
  // Orders that suspend, by number, until when in true time. Windows of the policy go by the wall clock and
  // are not followed.
  std::map<uint64_t, MonoTime> suspensions_;
  std::optional<ConsoleUser> console_;
  std::optional<MonoTime> boot_at_, login_at_, wake_at_;  // in true time
  std::deque<MonoTime> crashes_;                          // of an hour
  bool fresh_input_ = false;                              // of the step that is looked at
  bool ladder_in_step_ = false;                           // a command of a ladder was seen in it
  std::optional<absl::Duration> code_in_step_;            // a code was spent, for so long
  bool setup_ = false;                                    // Setup Assistant runs
  bool asleep_ = false;
  bool dark_ = false;
};

}  // namespace holdfast
