// A thousand seeded lives of a Mac. A failure prints its seed and trace; HOLDFAST_SEED=N lives that one
// alone.
#include <cstdlib>
#include <iostream>

#include "absl/strings/str_cat.h"
#include "fake_mac.h"
#include "invariants.h"

namespace holdfast {
namespace {

constexpr int kReasons[] = {0, 1, 4, 8, 9, 12, 17, 20, 23, 24, 27, 33, 34, 37, 39};

ServiceFacts Facts(const std::string& name, const std::string& generation = "") {
  ServiceFacts facts;
  facts.id = Uuid::FromName(name + generation);
  facts.name = name;
  facts.type = ServiceType::kIkev2;
  return facts;
}

class Life {
 public:
  explicit Life(uint64_t seed)
      : wakes_for_nothing_(seed % 5 == 0),
        dice_{seed},
        mac_(seed),
        invariants_([](const std::string& what) { ADD_FAILURE() << what; }) {
    mac_.on_step = [this](const EngineInput& input, const std::vector<Effect>& effects) {
      const Stamp now = mac_.Now();
      invariants_.OnStep(now, now.mono, input, effects, mac_.engine().NextDeadline());
      if (wakes_for_nothing_) WakeForNothing(now);
    };
  }

  // How often something had to be connected, so far.
  int bounds_checked() const { return bounds_checked_; }

  // What the engine did, as text.
  std::string Run(int actions) {
    mac_.boots_logged_in = Chance(0.7);
    mac_.boots_with_path = Chance(0.8);
    mac_.honours_on_behalf = Chance(0.8);
    mac_.Boot(RandomPolicy());
    mac_.Install(services_);
    for (const ServiceFacts& facts : services_) mac_.Deliver(facts.id, SessionStatus::kDisconnected);
    for (int i = 0; i < actions && !::testing::Test::HasFailure(); ++i) {
      CheckConnected();
      Act();
      disturbed_ = mac_.Now().mono;
      mac_.Advance(RandomPause());
    }
    CheckConnected();
    std::string trace;
    for (const FakeMac::Row& row : mac_.rows()) {
      absl::StrAppend(&trace, row.at.mono.ns, " ", SubjectOf(row.event), " ", Describe(row.event), "\n");
    }
    return trace;
  }

 private:
  // What can be connected is, within its bound after the last thing that happened to it.
  void CheckConnected() {
    const absl::Duration undisturbed = mac_.Now().mono - disturbed_;
    for (const ServiceFacts& facts : services_) {
      if (!invariants_.MustBeConnected(facts.id, undisturbed, /*trusted=*/false) ||
          !mac_.CouldConnect(facts.id)) {
        continue;
      }
      ++bounds_checked_;
      EXPECT_EQ(mac_.Real(facts.id), SessionStatus::kConnected)
          << facts.name << " can be connected and is not, undisturbed for "
          << absl::FormatDuration(undisturbed);
    }
  }

  // Each Step leaves nothing undone, and no deadline out.
  void WakeForNothing(const Stamp& now) {
    const std::optional<MonoTime> deadline = mac_.engine().NextDeadline();
    const std::vector<Effect> effects = mac_.engine().Step(now, TimerFired{});
    EXPECT_TRUE(effects.empty()) << "a wake at once after an input does something: " << Text(effects[0]);
    const std::optional<MonoTime> again = mac_.engine().NextDeadline();
    EXPECT_TRUE(!again || (deadline && *deadline <= *again)) << "the input forgot a deadline";
  }
  static std::string Text(const Effect& effect) {
    const Record* record = std::get_if<Record>(&effect);
    return record ? Describe(record->event) : absl::StrCat("effect ", effect.index());
  }

  bool Chance(double p) { return dice_.Uniform() < p; }
  int Pick(int n) { return static_cast<int>(dice_.Below(static_cast<uint64_t>(n))); }
  const Uuid& AnyService() {
    return services_[static_cast<size_t>(Pick(static_cast<int>(services_.size())))].id;
  }
  int AnyReason() { return kReasons[Pick(static_cast<int>(std::size(kReasons)))]; }

