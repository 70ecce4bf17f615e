// Watches an engine from outside and fails the test when a promise of the policy is broken. It keeps its own
// account from inputs and effects and knows nothing of the engine's state.
#pragma once

#include <deque>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "fake_mac.h"

namespace holdfast {

class Invariants {
 public:
  explicit Invariants(FakeMac& mac);
  // A new run of the agent begins: what was delivered to the last one is unknown to it.
  void AgentRestarts();

 private:
  struct Watched {
    std::optional<SessionStatus> delivered;  // nothing: not told in this run
    uint64_t generation = 0;
    std::deque<MonoTime> counted;
    std::optional<uint64_t> open_command;
    int authentication = 0;  // failures in a row without anything that clears them
    int certificate = 0;
  };
  void OnStep(const EngineInput& input, const std::vector<Effect>& effects);
  void See(const EngineInput& input);
  void SeeEvent(const SessionEvent& event);
  void SeeConsole(const ConsoleUser& user);
  void ClearFailures();
  void CheckStart(const StartSession& start);
  void CheckMayCommand(const Uuid& service);
  void CheckCommand(const Command& command);
  void CheckBudget(const Watched& watched);
  void CheckVerdict(const Verdict& verdict);
  void CheckRow(const Event& event);
  void CheckEndOfStep();
  bool InGrace() const;
  bool Named(const Uuid& service) const;
  MonoTime Now() const { return mac_.Now().mono; }

  FakeMac& mac_;
  Policy policy_;
  std::vector<ServiceFacts> installed_;
  std::map<Uuid, Watched> services_;
  std::map<uint64_t, Command> commands_;
  std::map<std::string, Verdict> verdicts_;
  std::set<std::pair<std::string, std::string>> incidents_;
  std::vector<OverrideBegan> overrides_;
  std::optional<ConsoleUser> console_;
  std::optional<MonoTime> boot_at_, login_at_, wake_at_;
  bool asleep_ = false;
  bool dark_ = false;
};

}  // namespace holdfast
