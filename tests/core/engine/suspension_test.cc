// What suspends enforcement: by what a person shows, by an administrator's order, by a window of the policy.
#include "fake_mac.h"

namespace holdfast {
namespace {

using ::testing::HasSubstr;
using SuspensionKind = SuspensionBegan::Kind;

constexpr char kReason[] = "on a call with the help desk";

class EngineSuspension : public ::testing::Test {
 protected:
  void Boot() {
    mac_.Boot(policy_);
    mac_.Advance(absl::Minutes(2));
  }
  AnswerRequest Override(Credential credential, absl::Duration duration = absl::ZeroDuration()) {
    UserRequest request;
    request.verb = UserRequest::Verb::kOverride;
    request.request = ++request_;
    request.service = kCorp;
    request.uid = 501;
    request.user = "anna";
    request.reason = kReason;
    request.duration = duration;
    request.credential = std::move(credential);
    mac_.Give(request);
    return mac_.AnswerTo(request_);
  }
  static Credential Code(const std::string& id, absl::Duration length = absl::Hours(8)) {
    return {.kind = Credential::Kind::kCode, .good = true, .id = id, .length = length};
  }
  static Credential Wrong(Credential::Kind kind) {
    return {.kind = kind, .good = false, .problem = "This is not the passcode."};
  }
  static SuspensionOrdered Order(uint64_t number, absl::Duration remaining, bool disconnect = false,
                                 SuspensionKind kind = SuspensionKind::kEmergency) {
    return {.kind = kind,
            .number = number,
            .reason = "gateway outage",
            .issued_by = "root admin",
            .disconnect = disconnect,
            .remaining = remaining};
  }
  FakeMac mac_;
  Policy policy_ = CorpPolicy();
  uint64_t request_ = 1000;
};

// --- what is shown

TEST_F(EngineSuspension, EachModeTakesWhatItAsksForAndNothingElse) {
  using Kind = Credential::Kind;
  const Credential kNothing{}, kPasscode{.kind = Kind::kPasscode, .good = true},
      kTicket{.kind = Kind::kTicket, .text = "INC1234567"}, kCode = Code("A");
  const struct {
    OverrideMode mode;
    bool nothing, passcode, ticket, code;
  } kModes[] = {{OverrideMode::kNone, false, false, false, false},
                {OverrideMode::kReason, true, true, true, true},
                {OverrideMode::kPasscode, false, true, false, true},
                {OverrideMode::kTicket, false, false, true, true},
                {OverrideMode::kAdminCode, false, false, false, true}};
  policy_.override_policy.ticket_pattern = "INC[0-9]{7}";
  for (const auto& mode : kModes) {
    policy_.override_policy.mode = mode.mode;
    for (const auto& [shown, good] : {std::pair(kNothing, mode.nothing), std::pair(kPasscode, mode.passcode),
                                      std::pair(kTicket, mode.ticket), std::pair(kCode, mode.code)}) {
      mac_ = FakeMac();
      Boot();
      EXPECT_EQ(Override(shown).status.ok(), good)
          << "mode " << static_cast<int>(mode.mode) << ", shown " << static_cast<int>(shown.kind);
    }
  }
}

TEST_F(EngineSuspension, ATicketMustLookLikeOneAndIsInTheRecord) {
  policy_.override_policy.mode = OverrideMode::kTicket;
  policy_.override_policy.ticket_pattern = "INC[0-9]{7}";
  Boot();
  const AnswerRequest refused = Override({.kind = Credential::Kind::kTicket, .text = "INC1234567x"});
  EXPECT_EQ(refused.status.code(), absl::StatusCode::kInvalidArgument);
  EXPECT_THAT(refused.text, HasSubstr("INC[0-9]{7}"));
  EXPECT_TRUE(Override({.kind = Credential::Kind::kTicket, .text = "INC1234567"}).status.ok());
  EXPECT_EQ(mac_.Rows<OverrideBegan>()[0].reason, absl::StrCat("[INC1234567] ", kReason));
}

TEST_F(EngineSuspension, ACodeIsGoodOnceAlsoAfterARestart) {
  policy_.override_policy.mode = OverrideMode::kAdminCode;
  Boot();
  EXPECT_TRUE(Override(Code("0A1B-0001"), absl::Minutes(5)).status.ok());
  ASSERT_EQ(mac_.Rows<CodeSpent>().size(), 1u);
  EXPECT_EQ(mac_.Rows<CodeSpent>()[0].code_id, "0A1B-0001");
  mac_.Advance(absl::Minutes(6));
  EXPECT_EQ(Override(Code("0A1B-0001")).status.code(), absl::StatusCode::kPermissionDenied);
  mac_.Restart(/*clean=*/false);
  EXPECT_EQ(Override(Code("0A1B-0001")).status.code(), absl::StatusCode::kPermissionDenied);
  EXPECT_TRUE(Override(Code("0A1B-0002")).status.ok());
}

TEST_F(EngineSuspension, ACodesRowIsBeforeTheOverrides) {
  Boot();
  Override(Code("A"));
  std::vector<std::string> kinds;
  for (const FakeMac::Row& row : mac_.rows()) {
    const std::string kind(RowKindName(KindOf(row.event)));
    if (kind == "code_spent" || kind == "override_began") kinds.push_back(kind);
  }
  EXPECT_THAT(kinds, ::testing::ElementsAre("code_spent", "override_began"));
}

TEST_F(EngineSuspension, ACodeLastsAsLongAsItSaysAndIsNotCounted) {
  policy_.override_policy.max_per_day = 1;
  policy_.override_policy.max_duration = absl::Minutes(30);
  Boot();
  EXPECT_TRUE(Override(Code("A", absl::Hours(8))).status.ok());
  mac_.Drops(kCorp, 20);
  mac_.Apply(policy_);  // which shortens what runs to 30 minutes, but not a code's
  mac_.Advance(absl::Hours(7));
  EXPECT_EQ(mac_.ClassOf("corp"), "excused/override");
  mac_.Restart();
  mac_.Advance(absl::Minutes(59));
  EXPECT_EQ(mac_.ClassOf("corp"), "excused/override");
  mac_.Advance(absl::Minutes(2));
  EXPECT_EQ(mac_.ClassOf("corp"), "protected/tunnel_up");
  EXPECT_TRUE(Override({}).status.ok()) << "the one of the day is left";
}

TEST_F(EngineSuspension, NoCodeIsForLongerThanHalfADay) {
  Boot();
  EXPECT_EQ(Override(Code("A", absl::Hours(20)), absl::Hours(13)).status.code(),
            absl::StatusCode::kInvalidArgument);
}

TEST_F(EngineSuspension, WhoGuessesIsStoppedForAnHour) {
  policy_.override_policy.mode = OverrideMode::kPasscode;
  Boot();
  for (int i = 0; i < 5; ++i) {
    EXPECT_EQ(Override(Wrong(Credential::Kind::kPasscode)).status.code(),
              i < 4 ? absl::StatusCode::kPermissionDenied : absl::StatusCode::kResourceExhausted);
  }
  EXPECT_EQ(Override({.kind = Credential::Kind::kPasscode, .good = true}).status.code(),
            absl::StatusCode::kResourceExhausted);
  mac_.Advance(absl::Minutes(61));
  EXPECT_TRUE(Override({.kind = Credential::Kind::kPasscode, .good = true}).status.ok());
}

TEST_F(EngineSuspension, AGuessIsInTheRecordBeforeItIsAnsweredAndNoneBeyondTheFifth) {
  policy_.override_policy.mode = OverrideMode::kPasscode;
  Boot();
  const size_t before = mac_.effects().size();
  Override(Wrong(Credential::Kind::kPasscode));
  std::vector<std::string> order;
  for (size_t i = before; i < mac_.effects().size(); ++i) {
    const Effect& effect = mac_.effects()[i].second;
    if (const auto* record = std::get_if<Record>(&effect)) order.push_back(Describe(record->event));
    if (std::holds_alternative<AnswerRequest>(effect)) order.emplace_back("answer");
  }
  EXPECT_THAT(order, ::testing::ElementsAre(HasSubstr("override asked by anna"),
                                            "a wrong passcode was shown for an override by anna", "answer"));
  for (int i = 0; i < 100; ++i) Override(Wrong(Credential::Kind::kCode));
  ASSERT_EQ(mac_.Rows<WrongCredential>().size(), 5u);
  EXPECT_EQ(mac_.Rows<WrongCredential>()[4], (WrongCredential{501, "anna", Credential::Kind::kCode}));
}

TEST_F(EngineSuspension, ARestartGivesNoFurtherGuesses) {
  policy_.override_policy.mode = OverrideMode::kPasscode;
  Boot();
  for (int i = 0; i < 3; ++i) Override(Wrong(Credential::Kind::kPasscode));
  mac_.Advance(absl::Minutes(10));
  mac_.Restart(/*clean=*/false);
  for (int i = 0; i < 2; ++i) Override(Wrong(Credential::Kind::kPasscode));
  mac_.Restart(/*clean=*/false);
  const Credential good{.kind = Credential::Kind::kPasscode, .good = true};
  EXPECT_EQ(Override(good).status.code(), absl::StatusCode::kResourceExhausted);
  mac_.Advance(absl::Minutes(10));
  mac_.Reboot();
  mac_.Advance(absl::Minutes(39));
  EXPECT_EQ(Override(good).status.code(), absl::StatusCode::kResourceExhausted)
      << "59 minutes after the first";
  mac_.Advance(absl::Minutes(2));
  EXPECT_TRUE(Override(good).status.ok());
}

TEST_F(EngineSuspension, AClockThatWasSetGivesNoFurtherGuesses) {
  policy_.override_policy.mode = OverrideMode::kAdminCode;
  Boot();
  for (int i = 0; i < 5; ++i) Override(Wrong(Credential::Kind::kCode));
  mac_.JumpWall(absl::Hours(5));
  mac_.Advance(absl::Minutes(1));
  mac_.Restart(/*clean=*/false);
  EXPECT_EQ(Override(Code("A")).status.code(), absl::StatusCode::kResourceExhausted);
  mac_.JumpWall(-absl::Hours(10));
  mac_.Advance(absl::Minutes(1));
  mac_.Reboot();
  EXPECT_EQ(Override(Code("A")).status.code(), absl::StatusCode::kResourceExhausted);
}

TEST_F(EngineSuspension, TheFifthWrongOneIsAnIncidentUntilAnHourAfterTheLast) {
  policy_.override_policy.mode = OverrideMode::kPasscode;
  Boot();
  for (int i = 0; i < 4; ++i) {
    Override(Wrong(Credential::Kind::kPasscode));
    mac_.Advance(absl::Minutes(1));
  }
  EXPECT_FALSE(mac_.IncidentIsOpen("override_guessing"));
  Override(Wrong(Credential::Kind::kPasscode));
  ASSERT_TRUE(mac_.IncidentIsOpen("override_guessing"));
  const IncidentOpened opened = mac_.Rows<IncidentOpened>().back();
  EXPECT_THAT(opened.summary, HasSubstr("within 4m 00s, the last one by anna"));
  EXPECT_THAT(opened.evidence, HasSubstr("wrong=5; within_s=240; user=anna; uid=501; shown=passcode"));
  mac_.Restart(/*clean=*/false);
  mac_.Advance(absl::Minutes(59));
  EXPECT_TRUE(mac_.IncidentIsOpen("override_guessing"));
  mac_.Advance(absl::Minutes(1) + absl::Seconds(1));
  EXPECT_FALSE(mac_.IncidentIsOpen("override_guessing"));
  EXPECT_EQ(mac_.Rows<IncidentOpened>().size(), 1u);
}

TEST_F(EngineSuspension, WhoIsNotAtTheMacUsesUpNoAttempts) {
  policy_.override_policy.mode = OverrideMode::kAdminCode;
  Boot();
  for (int i = 0; i < 20; ++i) {
    UserRequest request{.verb = UserRequest::Verb::kOverride, .service = kCorp, .uid = 502, .user = "bob"};
    request.request = ++request_;
    request.reason = kReason;
    request.credential = Wrong(Credential::Kind::kCode);
    mac_.Give(request);
    EXPECT_THAT(mac_.AnswerTo(request_).text, HasSubstr("belongs to the person at the Mac"));
  }
  EXPECT_TRUE(mac_.Rows<WrongCredential>().empty());
  EXPECT_TRUE(Override(Code("A")).status.ok());
}

TEST_F(EngineSuspension, TheRecordTellsNothingOfWhatWasTyped) {
  Boot();
  Override({.kind = Credential::Kind::kPasscode, .text = "open sesame", .good = true});
  for (const FakeMac::Row& row : mac_.rows())
    EXPECT_THAT(Describe(row.event), ::testing::Not(HasSubstr("sesame")));
}

// --- orders

TEST_F(EngineSuspension, AnEmergencyExcusesUntilItsEndAndLeavesSessionsAlone) {
  Boot();
  mac_.Give(Order(7, absl::Hours(2)));
  EXPECT_EQ(mac_.ClassOf("corp"), "protected/tunnel_up");
  EXPECT_EQ(mac_.Stops(kCorp), 0);
  mac_.Drops(kCorp, 20);
  mac_.Advance(absl::Minutes(119));
  EXPECT_EQ(mac_.ClassOf("corp"), "excused/emergency");
  EXPECT_EQ(mac_.Starts(kCorp), 1);
  EXPECT_THAT(mac_.VerdictOf("corp").detail, HasSubstr("gateway outage"));
  mac_.Advance(absl::Minutes(2));
  EXPECT_EQ(mac_.ClassOf("corp"), "protected/tunnel_up");
  ASSERT_EQ(mac_.Rows<SuspensionBegan>().size(), 1u);
  EXPECT_EQ(mac_.Rows<SuspensionBegan>()[0].number, 7u);
  ASSERT_EQ(mac_.Rows<SuspensionEnded>().size(), 1u);
  EXPECT_EQ(mac_.Rows<SuspensionEnded>()[0].why, "expired");
  EXPECT_TRUE(mac_.Rows<OverrideBegan>().empty());
}

TEST_F(EngineSuspension, AnEmergencyDisconnectsOnlyIfItSaysSo) {
  Boot();
  mac_.Give(Order(7, absl::Hours(2), /*disconnect=*/true));
  mac_.Advance(absl::Minutes(1));
  EXPECT_EQ(mac_.Stops(kCorp), 1);
  EXPECT_EQ(mac_.Real(kCorp), SessionStatus::kDisconnected);
  EXPECT_EQ(mac_.ClassOf("corp"), "excused/emergency");
}

TEST_F(EngineSuspension, InAuditModeNothingIsStopped) {
  policy_.mode = EnforcementMode::kAudit;
  Boot();
  mac_.Give(Order(7, absl::Hours(2), /*disconnect=*/true));
  mac_.Advance(absl::Minutes(1));
  EXPECT_EQ(mac_.Stops(kCorp), 0);
}

TEST_F(EngineSuspension, TheSameOrderAgainIsNoNewOne) {
  Boot();
  mac_.Give(Order(7, absl::Hours(2)));
  mac_.Give(Order(7, absl::Hours(2)));
  mac_.Restart(/*clean=*/false);
  mac_.Give(Order(7, absl::Hours(2)));
  EXPECT_EQ(mac_.Rows<SuspensionBegan>().size(), 1u);
  mac_.Drops(kCorp, 20);
  mac_.Advance(absl::Minutes(10));
  EXPECT_EQ(mac_.ClassOf("corp"), "excused/emergency");
  mac_.Advance(absl::Hours(2));
  EXPECT_EQ(mac_.ClassOf("corp"), "protected/tunnel_up");
}

TEST_F(EngineSuspension, AWithdrawalEndsItAtOnce) {
  Boot();
  mac_.Give(Order(7, absl::Hours(2)));
  mac_.Drops(kCorp, 20);
  mac_.Give(SuspensionOrdered{.number = 8, .withdraws = 7});
  mac_.Advance(absl::Minutes(1));
  EXPECT_EQ(mac_.ClassOf("corp"), "protected/tunnel_up");
  EXPECT_EQ(mac_.Rows<SuspensionEnded>()[0].why, "withdrawn");
}

TEST_F(EngineSuspension, NoOrderLastsLongerThanADay) {
  Boot();
  mac_.Give(Order(7, absl::Hours(1000)));
  mac_.Drops(kCorp, 20);
  mac_.Advance(absl::Hours(24) + absl::Minutes(1));
  EXPECT_EQ(mac_.ClassOf("corp"), "protected/tunnel_up");
}

TEST_F(EngineSuspension, AnotherUserDoesNotEndIt) {
  Boot();
  mac_.Give(Order(7, absl::Hours(2), false, SuspensionKind::kHold));
  mac_.Give(ConsoleUser{true, 502, "bert"});
  mac_.Drops(kCorp, 20);
  mac_.Advance(absl::Minutes(10));
  EXPECT_EQ(mac_.ClassOf("corp"), "excused/maintenance");
}

TEST_F(EngineSuspension, APersonNeitherEndsNorOverridesIt) {
  Boot();
  mac_.Give(Order(7, absl::Hours(2)));
  EXPECT_EQ(Override({}).status.code(), absl::StatusCode::kAlreadyExists);
  const uint64_t end = mac_.Ask(UserRequest::Verb::kEndOverride, Uuid{});
  EXPECT_EQ(mac_.AnswerTo(end).status.code(), absl::StatusCode::kNotFound);
  EXPECT_TRUE(mac_.Rows<SuspensionEnded>().empty());
}

// --- windows

class EngineMaintenance : public EngineSuspension {
 protected:
  void Window(absl::Duration from, absl::Duration until) {
    const WallTime now = mac_.Now().wall;
    policy_.maintenance = {{"upgrade", {}, now + from, now + until}};
    mac_.Apply(policy_);
  }
};

TEST_F(EngineMaintenance, OpensAndClosesByItself) {
  Boot();
  Window(absl::Minutes(10), absl::Minutes(40));
  mac_.Advance(absl::Minutes(11));
  ASSERT_EQ(mac_.Rows<SuspensionBegan>().size(), 1u);
  EXPECT_EQ(mac_.Rows<SuspensionBegan>()[0].name, "upgrade");
  mac_.Drops(kCorp, 20);
  mac_.Advance(absl::Minutes(28));
  EXPECT_EQ(mac_.ClassOf("corp"), "excused/maintenance");
  EXPECT_EQ(mac_.Starts(kCorp), 1);
  mac_.Advance(absl::Minutes(2));
  EXPECT_EQ(mac_.ClassOf("corp"), "protected/tunnel_up");
  EXPECT_EQ(mac_.Rows<SuspensionEnded>().size(), 1u);
}

TEST_F(EngineMaintenance, EndsWithThePolicyThatHadIt) {
  Boot();
  Window(absl::ZeroDuration(), absl::Hours(5));
  mac_.Drops(kCorp, 20);
  mac_.Advance(absl::Minutes(1));
  EXPECT_EQ(mac_.ClassOf("corp"), "excused/maintenance");
  policy_.maintenance.clear();
  mac_.Apply(policy_);
  mac_.Advance(absl::Minutes(1));
  EXPECT_EQ(mac_.ClassOf("corp"), "protected/tunnel_up");
}

TEST_F(EngineMaintenance, AClockSetForwardClosesIt) {
  Boot();
  Window(absl::ZeroDuration(), absl::Hours(2));
  mac_.Drops(kCorp, 20);
  mac_.Advance(absl::Minutes(1));
  mac_.JumpWall(absl::Hours(3));
  mac_.Advance(absl::Minutes(2));
  EXPECT_EQ(mac_.ClassOf("corp"), "protected/tunnel_up");
}

TEST_F(EngineMaintenance, ARestartInsideWritesNoSecondBegin) {
  Boot();
  Window(absl::ZeroDuration(), absl::Hours(2));
  mac_.Advance(absl::Minutes(1));
  mac_.Restart();
  mac_.Apply(policy_);
  mac_.Advance(absl::Minutes(1));
  EXPECT_EQ(mac_.Rows<SuspensionBegan>().size(), 1u);
}

}  // namespace
}  // namespace holdfast
