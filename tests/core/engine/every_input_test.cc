// Every phase of a service meets every kind of input: the promises hold in each of the pairs.
#include <functional>

#include "absl/strings/str_cat.h"
#include "core/engine/phase.h"
#include "fake_mac.h"
#include "invariants.h"

namespace holdfast {
namespace {

struct State {
  engine::Phase phase;
  SessionStatus status;  // delivered
  int starts, stops;     // sent since it was up
  std::function<void(FakeMac&)> reach;
};

const std::vector<State>& States() {
  using engine::Phase;
  static const auto& states = *new std::vector<State>{
      {Phase::kUnlearned, SessionStatus::kInvalid, 0, 0,
       [](FakeMac& mac) { mac.Give(SessionManagerRestarted{"pid 7"}); }},
      {Phase::kDown, SessionStatus::kDisconnected, 3, 0,
       [](FakeMac& mac) {
         mac.OutcomeOf(kCorp).stop_reason = 20;
         mac.Drops(kCorp, 20);
         mac.Advance(absl::Seconds(10));
       }},
      {Phase::kStarting, SessionStatus::kConnecting, 1, 0,
       [](FakeMac& mac) {
         mac.OutcomeOf(kCorp).hangs = true;
         mac.Drops(kCorp, 20);
         mac.Advance(absl::Seconds(1));
       }},
      {Phase::kConnecting, SessionStatus::kConnecting, 0, 0,
       [](FakeMac& mac) { mac.Deliver(kCorp, SessionStatus::kConnecting, {}, "Vendor[7]"); }},
      {Phase::kUp, SessionStatus::kConnected, 0, 0, [](FakeMac&) {}},
      {Phase::kStopping, SessionStatus::kDisconnecting, 1, 1,
       [](FakeMac& mac) {
         mac.OutcomeOf(kCorp).hangs = true;
         mac.HangStop(kCorp, true);
         mac.Drops(kCorp, 20);
         mac.Advance(absl::Seconds(160));
       }},
      {Phase::kDisconnecting, SessionStatus::kDisconnecting, 0, 0,
       [](FakeMac& mac) { mac.Deliver(kCorp, SessionStatus::kDisconnecting); }},
  };
  return states;
}

SessionEvent Event(SessionStatus status, std::optional<int> reason = {}) {
  SessionEvent event{.service = kCorp, .generation = 1'000'000, .status = status, .stop_reason = reason};
  if (reason) event.cause = CauseOfStopReason(*reason);
  return event;
}

std::vector<EngineInput> Inputs() {
  std::vector<EngineInput> inputs;
  for (int status = 0; status <= static_cast<int>(SessionStatus::kDisconnecting); ++status) {
    inputs.emplace_back(Event(static_cast<SessionStatus>(status)));
  }
  for (int reason = 0; reason <= 41; ++reason) {
    inputs.emplace_back(Event(SessionStatus::kDisconnected, reason));
  }
  for (int event = 1; event <= static_cast<int>(PowerEvent::kShutdown); ++event) {
    inputs.emplace_back(PowerChanged{static_cast<PowerEvent>(event)});
  }
  for (int verb = 1; verb <= 4; ++verb) {
    UserRequest request{
        .verb = static_cast<UserRequest::Verb>(verb), .request = 900, .service = kCorp, .uid = 501};
    request.reason = "a long enough reason";
    inputs.emplace_back(request);
  }
  InstalledFacts nothing, disabled;
  disabled.services = {CorpVpn()};
  disabled.services[0].enabled = false;
  Policy other = CorpPolicy();
  other.version = 77;
  for (const EngineInput& input : std::initializer_list<EngineInput>{
           AgentStarted{},
           AgentStopped{"stop"},
           PolicyApplied{std::make_shared<Policy>(other), {.version = 77}},
           PolicyRejected{{.outcome = PolicyChange::Outcome::kRejected}},
           PathFacts{},
           PathFacts{true, true, "en1", "home"},
           ConsoleUser{},
           ConsoleUser{true, 502, "grace"},
           nothing,
           disabled,
           ProbeResult{.service = kCorp, .target = "tcp:h:1"},
           SessionManagerRestarted{},
           CommandAnswer{1, {}},
           CommandAnswer{2, absl::UnavailableError("no")},
           IncidentReported{"disk_full", "", "full", true},
           TimerFired{},
           StartBurst{kCorp, "Vendor[7]", 99, absl::Seconds(2)},
           SetupFacts{true},
           SuspensionOrdered{.number = 3, .disconnect = true, .remaining = absl::Minutes(1)},
           SuspensionOrdered{.number = 4, .withdraws = 3}}) {
    inputs.push_back(input);
  }
  NetworkFacts around;
  around.interfaces = {{"en0", true, false}};
  around.route_v4 = "en0";
  SystemFacts system;
  system.xsan_volumes = {"/Volumes/x"};
  for (const EngineInput& input : std::initializer_list<EngineInput>{
           around, PortalFacts{PortalState::kCaptive, "office", "a page"},
           PortalFacts{PortalState::kOpen, "office", ""}, BeaconFacts{"Head office", "office", true, "a key"},
           BeaconFacts{"Head office", "office", false, "silent"}, RestartBrake{absl::Hours(1), "many"},
           system, ServerContact{"server:1", false, "refused"},
           LogFinding{LogFinding::What::kProxySaveDenied, "com.example.proxy", "denied"},
           SelfCheck{"installation", {{"signature", false, "unsigned"}}}}) {
    inputs.push_back(input);
  }
  return inputs;
}

Policy WithEverything() {
  Policy policy = CorpPolicy();
  policy.liveness.probes = {{.tcp = {"10.66.0.1", 443}}};
  policy.coverage = {CoverageItem::kDefaultRouteIpv4};
  policy.trusted_networks = {
      {.name = "Head office", .beacon = {"beacon", 443}, .spki = {std::string(64, 'a')}}};
  policy.trusted_network_action = TrustedAction::kDisconnect;
  return policy;
}

void Meet(const State& state, const Policy& policy, const EngineInput& input) {
  FakeMac mac;
  Invariants invariants([](const std::string& what) { ADD_FAILURE() << what; });
  mac.on_step = [&](const EngineInput& step, const std::vector<Effect>& effects) {
    const Stamp now = mac.Now();
    invariants.OnStep(now, now.mono, step, effects, mac.engine().NextDeadline());
  };
  mac.Boot(policy);
  mac.Advance(absl::Minutes(2));
  const int starts = mac.Starts(kCorp), stops = mac.Stops(kCorp);
  state.reach(mac);
  EXPECT_EQ(SessionStatusName(mac.ServiceViewOf("corp").status), SessionStatusName(state.status));
  EXPECT_EQ(mac.Starts(kCorp) - starts, state.starts);
  EXPECT_EQ(mac.Stops(kCorp) - stops, state.stops);
  mac.Give(input);
  mac.Advance(absl::Minutes(20));
}

TEST(EngineEveryInput, KeepsThePromisesInEveryPhase) {
  const std::vector<EngineInput> inputs = Inputs();
  std::vector<bool> kinds(std::variant_size_v<EngineInput>);
  for (const Policy& policy : {CorpPolicy(), WithEverything()}) {
    for (const State& state : States()) {
      for (size_t i = 0; i < inputs.size(); ++i) {
        SCOPED_TRACE(absl::StrCat(engine::PhaseName(state.phase), " x input ", i));
        kinds[inputs[i].index()] = true;
        Meet(state, policy, inputs[i]);
        if (HasFailure()) return;
      }
    }
  }
  EXPECT_EQ(std::count(kinds.begin(), kinds.end(), true), static_cast<std::ptrdiff_t>(kinds.size()));
}

}  // namespace
}  // namespace holdfast