  absl::Duration RandomPause() {
    const absl::Duration pauses[] = {absl::ZeroDuration(), absl::Milliseconds(5), absl::Milliseconds(100),
                                     absl::Seconds(1),     absl::Seconds(20),     absl::Minutes(3),
                                     absl::Minutes(15),    absl::Hours(2)};
    return pauses[Pick(8)];
  }

  Policy RandomPolicy() {
    Policy policy = CorpPolicy();
    policy.mode = Chance(0.85) ? EnforcementMode::kEnforce
                               : (Chance(0.7) ? EnforcementMode::kAudit : EnforcementMode::kOff);
    policy.services.clear();
    const bool grouped = Chance(0.3);
    for (const char* name : {"One", "Two"}) {
      ServiceRule rule;
      rule.label = name;
      rule.match.name = name;
      rule.authentication = static_cast<Authentication>(Pick(3));
      rule.always_connected = {
          .enabled = true, .allow_disconnect = Chance(0.3), .since = static_cast<Since>(Pick(3))};
      if (grouped) rule.always_connected.conflict_group = "tunnels";
      if (rule.always_connected.allow_disconnect && Chance(0.5))
        rule.always_connected.reconnect_after.reset();
      policy.services.push_back(rule);
    }
    policy.reconnect.settle = absl::Seconds(Pick(4));
    policy.reconnect.backoff.jitter = 0.5;
    policy.reconnect.backoff.max = Chance(0.5) ? absl::Seconds(3) : absl::Minutes(5);
    policy.reconnect.budget = {.per_hour = 1 + Pick(20), .per_ten_minutes = 1 + Pick(8)};
    policy.circuit_breaker.failed_ladders = 1 + Pick(3);
    policy.boot_grace = absl::Seconds(Pick(3) * 60);
    policy.login_grace = absl::Seconds(Pick(3) * 60);
    policy.wake_grace = absl::Seconds(Pick(3) * 30);
    policy.ignore_dark_wake = Chance(0.8);
    if (Chance(0.1)) policy.liveness.probes = {{.tcp = {"10.0.0.1", 443}}};
    if (Chance(0.2)) policy.override_policy.mode = OverrideMode::kNone;
    if (Chance(0.4)) policy.override_policy.mode = OverrideMode::kPasscode;
    if (Chance(0.2)) policy.ladder = {LadderStep::kNotify, LadderStep::kStopWaitStart};
    return policy;
  }

  void Act() {
    switch (Pick(20)) {
      case 0:
        return mac_.PersonStarts(AnyService());
      case 1:
        return mac_.PersonStops(AnyService());
      case 2:
      case 3:
        return mac_.Drops(AnyService(), AnyReason());
      case 4:
        return Temper();
      case 5:
        return mac_.SetPath(Chance(0.7), Chance(0.5) ? "office" : "home");
      case 6:
        return Chance(0.6) ? mac_.Login(Chance(0.7) ? 501 : 502, "user") : mac_.Logout();
      case 7:
        return mac_.Give(PowerChanged{static_cast<PowerEvent>(1 + Pick(3))});
      case 8:
      case 9:
        return Ask();
      case 10:
        return Lie();
      case 11:
        return mac_.ManagerRestarts(Chance(0.5));
      case 12:
        return Chance(0.3) ? mac_.Apply(RandomPolicy()) : void();
      case 13:
        return Reinstall();
      case 14:
        return Restart();
      case 15:
        mac_.probes_answer = Chance(0.5);
        return mac_.JumpWall(absl::Seconds(Pick(100) - 50));
      case 17:
        return mac_.Give(StartBurst{AnyService(), "Vendor[7]", 30 + Pick(900), absl::Seconds(2)});
      case 18:
        return mac_.Give(SetupFacts{Chance(0.3)});
      case 19:
        return GuessOn();
      case 16:
        mac_.start_answer = Chance(0.3) ? absl::UnavailableError("not now") : absl::OkStatus();
        return;
    }
  }

