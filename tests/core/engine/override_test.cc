#include "fake_mac.h"

namespace holdfast {
namespace {

using ::testing::HasSubstr;

constexpr char kReason[] = "on a call with the help desk";

class EngineOverride : public ::testing::Test {
 protected:
  EngineOverride() {
    policy_ = CorpPolicy();
    mac_.Boot(policy_);
    mac_.Advance(absl::Minutes(2));
  }
  AnswerRequest Override(absl::Duration d, const std::string& reason = kReason,
                         std::optional<uint32_t> uid = {}, Uuid service = kCorp) {
    return mac_.AnswerTo(mac_.Ask(UserRequest::Verb::kOverride, service, reason, d, uid));
  }
  FakeMac mac_;
  Policy policy_;
};

TEST_F(EngineOverride, ExcusesAndDoesNotStartUntilItsEnd) {
  EXPECT_TRUE(Override(absl::Minutes(30)).status.ok());
  mac_.PersonStops(kCorp);
  mac_.Advance(absl::Minutes(29));
  EXPECT_EQ(mac_.ClassOf("corp"), "excused/override");
  EXPECT_EQ(mac_.Starts(kCorp), 1);
  mac_.Advance(absl::Minutes(1) + absl::Seconds(5));
  EXPECT_EQ(mac_.ClassOf("corp"), "protected/tunnel_up");
  ASSERT_EQ(mac_.Rows<OverrideEnded>().size(), 1u);
  EXPECT_EQ(mac_.Rows<OverrideEnded>()[0].why, "expired");
}

TEST_F(EngineOverride, IsRecordedBeforeItIsAnswered) {
  const size_t before = mac_.effects().size();
  Override(absl::Minutes(30));
  std::vector<std::string> order;
  for (size_t i = before; i < mac_.effects().size(); ++i) {
    const Effect& effect = mac_.effects()[i].second;
    if (const auto* record = std::get_if<Record>(&effect))
      order.emplace_back(RowKindName(KindOf(record->event)));
    if (std::holds_alternative<AnswerRequest>(effect)) order.emplace_back("answer");
  }
  EXPECT_THAT(order, ::testing::ElementsAre("user_request", "override_began", "answer"));
}

TEST_F(EngineOverride, AllowsToDisconnectThroughUs) {
  Override(absl::Minutes(30));
  EXPECT_TRUE(mac_.AnswerTo(mac_.Ask(UserRequest::Verb::kDisconnect, kCorp)).status.ok());
  mac_.Advance(absl::Minutes(5));
  EXPECT_EQ(mac_.ClassOf("corp"), "excused/override");
}

TEST_F(EngineOverride, WithoutADurationItLastsAsLongAsItMay) {
  Override(absl::ZeroDuration());
  mac_.Drops(kCorp, 20);
  mac_.Advance(absl::Minutes(59));
  EXPECT_EQ(mac_.ClassOf("corp"), "excused/override");
  mac_.Advance(absl::Minutes(2));
  EXPECT_EQ(mac_.ClassOf("corp"), "protected/tunnel_up");
}

TEST_F(EngineOverride, NeedsAReasonAndALengthWithinThePolicy) {
  EXPECT_EQ(Override(absl::Minutes(5), "short").status.code(), absl::StatusCode::kInvalidArgument);
  EXPECT_EQ(Override(absl::Minutes(5), "         x           ").status.code(),
            absl::StatusCode::kInvalidArgument);
  const auto too_long = Override(absl::Hours(2));
  EXPECT_EQ(too_long.status.code(), absl::StatusCode::kInvalidArgument);
  EXPECT_THAT(too_long.text, HasSubstr("at most 1h 00m"));
  EXPECT_TRUE(mac_.Rows<OverrideBegan>().empty());
}

TEST_F(EngineOverride, BelongsToTheConsoleUser) {
  EXPECT_EQ(Override(absl::Minutes(5), kReason, 502).status.code(), absl::StatusCode::kPermissionDenied);
  const auto root = Override(absl::Minutes(5), kReason, 0);
  EXPECT_EQ(root.status.code(), absl::StatusCode::kPermissionDenied);
  EXPECT_THAT(root.text, HasSubstr("without sudo"));
}

TEST_F(EngineOverride, IsRationedPerRollingDay) {
  for (int i = 0; i < 3; ++i) {
    EXPECT_TRUE(Override(absl::Minutes(10)).status.ok()) << i;
    mac_.Advance(absl::Hours(1));
  }
  const auto fourth = Override(absl::Minutes(10));
  EXPECT_EQ(fourth.status.code(), absl::StatusCode::kResourceExhausted);
  EXPECT_THAT(fourth.text, HasSubstr("21h 00m"));
  mac_.Advance(absl::Hours(21));
  EXPECT_TRUE(Override(absl::Minutes(10)).status.ok());
}

TEST_F(EngineOverride, OnlyOneRunsAtATime) {
  Override(absl::Minutes(10));
  EXPECT_EQ(Override(absl::Minutes(10)).status.code(), absl::StatusCode::kAlreadyExists);
}

TEST_F(EngineOverride, EndsWhenAnotherUserComes) {
  Override(absl::Hours(1));
  mac_.Drops(kCorp, 20);
  mac_.Advance(absl::Minutes(1));
  mac_.Login(502, "grace");
  ASSERT_EQ(mac_.Rows<OverrideEnded>().size(), 1u);
  EXPECT_EQ(mac_.Rows<OverrideEnded>()[0].why, "user_switched");
  EXPECT_EQ(mac_.Starts(kCorp), 2);
}

TEST_F(EngineOverride, EndsWhenThePersonSaysSo) {
  EXPECT_EQ(mac_.AnswerTo(mac_.Ask(UserRequest::Verb::kEndOverride, kCorp)).status.code(),
            absl::StatusCode::kNotFound);
  Override(absl::Hours(1));
  EXPECT_EQ(mac_.AnswerTo(mac_.Ask(UserRequest::Verb::kEndOverride, kCorp, "", {}, 777)).status.code(),
            absl::StatusCode::kPermissionDenied);
  EXPECT_TRUE(mac_.AnswerTo(mac_.Ask(UserRequest::Verb::kEndOverride, kCorp)).status.ok());
  EXPECT_EQ(mac_.Rows<OverrideEnded>()[0].why, "ended_by_user");
}

TEST_F(EngineOverride, EndsWhenThePolicyForbidsIt) {
  Override(absl::Hours(1));
  policy_.override_policy.mode = OverrideMode::kNone;
  mac_.Apply(policy_);
  ASSERT_EQ(mac_.Rows<OverrideEnded>().size(), 1u);
  EXPECT_EQ(mac_.Rows<OverrideEnded>()[0].why, "policy");
  EXPECT_EQ(Override(absl::Minutes(5)).status.code(), absl::StatusCode::kPermissionDenied);
}

TEST_F(EngineOverride, MayCoverEveryService) {
  Override(absl::Hours(1), kReason, {}, Uuid{});
  mac_.Drops(kCorp, 20);
  mac_.Advance(absl::Minutes(10));
  EXPECT_EQ(mac_.ClassOf("corp"), "excused/override");
}

TEST_F(EngineOverride, SurvivesARestartOfTheAgentAndStillEnds) {
  Override(absl::Minutes(30));
  mac_.Drops(kCorp, 20);
  mac_.Advance(absl::Minutes(10));
  mac_.Restart(/*clean=*/false);
  EXPECT_EQ(mac_.ClassOf("corp"), "excused/override");
  EXPECT_EQ(mac_.Starts(kCorp), 1);
  mac_.Advance(absl::Minutes(21));
  EXPECT_EQ(mac_.ClassOf("corp"), "protected/tunnel_up");
}

TEST_F(EngineOverride, AClockTurnedBackDoesNotProlongIt) {
  Override(absl::Minutes(30));
  mac_.Drops(kCorp, 20);
  mac_.Advance(absl::Minutes(10));
  mac_.JumpWall(-absl::Hours(5));
  mac_.Restart();
  mac_.Advance(absl::Minutes(21));
  EXPECT_EQ(mac_.ClassOf("corp"), "protected/tunnel_up");
}

}  // namespace
}  // namespace holdfast
