#include "fake_mac.h"

namespace holdfast {
namespace {

using ::testing::HasSubstr;

// A violation that nothing ends, and a person who is to be told after an hour of it.
Policy Missing(EnforcementMode mode) {
  Policy policy = CorpPolicy();
  policy.mode = mode;
  policy.services[0].match.name = "Not installed";
  policy.compliance = {absl::Hours(1), ComplianceAction::kNotify};
  return policy;
}

TEST(EngineComplianceAction, APersonIsToldOnceOfAViolationThatLasts) {
  FakeMac mac;
  mac.Boot(Missing(EnforcementMode::kEnforce));
  mac.Advance(absl::Minutes(50));
  EXPECT_TRUE(mac.Notices().empty());
  mac.Advance(absl::Minutes(20));
  ASSERT_EQ(mac.Notices().size(), 1u);
  EXPECT_THAT(mac.Notices()[0].text, HasSubstr("holdfastctl why"));
  mac.Advance(absl::Hours(5));
  EXPECT_EQ(mac.Notices().size(), 1u);
}

TEST(EngineComplianceAction, AnAuditTellsNobody) {
  FakeMac mac;
  mac.Boot(Missing(EnforcementMode::kAudit));
  mac.Advance(absl::Hours(2));
  EXPECT_EQ(mac.ClassOf("corp"), "violation/service_missing");
  EXPECT_TRUE(mac.Notices().empty());
}

}  // namespace
}  // namespace holdfast