  // How the next attempts of a service end.
  void Temper() {
    const Uuid service = AnyService();
    Outcome outcome;
    if (Chance(0.5)) outcome.stop_reason = AnyReason();
    outcome.hangs = Chance(0.2);
    outcome.silent = Chance(0.1);
    outcome.after = absl::Milliseconds(10 + Pick(5000));
    mac_.OutcomeOf(service) = outcome;
    mac_.HangStop(service, Chance(0.15));
  }

  void Ask() {
    const auto verb = static_cast<UserRequest::Verb>(1 + Pick(4));
    const Uuid service = Chance(0.15) ? Uuid{} : AnyService();
    mac_.Ask(verb, service, Chance(0.8) ? "a long enough reason" : "short", absl::Minutes(Pick(80)),
             Chance(0.8) ? std::nullopt : std::optional<uint32_t>(Pick(2) * 502), Show());
  }

  // What is shown for an override.
  Credential Show() {
    using Kind = Credential::Kind;
    if (Chance(0.5)) return {};
    Credential shown{.kind = Chance(0.7) ? Kind::kPasscode : Kind::kCode, .good = Chance(0.2)};
    if (!shown.good) shown.problem = "This is not it.";
    if (shown.kind == Kind::kCode) shown.id = absl::StrCat("code ", ++codes_), shown.length = absl::Hours(2);
    return shown;
  }

  // Somebody who does not know it tries what comes to mind.
  void GuessOn() {
    for (int left = 1 + Pick(6); left > 0; --left) {
      const Credential wrong{
          .kind = Credential::Kind::kPasscode, .good = false, .problem = "This is not the passcode."};
      mac_.Ask(UserRequest::Verb::kOverride, AnyService(), "a long enough reason", absl::Minutes(5), {},
               wrong);
      if (Chance(0.2)) Restart();
    }
  }

  // Something that no session manager should say, or says late.
  void Lie() {
    std::optional<int> reason;
    const auto status = static_cast<SessionStatus>(Pick(6));
    if (status == SessionStatus::kDisconnected) reason = AnyReason();
    mac_.Deliver(AnyService(), status, reason, Chance(0.5) ? "Vendor[7]" : "");
  }

  void Reinstall() {
    if (Chance(0.5)) {
      services_[0] = Facts("One", absl::StrCat(Pick(3)));
    } else {
      services_[1].enabled = Chance(0.7);
    }
    mac_.Install(services_);
  }

  void Restart() {
    invariants_.AgentRestarts();
    mac_.Restart(Chance(0.5));
  }

  const bool wakes_for_nothing_;
  SplitMix64 dice_;
  FakeMac mac_;
  Invariants invariants_;
  int codes_ = 0;
  int bounds_checked_ = 0;
  MonoTime disturbed_;
  std::vector<ServiceFacts> services_ = {Facts("One"), Facts("Two"), Facts("Nobody's")};
};

TEST(EngineProperties, HoldInEveryLife) {
  const char* only = std::getenv("HOLDFAST_SEED");
  int bounds_checked = 0;
  for (uint64_t seed = only ? std::strtoull(only, nullptr, 10) : 1; seed <= 1000 && !HasFailure(); ++seed) {
    SCOPED_TRACE(absl::StrCat("seed ", seed));
    Life life(seed);
    const std::string trace = life.Run(60);
    bounds_checked += life.bounds_checked();
    if (only || HasFailure()) std::cerr << trace;
    if (only) return;
  }
  if (!HasFailure()) EXPECT_GT(bounds_checked, 300) << "hardly anything ever had to be connected";
}

TEST(EngineProperties, TheSameLifeGivesTheSameDecisions) {
  for (uint64_t seed = 1; seed <= 50; ++seed) {
    EXPECT_TRUE(Life(seed).Run(60) == Life(seed).Run(60)) << "seed " << seed;
  }
}

}  // namespace
}  // namespace holdfast
