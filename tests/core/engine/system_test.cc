// What the system around the sessions tells: its checks, the reachability of hosts, and suspects.
#include "fake_mac.h"

namespace holdfast {
namespace {

using ::testing::HasSubstr;

InstalledFacts With(const std::vector<ExtensionFacts>& extensions) {
  InstalledFacts installed;
  installed.services = {CorpVpn()};
  installed.extensions = extensions;
  return installed;
}

class EngineSystem : public ::testing::Test {
 protected:
  EngineSystem() {
    policy_ = CorpPolicy();
    policy_.transparent_proxies.must_reach.clear();
    policy_.os_update_grace = policy_.extension_update_grace = absl::ZeroDuration();
  }
  void Boot() { mac_.Boot(policy_); }
  std::string Opened(const std::string& name) {
    for (const IncidentOpened& incident : mac_.Rows<IncidentOpened>()) {
      if (incident.name == name)
        return incident.summary + " | " + incident.evidence + " | " + incident.suspects;
    }
    return "";
  }
  bool Passed(const std::string& name) {
    for (const CheckResult& check : mac_.View().checks) {
      if (check.name == name) return check.passed;
    }
    ADD_FAILURE() << "there is no check " << name;
    return false;
  }
  void Require(const std::string& minimum) {
    RequiredExtension required;
    required.bundle_identifier = "com.example.ext";
    required.minimum_version = minimum;
    policy_.system_extensions = {required};
  }

