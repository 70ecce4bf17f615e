// Kinds of providers and how they are packaged.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "profiles/bundle/provider_types.h"
#include "tests/profiles/bundle/sample.h"

namespace holdfast::bundle {
namespace {

using ::testing::Contains;
using ::testing::HasSubstr;
using ::testing::Not;

std::string Point(const std::string& name) {
  return "com.apple.networkextension." + name;
}

void DeclareAppExtension(Sample& sample, const std::string& point) {
  sample.BecomeAppExtension();
  sample.extension.info["NSExtension"] = Dict({{"NSExtensionPointIdentifier", Text(Point(point))},
                                               {"NSExtensionPrincipalClass", Text("My.Provider")}});
}

TEST(ProviderRules, NoWordToTheUser) {
  Sample sample;
  sample.extension.info.erase("NSSystemExtensionUsageDescription");
  sample.app.info["NSSystemExtensionUsageDescription"] = Text("in the wrong file");
  EXPECT_THAT(sample.Found(), Contains("sysex-usage-description-missing"));
}

TEST(ProviderRules, EntitledAndNotDeclared) {
  Sample sample;
  sample.extension.info.erase("NetworkExtension");
  EXPECT_THAT(sample.Found(), Contains("provider-classes-missing"));
  sample.extension.entitlements.erase("com.apple.developer.networking.networkextension");
  EXPECT_THAT(sample.Found(), Not(Contains("provider-classes-missing")));  // not one of Network Extension's
}

TEST(ProviderRules, ATransparentProxyHasNoPointOfItsOwn) {
  Sample sample;
  sample.extension.info["NetworkExtension"] = Dict(Providers({"transparent-proxy"}));
  const auto found = sample.Findings("provider-unknown");
  ASSERT_EQ(found.size(), 1U);
  EXPECT_THAT(found[0].fix, HasSubstr("com.apple.networkextension.app-proxy"));
}

TEST(ProviderRules, AnUnknownPointIsToldWithTheKnownOnes) {
  Sample sample;
  sample.extension.info["NetworkExtension"] = Dict(Providers({"tunnel"}));
  const auto found = sample.Findings("provider-unknown");
  ASSERT_EQ(found.size(), 1U);
  EXPECT_THAT(found[0].fix, HasSubstr("com.apple.networkextension.packet-tunnel"));
}

TEST(ProviderRules, KindsThatMacsDoNotHave) {
  Sample sample;
  DeclareAppExtension(sample, "app-push");
  EXPECT_THAT(sample.Found(), Contains("provider-not-on-macos"));
}

// Apple's TN3134, macOS rows.
TEST(ProviderRules, PackagingByKind) {
  for (const char* point : {"filter-data", "filter-packet", "dns-proxy"}) {
    Sample sample;
    DeclareAppExtension(sample, point);
    EXPECT_THAT(sample.Found(), Contains("provider-packaging")) << point;
    Sample system;
    system.extension.info["NetworkExtension"] = Dict(Providers({point}));
    EXPECT_THAT(system.Found(), Not(Contains("provider-packaging"))) << point;
  }
  for (const char* point : {"packet-tunnel", "app-proxy"}) {
    Sample sample;
    DeclareAppExtension(sample, point);
    EXPECT_THAT(sample.Found(), Not(Contains("provider-packaging"))) << point;
  }
  Sample url;
  url.extension.info["NetworkExtension"] = Dict(Providers({"url-filter-control"}));
  EXPECT_THAT(url.Found(), Contains("provider-packaging"));
}

TEST(ProviderRules, AnAppExtensionWithADeveloperIdSignature) {
  Sample sample;
  sample.BecomeAppExtension();
  sample.extension.signing.cms = DeveloperIdMessage();
  EXPECT_THAT(sample.Found(), Contains("provider-app-store-only"));
}

TEST(ProviderRules, AUrlFilterMayBeDistributedDirectly) {
  Sample sample;
  sample.BecomeAppExtension();
  sample.extension.signing.cms = DeveloperIdMessage();
  sample.extension.info.erase("NSExtension");
  sample.extension.info["EXAppExtensionAttributes"] =
      Dict({{"EXExtensionPointIdentifier", Text(Point("url-filter-control"))}});
  EXPECT_THAT(sample.Found(), Not(Contains("provider-app-store-only")));
  EXPECT_THAT(sample.Found(), Not(Contains("provider-class-empty")));
  EXPECT_THAT(sample.Found("15"), Contains("provider-needs-newer-macos"));
}

TEST(ProviderRules, AProviderWithoutAClass) {
  Sample sample;
  sample.extension.info["NetworkExtension"] =
      Dict({{"NEProviderClasses", Dict({{Point("packet-tunnel"), Text("")}})},
            {"NEMachServiceName", Text("ABCDE12345.com.example.vpn.x")}});
  EXPECT_THAT(sample.Found(), Contains("provider-class-empty"));
}

TEST(ProviderRules, ProvidersThatShareAProcess) {
  Sample sample;
  sample.extension.info["NetworkExtension"] = Dict(Providers({"packet-tunnel", "dns-proxy"}));
  EXPECT_THAT(sample.Found(), Contains("provider-shared-process"));
}

TEST(ProviderTypes, EveryKindIsNamedOnce) {
  for (const ProviderType& type : ProviderTypes()) {
    EXPECT_EQ(FindProviderType(type.point), &type) << type.point;
    EXPECT_TRUE(IsKnownEntitlementValue(type.entitlement)) << type.point;
  }
  EXPECT_TRUE(IsKnownEntitlementValue("dns-proxy-systemextension"));
  EXPECT_FALSE(IsKnownEntitlementValue("transparent-proxy-provider"));
  EXPECT_FALSE(IsKnownEntitlementValue("relay-systemextension"));
}

}  // namespace
}  // namespace holdfast::bundle
