// Versions of bundles and of macOS, platforms and architectures.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/profiles/bundle/sample.h"

namespace holdfast::bundle {
namespace {

using ::testing::Contains;
using ::testing::HasSubstr;
using ::testing::Not;

TEST(VersionRules, NoVersionOrNoneThatCompares) {
  Sample sample;
  sample.extension.info.erase("CFBundleVersion");
  EXPECT_THAT(sample.Found(), Contains("bundle-version-missing"));
  for (const char* form : {"1.2b3", "1.2.3.4", "1..2", "v1"}) {
    sample.extension.info["CFBundleVersion"] = Text(form);
    EXPECT_THAT(sample.Found(), Contains("bundle-version-form")) << form;
  }
  for (const char* form : {"1", "1.2", "2026.11.22"}) {
    sample.extension.info["CFBundleVersion"] = Text(form);
    EXPECT_THAT(sample.Found(), Not(Contains("bundle-version-form"))) << form;
  }
}

TEST(VersionRules, ANewerMacOsThanTheTarget) {
  Sample sample;
  for (SampleProgram* program : {&sample.app, &sample.extension}) {
    program->minimum = 0x000F0000;
    program->info["LSMinimumSystemVersion"] = Text("15.0");
  }
  const auto found = sample.Findings("bundle-needs-newer-macos", "14.7.8");
  ASSERT_EQ(found.size(), 2U);
  EXPECT_THAT(found[0].what, HasSubstr("needs macOS 15.0 and is meant for 14.7.8"));
  EXPECT_THAT(std::string(found[0].rule->why), HasSubstr("OSSystemExtensionErrorDomain 9"));
  EXPECT_THAT(sample.Found("15.0"), Not(Contains("bundle-needs-newer-macos")));
  EXPECT_THAT(sample.Found(), Not(Contains("bundle-needs-newer-macos")));
}

TEST(VersionRules, PropertyListAndProgramDisagree) {
  Sample sample;
  sample.extension.minimum = 0x000E0000;
  EXPECT_THAT(sample.Found(), Contains("bundle-minimum-macos-differs"));
}

TEST(VersionRules, AnExtensionForNewerSystemsThanItsApp) {
  Sample sample;
  sample.extension.minimum = 0x000E0000;
  sample.extension.info["LSMinimumSystemVersion"] = Text("14.0");
  EXPECT_THAT(sample.Found(), Contains("bundle-extension-newer-than-app"));
  EXPECT_THAT(sample.Found(), Not(Contains("bundle-minimum-macos-differs")));
}

TEST(VersionRules, SeveralCategories) {
  Sample sample;
  sample.extension.entitlements["com.apple.developer.endpoint-security.client"] = True();
  EXPECT_THAT(sample.Found(), Contains("bundle-several-categories"));
  Sample by_key;
  by_key.extension.info["NSEndpointSecurityEarlyBoot"] = True();
  EXPECT_THAT(by_key.Found(), Contains("bundle-several-categories"));
}

TEST(VersionRules, AProviderThatIsNewerThanTheTarget) {
  Sample sample;
  for (SampleProgram* program : {&sample.app, &sample.extension}) {
    program->minimum = 0x000A0E00;
    program->info["LSMinimumSystemVersion"] = Text("10.14");
  }
  EXPECT_THAT(sample.Found("10.14"), Contains("provider-needs-newer-macos"));
  EXPECT_THAT(sample.Found("10.15"), Not(Contains("provider-needs-newer-macos")));
}

TEST(VersionRules, AProgramForAnotherPlatform) {
  Sample sample;
  sample.extension.platform = 2;
  const auto found = sample.Findings("bundle-platform");
  ASSERT_EQ(found.size(), 1U);
  EXPECT_THAT(found[0].what, HasSubstr("iOS"));
}

TEST(VersionRules, NoProgramForAppleSilicon) {
  Sample sample;
  sample.extension.cpus = {profiles::kX8664};
  EXPECT_THAT(sample.Found(), Contains("bundle-no-arm64"));
  sample.extension.cpus = {profiles::kArm64};
  EXPECT_THAT(sample.Found(), Not(Contains("bundle-no-arm64")));
}

}  // namespace
}  // namespace holdfast::bundle