  FakeMac mac_;
  Policy policy_;
};

TEST_F(EngineSystem, UnchangedFactsLeaveNoRow) {
  Boot();
  SystemFacts facts;
  facts.xsan_volumes = {"/Volumes/San"};
  for (int i = 0; i < 3; ++i) mac_.Give(facts);
  EXPECT_EQ(mac_.Rows<SystemFacts>().size(), 1u);
  for (int i = 0; i < 3; ++i) mac_.Give(SelfCheck{"session", {{"start", true, ""}}});
  EXPECT_EQ(mac_.Rows<SelfCheck>().size(), 1u);
  for (int i = 0; i < 3; ++i) mac_.Give(ServerContact{"s:1", false, "timed out"});
  EXPECT_EQ(mac_.Rows<ServerContact>().size(), 1u);
}

TEST_F(EngineSystem, VersionsAreComparedAsNumbers) {
  Require("1.10");
  Boot();
  mac_.Give(With({{"T", "com.example.ext", "1.9.9", "activated enabled"}}));
  EXPECT_THAT(Opened("extension_stale"), HasSubstr("version 1.9.9, required is 1.10"));
  mac_.Give(With({{"T", "com.example.ext", "1.10.0", "activated enabled"}}));
  EXPECT_FALSE(mac_.IncidentIsOpen("extension_stale"));
  EXPECT_TRUE(Passed("system_extension:com.example.ext"));
}

TEST_F(EngineSystem, AnExtensionOfAnotherTeamIsNotTheRequiredOne) {
  Require("1");
  policy_.system_extensions[0].team = "OURS";
  Boot();
  mac_.Give(With({{"THEIRS", "com.example.ext", "2", "activated enabled"}}));
  EXPECT_THAT(Opened("extension_not_running"), HasSubstr("not installed"));
}

TEST_F(EngineSystem, WhatCannotBeToldIsNeverCompliantAndNoIncident) {
  policy_.failure_posture = FailurePosture::kClosed;
  Boot();
  mac_.Give(SystemFacts{});
  EXPECT_FALSE(Passed("failure_posture:" + kCorp.ToString()));
  EXPECT_EQ(Opened("failure_posture_open"), "");
  SystemFacts facts;
  facts.postures = {{kCorp, std::nullopt, true}};
  mac_.Give(facts);
  EXPECT_TRUE(Passed("failure_posture:" + kCorp.ToString()));
}

TEST_F(EngineSystem, ACapabilityThatWasNeverThereIsNotLost) {
  Boot();
  mac_.Give(SelfCheck{"session", {{"start", true, ""}, {"info2", false, "no such symbol"}}});
  EXPECT_FALSE(mac_.IncidentIsOpen("capability_lost"));
  mac_.Restart();
  mac_.Give(SelfCheck{"session", {{"start", false, "no such symbol"}, {"info2", false, "no such symbol"}}});
  EXPECT_THAT(Opened("capability_lost"), HasSubstr("start"));
}

TEST_F(EngineSystem, TamperProtectionCanBeOff) {
  policy_.tamper_protection = false;
  Boot();
  mac_.Give(SelfCheck{kInstallation, {{"signature", false, "changed"}}});
  EXPECT_FALSE(mac_.IncidentIsOpen("tamper"));
  policy_.tamper_protection = true;
  mac_.Apply(policy_);
  EXPECT_TRUE(mac_.IncidentIsOpen("tamper"));
}

TEST_F(EngineSystem, SuspectsSurviveARestart) {
  Boot();
  mac_.Advance(absl::Minutes(30));
  mac_.SetPath(true, "home");
  mac_.Advance(absl::Minutes(2));
  mac_.Restart();
  mac_.Give(IncidentReported{"slow_start", "", "slow"});
  EXPECT_THAT(Opened("slow_start"), HasSubstr("network changed 2m 00s before"));
}

// The verdicts and suspects of a run that begins on another OS build.
TEST_F(EngineSystem, AnotherOsBuildIsASuspectAndAGrace) {
  const auto started = [](const std::string& build, const Stamp& alive) {
    return AgentStarted{"1", build, alive, true};
  };
  const Stamp first{{{1}}, {absl::ToInt64Nanoseconds(absl::Hours(1))}, {0}};
  Engine engine(7);
  engine.Recall(first, 1, started("25A1", first));
  const Stamp now{{{1}}, first.mono + absl::Hours(1), first.wall + absl::Hours(1)};
  policy_.os_update_grace = absl::Minutes(15);
  engine.Step(now, started("26A2", first));
  engine.Step(now, PolicyApplied{std::make_shared<Policy>(policy_), {}});
  engine.Step(now, With({}));
  engine.Step(now, PathFacts{true, true, "en0", "office"});
  engine.Step(now, ConsoleUser{});
  engine.Step(now, SessionEvent{.service = kCorp, .generation = 1, .status = SessionStatus::kDisconnected});
  engine.Step(now, IncidentReported{"slow_start", "", "slow"});
  const EngineView view = engine.View(now);
  ASSERT_EQ(view.incidents.size(), 1u);
  EXPECT_THAT(view.incidents[0].incident.suspects, HasSubstr("macOS 25A1 -> 26A2"));
  ASSERT_FALSE(view.services.empty());
  EXPECT_EQ(view.services[0].verdict.cause, "post_update_grace");
}

// --- hosts that must answer

class EngineReachability : public EngineSystem {
 protected:
  EngineReachability() { policy_.transparent_proxies.must_reach = {{"updates.example.com", 443}}; }
  void InstallProxy() {
    InstalledFacts installed = With({});
    ProxyFacts proxy;
    proxy.bundle_id = "com.example.proxy";
    proxy.order_state = OrderState::kValid;
    installed.proxies = {proxy};
    mac_.Give(installed);
  }
  int Asked() const {
    int count = 0;
    for (const auto& [at, effect] : mac_.effects()) {
      const auto* probe = std::get_if<RunProbe>(&effect);
      count += probe != nullptr && probe->service.IsNil();
    }
    return count;
  }
};

TEST_F(EngineReachability, NobodyIsAskedWhileNothingStandsInBetween) {
  Boot();
  mac_.Advance(absl::Hours(2));
  EXPECT_EQ(Asked(), 0);
}

TEST_F(EngineReachability, HostsAreAskedWhileAProxyRunsAndOnlyThen) {
  Boot();
  InstallProxy();
  mac_.Advance(absl::Hours(1));
  EXPECT_GE(Asked(), 10);
  EXPECT_LE(Asked(), 14);
  mac_.Give(With({}));
  const int before = Asked();
  mac_.Advance(absl::Hours(1));
  EXPECT_EQ(Asked(), before);
}

TEST_F(EngineReachability, AHostThatFailsWhileATunnelWorksIsPutDownToTheProxy) {
  Boot();
  InstallProxy();
  mac_.Advance(absl::Minutes(20));
  mac_.probes_answer = false;
  mac_.Advance(absl::Minutes(20));
  EXPECT_THAT(Opened("update_path_proxied"), HasSubstr("updates.example.com:443"));
  mac_.probes_answer = true;
  mac_.Advance(absl::Minutes(1));
  EXPECT_FALSE(mac_.IncidentIsOpen("update_path_proxied"));
}

TEST_F(EngineReachability, WhereNothingAtAllAnswersTheNetworkIsToBlameAndNotTheProxy) {
  Boot();
  InstallProxy();
  mac_.OutcomeOf(kCorp) = {.stop_reason = 20};
  mac_.Drops(kCorp, 20);
  mac_.probes_answer = false;
  mac_.Advance(absl::Minutes(30));
  EXPECT_EQ(Opened("update_path_proxied"), "");
}

TEST_F(EngineReachability, AnEmptyListAsksNobody) {
  policy_.transparent_proxies.must_reach.clear();
  Boot();
  InstallProxy();
  mac_.Advance(absl::Hours(1));
  EXPECT_EQ(Asked(), 0);
}

TEST_F(EngineReachability, AnOutageLongAfterAnUpdateIsNotPutDownToIt) {
  Boot();
  mac_.Give(With({{"T", "com.example.ext", "1", "activated enabled"}}));
  mac_.Give(With({{"T", "com.example.ext", "2", "activated enabled"}}));
  mac_.Advance(absl::Minutes(59));
  EXPECT_GT(Asked(), 100);
  mac_.Advance(absl::Minutes(2));
  const int before = Asked();
  mac_.probes_answer = false;
  mac_.Advance(absl::Minutes(30));
  EXPECT_EQ(Asked(), before);
  EXPECT_EQ(Opened("network_down_after_update"), "");
}

TEST_F(EngineReachability, WhileTheNetworkIsDownAfterAnUpdateNothingIsStarted) {
  Boot();
  mac_.Give(With({{"T", "com.example.ext", "1", "activated enabled"}}));
  mac_.Give(With({{"T", "com.example.ext", "2", "activated enabled"}}));
  mac_.probes_answer = false;
  mac_.Advance(absl::Minutes(2));
  EXPECT_THAT(Opened("network_down_after_update"), HasSubstr("went from 1 to 2"));
  mac_.Drops(kCorp, 20);
  const int before = mac_.Starts(kCorp);
  mac_.Advance(absl::Hours(2));
  EXPECT_EQ(mac_.Starts(kCorp), before);
  EXPECT_EQ(mac_.ClassOf("corp"), "no_network/down_after_update");
  mac_.probes_answer = true;
  mac_.Advance(absl::Minutes(1));
  EXPECT_FALSE(mac_.IncidentIsOpen("network_down_after_update"));
  EXPECT_EQ(mac_.Starts(kCorp), before + 1);
}

}  // namespace
}  // namespace holdfast
