// The agent without a program around it: engine, journal, session back end, signals, policy and uplink joined
// on one executor, every one of them handed in. The same object runs in holdfastd and, on virtual time, in
// the simulation. Enforcement waits for nothing: commands leave before their rows are durable, and neither
// disk nor network can hold a decision up.
#pragma once

#include <deque>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "agent/control/delegate.h"
#include "agent/daemon/housekeeping.h"
#include "agent/daemon/order_desk.h"
#include "agent/daemon/past.h"
#include "agent/daemon/policy_stack.h"
#include "agent/daemon/row_log.h"
#include "agent/daemon/sections.h"
#include "agent/session/session.h"
#include "agent/signals/prober.h"
#include "agent/signals/signals.h"
#include "agent/uplink/uplink.h"
#include "base/executor.h"
#include "base/random.h"
#include "base/timer.h"

namespace holdfast::agent {

struct AgentOptions {
  std::string agent_version;
  std::string os_build;
  std::optional<uint64_t> engine_seed;  // nothing: from the journal's head, so that rows can be replayed
  // Of the local policy; empty: there is no such layer. Its bytes come through Start and PolicyFileRead.
  std::string policy_path;
  uplink::Options uplink;
};

// All must outlive the agent.
struct AgentParts {
  const Clock& clock;
  Executor& executor;
  RandomSource& random;
  session::Backend& backend;
  signals::Source& signals;
  signals::Prober& prober;
  journal::Strand& journal;
  platform::StateFiles& files;
  uplink::AgentTransport* transport = nullptr;  // none: no server
  // Reads rows for the local socket, on the executor's thread.
  std::function<absl::StatusOr<std::vector<journal::Row>>(const journal::Filter&)> history;
  std::function<void(const NotifyUser&)> notify;
  // For helpers in users' sessions; may be null.
  std::function<void(uint32_t uid, const control::TaskRequest&, control::GiveTask)> next_task;
  std::function<void(const std::string&)> log;  // one line, for the operator
  std::function<void()> begun;                  // the engine works
  // After each step of the engine, before its effects are carried out: for whoever watches over it.
  std::function<void(const Stamp&, const EngineInput&, const std::vector<Effect>&,
                     std::optional<MonoTime> deadline)>
      stepped;
};

class Agent final : public control::Delegate,
                    private session::Listener,
                    private signals::Listener,
                    private uplink::Host {
 public:
  Agent(AgentOptions options, const AgentParts& parts);
  ~Agent() override;
  Agent(const Agent&) = delete;
  Agent& operator=(const Agent&) = delete;

  // Reads what the last run left, then begins. `opened`: how the journal was found; `policy_file` is ignored
  // without a policy path. Call once.
  void Start(const journal::OpenReport& opened, PolicyFile policy_file);
  // The session back end can do more, or less, than before.
  void TellCapabilities();
  // The local policy may have changed.
  void PolicyFileRead(const PolicyFile& file);
  // Writes the last row, says goodbye and closes the journal; `done` runs once. Afterwards the agent is only
  // good for destruction. Destroying it without Stop is a crash.
  void Stop(const std::string& reason, std::function<void()> done);

  // control::Delegate
  control::StatusView Status() override;
  control::PolicyView Policy() override;
  absl::StatusOr<std::vector<journal::Row>> History(const journal::Filter& filter) override;
  void Request(UserRequest request, const std::string& service_name,
               std::function<void(absl::Status, std::string)> done) override;
  void NextTask(uint32_t uid, const control::TaskRequest& request, control::GiveTask give) override;

  // True once the engine has seen its first input.
  bool running() const { return running_; }
  EngineView EngineState() const { return engine_.View(parts_.clock.Now()); }

 private:
  using Answer = std::function<void(absl::Status, std::string)>;

  // agent.cc: start, stop, and what comes from outside
  void Begin(const absl::StatusOr<Past>& past, const journal::OpenReport& opened,
             const PolicyFile& policy_file);
  void BeginPolicy(const PolicyFile& policy_file);
  void OnSession(const SessionEvent& event) override { Dispatch(event); }
  void OnInstalled(const InstalledFacts& installed) override;
  void OnManagerRestarted(const std::string& detail) override;
  void OnPath(const PathFacts& path) override;
  void OnNetwork(const NetworkFacts& network) override { Dispatch(network); }
  void OnPower(PowerEvent event) override;
  void OnConsoleUser(const ConsoleUser& user) override { Dispatch(user); }
  void OnSystem(const SystemFacts& system) override;
  void OnSelfCheck(const SelfCheck& check) override { Dispatch(check); }
  void OnLogFinding(const LogFinding& finding) override { Dispatch(finding); }
  // Who this device is, and whose signatures it takes.
  struct Trust {
    Uuid device;  // nil: not enrolled
    std::vector<std::string> policy_keys;
  };
  Trust ReadTrust() const;
  void OnStartBurst(const StartBurst& burst) override { Dispatch(burst); }
  void OnSetup(const SetupFacts& setup) override { Dispatch(setup); }
  std::vector<wire::StateSection> Sections() override;
  wire::PolicyStatus ApplyPolicy(const uplink::AcceptedPolicy& policy) override;
  void PolicyRefused(const wire::PolicyBundle& bundle, const absl::Status& why) override;
  void OrdersArrived(const std::vector<wire::SignedOrder>& orders,
                     const std::vector<std::string>& policy_keys, const Uuid& device,
                     ServerTime now) override;
  // The order in the policy's EmergencySuspend.
  void TakePolicysOrder(const std::string& text);
  absl::Status TakeOrder(const SignedOrder& order, const std::vector<std::string>& policy_keys,
                         const Uuid& device, ServerTime now);
  void Incident(const std::string& name, const std::string& key, const std::string& summary,
                bool open) override;
  void StateChanged(const std::string& text, const std::string& error) override;
  void ServerReached(bool reached, const std::string& error) override;
  void OnJournalBlocked(const absl::Status& why);
  void OnJournalRecovered(uint64_t dropped);
  void TakePolicyInputs(const std::vector<EngineInput>& inputs);
  void PolicyInForce(const PolicyApplied& applied);
  void Log(const std::string& line) const;

  // drive.cc: inputs to the engine, effects to the world
  void Dispatch(EngineInput input);
  void DispatchRequest(UserRequest request);
  void StepOnce(const EngineInput& input);
  void Carry(const Stamp& now, const Effect& effect);
  void CarryRecord(const Stamp& now, const Record& record);
  void CarryStart(const StartSession& start);
  void CarryStop(const StopSession& stop);
  void CarryQuestion(const Effect& effect);
  void CarryCount(const CountInbound& count);
  void CarryAnswer(const AnswerRequest& answer);
  void AnswerWhenDurable(const AnswerRequest& answer, const OverrideBegan& began);
  void AnswerGuess(const AnswerRequest& answer);
  static absl::Status RowsNotWritten();
  void SetDeadline();

  const AgentOptions options_;
  const AgentParts parts_;
  Engine engine_;
  uplink::PolicyInbox inbox_;
  PolicyStack policies_;
  OrderDesk orders_;
  bool orders_are_good_ = false;  // as far as the engine was told since the start
  RowLog rows_;
  Housekeeping housekeeping_;
  std::unique_ptr<uplink::Uplink> uplink_;

  bool running_ = false;
  bool stopping_ = false;
  bool stepping_ = false;
  std::deque<EngineInput> inputs_;
  // In the step that is being carried out.
  std::optional<OverrideBegan> override_begun_;
  bool guessed_ = false;
  std::map<uint64_t, Answer> answers_;  // by request
  uint64_t last_request_ = 0;
  bool verifying_ = false;  // a passcode, one at a time: it costs 40 ms of a processor
  InstalledFacts installed_;
  std::optional<std::set<std::string>> installed_profiles_;  // as InstalledProfiles
  bool path_satisfied_ = false;
  std::map<Uuid, uint64_t> inbound_;  // bytes at the last look
  journal::Head head_;
  uint64_t acked_at_start_ = 0;
  std::map<std::string, std::string> warnings_;  // by what they are about
  Timer deadline_;
  Lifetime lifetime_;
};

}  // namespace holdfast::agent
