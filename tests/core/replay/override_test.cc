// Overrides of a recorded life, replayed: what was shown for them is in no request's row.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "core/replay/replay.h"
#include "tests/core/engine/fake_mac.h"

namespace holdfast::replay {
namespace {

using ::testing::AllOf;
using ::testing::Contains;
using ::testing::Field;
using ::testing::HasSubstr;
using Kind = Credential::Kind;

class ReplayedOverride : public ::testing::Test {
 protected:
  explicit ReplayedOverride(OverrideMode mode = OverrideMode::kAdminCode) {
    policy_.override_policy.mode = mode;
    policy_.override_policy.ticket_pattern = "INC[0-9]{7}";
  }
  void Boot() {
    mac_.Boot(policy_);
    mac_.Advance(absl::Minutes(2));
  }
  bool Override(const Credential& shown) {
    const uint64_t request = mac_.Ask(UserRequest::Verb::kOverride, kCorp, "on a call with the help desk",
                                      absl::Minutes(20), {}, shown);
    return mac_.AnswerTo(request).status.ok();
  }
  // The person makes use of it; then it is over.
  void GoOn() {
    mac_.PersonStops(kCorp);
    mac_.Advance(absl::Minutes(30));
  }
  static Credential Code(const std::string& id) {
    return {.kind = Kind::kCode, .good = true, .id = id, .length = absl::Hours(2)};
  }
  Report Under(OverrideMode mode) {
    std::vector<Row> rows;
    for (const FakeMac::Row& row : mac_.rows()) {
      Row recorded{rows.size() + 1, row.at, {}, row.event};
      // As a row keeps it.
      if (auto* request = std::get_if<UserRequest>(&recorded.event)) request->credential = {};
      rows.push_back(std::move(recorded));
    }
    Policy draft = policy_;
    draft.override_policy.mode = mode;
    const auto given = std::make_shared<const Policy>(draft);
    return Replay(rows, {}, [&](const PolicyChange&) { return given; });
  }
  void ExpectTheSameUnder(OverrideMode mode) {
    const Report report = Under(mode);
    EXPECT_EQ(report.divergence_count, 0u);
    for (const Divergence& d : report.divergences) ADD_FAILURE() << "row " << d.seq << ": " << d.what;
    EXPECT_EQ(report.recorded.classes, report.replayed.classes);
  }
  FakeMac mac_;
  Policy policy_ = CorpPolicy();
};

TEST_F(ReplayedOverride, OneByCodeIsGivenAgainAlsoAfterARestart) {
  Boot();
  ASSERT_TRUE(Override(Code("0A1B-0001")));
  mac_.Advance(absl::Minutes(1));
  mac_.Restart(/*clean=*/false);
  GoOn();
  ASSERT_FALSE(Override(Code("0A1B-0001")));
  ASSERT_TRUE(Override(Code("0A1B-0002")));
  GoOn();
  ExpectTheSameUnder(OverrideMode::kAdminCode);
  ExpectTheSameUnder(OverrideMode::kPasscode);  // each mode but none takes a code
}

TEST_F(ReplayedOverride, ADraftThatAllowsNoneRefusesItAndTheDivergenceSaysSo) {
  Boot();
  ASSERT_TRUE(Override(Code("0A1B-0001")));
  GoOn();
  const Report report = Under(OverrideMode::kNone);
  ASSERT_FALSE(report.divergences.empty());
  EXPECT_THAT(report.divergences,
              Contains(Field(&Divergence::what, AllOf(HasSubstr("only the record: override by "),
                                                      HasSubstr("the replay refuses it: The policy allows "
                                                                "no override")))));
  EXPECT_GT(report.replayed.violations.size(), report.recorded.violations.size());
}

class ReplayedTicket : public ReplayedOverride {
 protected:
  ReplayedTicket() : ReplayedOverride(OverrideMode::kTicket) {}
};

TEST_F(ReplayedTicket, StandsBeforeTheReason) {
  Boot();
  ASSERT_TRUE(Override({.kind = Kind::kTicket, .text = "INC1234567"}));
  GoOn();
  ASSERT_FALSE(Override({.kind = Kind::kTicket, .text = "soon"}));
  GoOn();
  ExpectTheSameUnder(OverrideMode::kTicket);
  EXPECT_THAT(Under(OverrideMode::kAdminCode).divergences,
              Contains(Field(&Divergence::what, HasSubstr("The policy asks for a code"))));
}

class ReplayedPasscode : public ReplayedOverride {
 protected:
  ReplayedPasscode() : ReplayedOverride(OverrideMode::kPasscode) {}
};

TEST_F(ReplayedPasscode, IsRightWhereAnOverrideWasGivenAndWrongWhereItWasCounted) {
  Boot();
  ASSERT_TRUE(Override({.kind = Kind::kPasscode, .good = true}));
  GoOn();
  for (int i = 0; i < 5; ++i) ASSERT_FALSE(Override({.kind = Kind::kPasscode, .problem = "no"}));
  ASSERT_FALSE(Override({.kind = Kind::kPasscode, .good = true})) << "five were wrong";
  GoOn();
  mac_.Advance(absl::Hours(1));
  ASSERT_TRUE(Override({.kind = Kind::kPasscode, .good = true}));
  GoOn();
  ExpectTheSameUnder(OverrideMode::kPasscode);
}

}  // namespace
}  // namespace holdfast::replay
