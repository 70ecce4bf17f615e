// Who signed the programs, and what the signatures demand.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/profiles/bundle/sample.h"
#include "tests/profiles/requirements.h"

namespace holdfast::bundle {
namespace {

using ::testing::Contains;
using ::testing::HasSubstr;
using ::testing::Not;

TEST(SignatureRules, NotSigned) {
  Sample sample;
  sample.extension.is_signed = false;
  const auto found = sample.Findings("signature-missing");
  EXPECT_EQ(found.size(), 2U);  // of each architecture
}

TEST(SignatureRules, SignedByNobody) {
  Sample sample;
  sample.extension.signing = profiles::AdHoc();
  sample.extension.signing.identifier = "com.example.vpn.tunnel";
  EXPECT_THAT(sample.Found(), Contains("signature-ad-hoc"));
}

TEST(SignatureRules, ADamagedSignature) {
  Sample sample;
  sample.files["MacOS/program"] = profiles::Image({.signature = "damaged"});
  EXPECT_THAT(sample.Found(), Contains("signature-unreadable"));
}

TEST(SignatureRules, APartThatCannotBeRead) {
  Sample sample;
  sample.extension.signing.cms = "cms";
  EXPECT_THAT(sample.Found(), Contains("signature-part-unreadable"));
}

TEST(SignatureRules, NoHardenedRuntime) {
  Sample sample;
  sample.extension.signing.flags = 0;
  EXPECT_THAT(sample.Found(), Contains("signature-no-hardened-runtime"));
}

TEST(SignatureRules, ArchitecturesThatDiffer) {
  Sample team, identifier, entitlements;
  team.extension.last_signing = team.extension.signing;
  team.extension.last_signing->team = "ZZZZZ99999";
  EXPECT_THAT(team.Findings("signature-architectures-differ").at(0).what,
              HasSubstr("team 'ABCDE12345' and 'ZZZZZ99999'"));
  identifier.extension.last_signing = identifier.extension.signing;
  identifier.extension.last_signing->identifier = "other";
  EXPECT_THAT(identifier.Found(), Contains("signature-architectures-differ"));
  entitlements.extension.last_signing = entitlements.extension.signing;
  entitlements.extension.last_signing->entitlements = PropertyList({});
  EXPECT_THAT(entitlements.Findings("signature-architectures-differ").at(0).what, HasSubstr("entitlements"));
}

TEST(SignatureRules, AnotherTeamThanTheApps) {
  Sample sample;
  sample.extension.signing.team = "ZZZZZ99999";
  EXPECT_THAT(sample.Found(), Contains("signature-team-differs"));
  sample.extension.entitlements["com.apple.developer.system-extension.redistributable"] = True();
  EXPECT_THAT(sample.Found(), Not(Contains("signature-team-differs")));
}

TEST(SignatureRules, AnotherIdentifierThanTheBundles) {
  Sample sample;
  sample.extension.signing.identifier = "program";
  EXPECT_THAT(sample.Found(), Contains("signature-identifier"));
}

TEST(SignatureRules, ARequirementThatIsNotUnderstoodIsNotForPasting) {
  Sample sample;
  sample.extension.signing.requirement = profiles::Big(99);
  EXPECT_THAT(sample.Found(), Contains("signature-requirement-unknown"));
  EXPECT_FALSE(sample.Run().bundles.at(1).Requirement());
}

TEST(BundleRequirement, ItsOwnOrTheOneOfDeveloperId) {
  Sample sample;
  const auto derived = sample.Run().bundles.at(1).Requirement();
  ASSERT_TRUE(derived);
  EXPECT_TRUE(derived->derived);
  EXPECT_EQ(derived->text, profiles::DeveloperIdRequirement("com.example.vpn.tunnel", "ABCDE12345"));
  sample.extension.signing.requirement = profiles::DeveloperId("com.example.vpn.tunnel", "ABCDE12345");
  const auto own = sample.Run().bundles.at(1).Requirement();
  ASSERT_TRUE(own);
  EXPECT_FALSE(own->derived);
  EXPECT_THAT(own->text, HasSubstr("certificate leaf[subject.OU] = \"ABCDE12345\""));
}

TEST(BundleRequirement, NoneIsMadeUpForOtherSignatures) {
  Sample sample;
  sample.extension.signing.cms = AppStoreMessage();
  EXPECT_FALSE(sample.Run().bundles.at(1).Requirement());
  sample.extension.signing = profiles::AdHoc();
  EXPECT_FALSE(sample.Run().bundles.at(1).Requirement());
}

}  // namespace
}  // namespace holdfast::bundle
