#include "proto/wire/event_codec.h"

#include <gtest/gtest.h>

namespace holdfast::wire {
namespace {

Uuid Id(const char* name) {
  return Uuid::FromName(name);
}
Stamp At() {
  return {{{1, 2, 3}}, {44}, {55}};
}

// One value of every event, with every field set to something that is not its default.
std::vector<Event> OneOfEach() {
  InstalledFacts installed;
  installed.services.push_back({Id("s"), "Corp", ServiceType::kIkev2, "pay", "prof", "prov",
                                "vpn.example.com", ProfileScope::kUser, false, true, true});
  installed.proxies.push_back({"com.example.p", "P", "prof", OrderState::kValid, 7});
  installed.filters.push_back({"b", "pb", "F", "prof", "firewall", true, true, false, false});
  installed.extensions.push_back({"TEAM", "b", "1.2", "activated enabled"});
  installed.findings.push_back({"vpn-missing-subtype", "file", "text"});
  SystemFacts system;
  system.configurations.push_back({"com.example.vpn", Provenance::kDeclaration, true});
  system.unread = {"declarations"};
  system.extensions.push_back({"b", true, false, 9, "later version of operating system"});
  system.dns_proxies.push_back({"com.example.dns", "D", "prof", false});
  system.postures.push_back({Id("s"), true, false});
  system.xsan_volumes = {"/Volumes/San"};
  system.effective_order = {"com.example.p"};
  return {
      EpochBegan{"created", 99},
      Gap{1, 5, 4, Sha256("x")},
      Pruned{12, Sha256("y")},
      AgentStarted{"0.1", "26A1", At(), true},
      AgentStopped{"shutdown"},
      SessionEvent{Id("s"), 3, SessionStatus::kDisconnected, 20, FailureCause::kServerUnreachable,
                   "System Settings[3]", "d"},
      PathFacts{true, true, "en0", "net"},
      PowerChanged{PowerEvent::kDarkWake},
      ConsoleUser{true, 501, "alice"},
      installed,
      ProbeResult{Id("s"), "tcp:h:1", true, "e", absl::Milliseconds(3)},
      PolicyChange{PolicyChange::Outcome::kRejected, 8, Sha256("p"), "server", "bad"},
      SessionManagerRestarted{"pid 1"},
      UserRequest{UserRequest::Verb::kOverride, 0, Id("s"), 501, "alice", "meeting", absl::Minutes(5)},
      ClockJump{-absl::Hours(24)},
      NetworkFacts{.interfaces = {{"en0", true, false}, {"utun4", false, true}},
                   .route_v4 = "utun4",
                   .route_v6 = "en0",
                   .resolvers = {{"10.0.0.53", "utun4"}, {"fd00::53", ""}},
                   .private_relay = false},
      PortalFacts{PortalState::kCaptive, "network", "302"},
      BeaconFacts{"office", "network", true, "key"},
      RestartBrake{absl::Minutes(5), "half of the fleet"},
      Command{5, Command::Verb::kStop, Id("s"), "ladder", true, false, true},
      CommandOutcome{5, Id("s"), CommandOutcome::Result::kSkipped, FailureCause::kTimeout, "d"},
      Verdict{"k", "r", Id("s"), "Corp", TimeClass::kViolation, "user", "d"},
      IncidentOpened{"stuck_connecting", "error", "k", "s", "e", "w"},
      IncidentClosed{"stuck_connecting", "k", 4, "connected"},
      CheckResult{"proxy_order", true, "d"},
      OverrideBegan{Id("s"), 501, "alice", "meeting", {77}, {88}},
      OverrideEnded{Id("s"), "expired"},
      RetryState{Id("s"), 3, FailureCause::kTimeout, "d", absl::Seconds(4), 2, absl::Minutes(9)},
      system,
      ServerContact{"s:1", true, "e"},
      LogFinding{LogFinding::What::kProxySaveDenied, "com.example.p", "permission denied"},
      SelfCheck{"installation", {{"signature", true, "d"}}},
      StartBurst{Id("s"), "Vendor[9]", 900, absl::Seconds(2)},
      SetupFacts{true},
      SuspensionBegan{SuspensionBegan::Kind::kHold, 7, "n", "r", "i", true, WallTime{5}, MonoTime{6}},
      SuspensionEnded{SuspensionBegan::Kind::kWindow, 8, "n", "w"},
      CodeSpent{"c", Id("s"), 501, absl::Hours(2)},
      WrongCredential{501, "alice", Credential::Kind::kPasscode},
  };
}

TEST(EventCodec, EveryEventSurvivesTheRoundTrip) {
  const auto events = OneOfEach();
  ASSERT_EQ(events.size(), std::variant_size_v<Event>);
  for (size_t i = 0; i < events.size(); ++i) {
    ASSERT_EQ(events[i].index(), i) << "one of each, in the variant's order";
    auto back =
        DecodeEvent(static_cast<uint16_t>(KindOf(events[i])), kPayloadVersion, EncodeEvent(events[i]));
    ASSERT_TRUE(back.ok()) << back.status();
    EXPECT_TRUE(*back == events[i]) << RowKindName(KindOf(events[i]));
    EXPECT_FALSE(Describe(events[i]).empty());
  }
}

// As in tests/golden/journal/vectors.json.
TEST(EventCodec, AWrongCredentialIsWhoAndWhatKindAndNothingThatWasTyped) {
  const WrongCredential wrong{501, "anna", Credential::Kind::kPasscode};
  EXPECT_EQ(EncodeEvent(wrong), absl::string_view("\x08\xf5\x03\x12\x04"
                                                  "anna\x18\x01",
                                                  11));
  EXPECT_EQ(Describe(wrong), "a wrong passcode was shown for an override by anna");
}

TEST(EventCodec, UnsetOptionalsStayUnset) {
  SessionEvent e{Id("s"), 1, SessionStatus::kConnected, std::nullopt, FailureCause::kNone, "", ""};
  auto back = DecodeEvent(20, kPayloadVersion, EncodeEvent(e));
  ASSERT_TRUE(back.ok());
  EXPECT_EQ(std::get<SessionEvent>(*back).stop_reason, std::nullopt);
}

TEST(EventCodec, ANewerKindOrVersionIsToldApartFromDamage) {
  EXPECT_EQ(DecodeEvent(9999, kPayloadVersion, "").status().code(), absl::StatusCode::kUnimplemented);
  EXPECT_EQ(DecodeEvent(20, 2, "").status().code(), absl::StatusCode::kUnimplemented);
  EXPECT_EQ(DecodeEvent(20, kPayloadVersion, "\xff\xff").status().code(), absl::StatusCode::kDataLoss);
  EXPECT_EQ(DecodeEvent(20, kPayloadVersion, absl::string_view("\x0a\x02zz", 4)).status().code(),
            absl::StatusCode::kDataLoss);
}

TEST(EventCodec, AnUnknownClassOfTimeIsNeverCountedAsGood) {
  Verdict v{"k", "r", Id("s"), "n", static_cast<TimeClass>(77), "c", "d"};
  auto back = DecodeEvent(50, kPayloadVersion, EncodeEvent(v));
  ASSERT_TRUE(back.ok());
  EXPECT_EQ(std::get<Verdict>(*back).time_class, TimeClass::kUnknown);
}

}  // namespace
}  // namespace holdfast::wire
