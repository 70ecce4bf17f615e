// What the programs of an app and its extensions claim, and whether their profiles grant it.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/profiles/bundle/sample.h"
#include "tests/profiles/der.h"
#include "tests/profiles/signing_certificate.h"

namespace holdfast::bundle {
namespace {

using ::testing::Contains;
using ::testing::HasSubstr;
using ::testing::Not;

constexpr char kNetwork[] = "com.apple.developer.networking.networkextension";

TEST(EntitlementRules, AProviderWithoutItsValue) {
  Sample sample;
  sample.extension.info["NetworkExtension"] = Dict(Providers({"dns-proxy"}));
  const auto found = sample.Findings("entitlement-provider-missing");
  ASSERT_EQ(found.size(), 1U);
  EXPECT_THAT(found[0].what, HasSubstr("needs dns-proxy; it has packet-tunnel-provider-systemextension"));
}

TEST(EntitlementRules, AnAppWithoutTheValueOfItsExtension) {
  Sample sample;
  sample.app.entitlements.erase(kNetwork);
  const auto found = sample.Findings("entitlement-app-missing");
  ASSERT_EQ(found.size(), 1U);
  EXPECT_EQ(found[0].subject, "app 'com.example.vpn'");
}

TEST(EntitlementRules, TheValueGoesWithTheCertificate) {
  Sample developer_id;
  developer_id.extension.entitlements[kNetwork] = List({"packet-tunnel-provider"});
  const auto found = developer_id.Findings("entitlement-suffix");
  ASSERT_EQ(found.size(), 1U);
  EXPECT_THAT(found[0].fix, HasSubstr("packet-tunnel-provider-systemextension"));
  for (const char* mark : {profiles::kAppStoreMark, profiles::kDevelopmentMark}) {
    Sample other;
    for (SampleProgram* program : {&other.app, &other.extension}) {
      program->signing.cms = profiles::SignedMessage("x", mark);
    }
    EXPECT_EQ(other.Findings("entitlement-suffix").size(), 2U) << mark;
  }
  Sample unknown;
  unknown.extension.signing.cms = profiles::SignedMessage("x", "");
  EXPECT_THAT(unknown.Found(), Not(Contains("entitlement-suffix")));
}

TEST(EntitlementRules, AnAppExtensionNeverHasTheEnding) {
  Sample sample;
  sample.BecomeAppExtension();
  sample.extension.entitlements[kNetwork] = List({"packet-tunnel-provider-systemextension"});
  EXPECT_THAT(sample.Found(), Contains("entitlement-suffix"));
}

TEST(EntitlementRules, AValueThatAppleDoesNotName) {
  Sample sample;
  sample.extension.entitlements[kNetwork] =
      List({"packet-tunnel-provider-systemextension", "transparent-proxy-systemextension"});
  EXPECT_THAT(sample.Found(), Contains("entitlement-value-unknown"));
}

TEST(EntitlementRules, AnAppThatMayNotInstall) {
  Sample sample;
  sample.app.entitlements.erase("com.apple.developer.system-extension.install");
  EXPECT_THAT(sample.Found(), Contains("entitlement-install-missing"));
  Sample app_extension;
  app_extension.BecomeAppExtension();
  app_extension.app.entitlements.erase("com.apple.developer.system-extension.install");
  EXPECT_THAT(app_extension.Found(), Not(Contains("entitlement-install-missing")));
}

TEST(EntitlementRules, ADebugBuild) {
  Sample sample;
  sample.extension.entitlements["com.apple.security.get-task-allow"] = True();
  EXPECT_THAT(sample.Found(), Contains("entitlement-get-task-allow"));
  sample.extension.entitlements["com.apple.security.get-task-allow"] = "<false/>";
  EXPECT_THAT(sample.Found(), Not(Contains("entitlement-get-task-allow")));
}

TEST(EntitlementRules, WithoutTheSandbox) {
  Sample sample;
  sample.extension.entitlements.erase("com.apple.security.app-sandbox");
  EXPECT_THAT(sample.Found(), Contains("entitlement-sandbox-advised"));
  EXPECT_THAT(sample.Found(), Not(Contains("entitlement-sandbox-missing")));
  sample.BecomeAppExtension();
  EXPECT_THAT(sample.Found(), Contains("entitlement-sandbox-missing"));
}

TEST(EntitlementRules, FormsThatDiffer) {
  Sample sample;
  sample.extension.signing.der_entitlements = profiles::DerEntitlements({{"other", profiles::DerTrue()}});
  EXPECT_THAT(sample.Found(), Contains("entitlement-forms-differ"));
}

TEST(ProvisioningRules, NoProfile) {
  Sample sample;
  sample.extension.granted.clear();
  EXPECT_THAT(sample.Found(), Contains("provisioning-missing"));
  sample.extension.entitlements.erase(kNetwork);
  EXPECT_THAT(sample.Found(), Not(Contains("provisioning-missing")));  // nothing restricted is claimed
}

TEST(ProvisioningRules, MoreClaimedThanGranted) {
  Sample sample;
  sample.extension.granted[kNetwork] = List({"dns-proxy-systemextension"});
  EXPECT_THAT(sample.Found(), Contains("provisioning-not-granted"));
  sample.extension.granted[kNetwork] =
      List({"dns-proxy-systemextension", "packet-tunnel-provider-systemextension"});
  EXPECT_THAT(sample.Found(), Not(Contains("provisioning-not-granted")));
  sample.app.granted.erase("com.apple.developer.system-extension.install");
  EXPECT_THAT(sample.Found(), Contains("provisioning-not-granted"));
}

TEST(ProvisioningRules, AProfileThatEnded) {
  Sample sample;
  sample.extension.expires = "2026-01-01T00:00:00Z";
  const auto found = sample.Findings("provisioning-expired");
  ASSERT_EQ(found.size(), 1U);
  EXPECT_THAT(found[0].what, HasSubstr("2026-01-01"));
}

TEST(ProvisioningRules, AProfileThatCannotBeRead) {
  Sample sample;
  sample.files["embedded.provisionprofile"] = "nothing";
  EXPECT_THAT(sample.Found(), Contains("provisioning-unreadable"));
}

}  // namespace
}  // namespace holdfast::bundle
