// How an app and its extension talk, and what they share.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/profiles/bundle/sample.h"

namespace holdfast::bundle {
namespace {

using ::testing::Contains;
using ::testing::HasSubstr;
using ::testing::Not;

constexpr char kGroups[] = "com.apple.security.application-groups";

TEST(ServiceRules, NoMachService) {
  Sample sample;
  sample.extension.info["NetworkExtension"] = Dict(Providers({"packet-tunnel"}, ""));
  EXPECT_THAT(sample.Found(), Contains("mach-service-missing"));
}

// A child of the group: the dot counts.
TEST(ServiceRules, ANameThatIsNoChildOfAGroup) {
  for (const char* name :
       {"com.example.tunnel", "ABCDE12345.com.example.vpn-x", "ABCDE12345.com.example.vpn"}) {
    Sample sample;
    sample.extension.info["NetworkExtension"] = Dict(Providers({"packet-tunnel"}, name));
    EXPECT_THAT(sample.Found(), Contains("mach-service-prefix")) << name;
  }
}

TEST(ServiceRules, NoGroupAtAll) {
  Sample sample;
  sample.extension.entitlements.erase(kGroups);
  const auto found = sample.Findings("mach-service-prefix");
  ASSERT_EQ(found.size(), 1U);
  EXPECT_THAT(found[0].what, HasSubstr("none"));
}

TEST(ServiceRules, ASandboxedAppWithoutTheGroup) {
  Sample sample;
  sample.app.entitlements[kGroups] = List({"ABCDE12345.com.example.other"});
  EXPECT_THAT(sample.Found(), Contains("mach-service-unreachable"));
  EXPECT_THAT(sample.Found(), Not(Contains("app-group-not-shared")));
  sample.app.entitlements.erase("com.apple.security.app-sandbox");
  EXPECT_THAT(sample.Found(), Not(Contains("mach-service-unreachable")));
}

TEST(ServiceRules, OneNameForTwoExtensions) {
  Sample sample;
  const std::string other = "Library/SystemExtensions/com.example.vpn.filter.systemextension/Contents/";
  Keys info = sample.extension.info;
  info["CFBundleIdentifier"] = Text("com.example.vpn.filter");
  sample.files[other + "Info.plist"] = PropertyList(info);
  sample.files[other + "MacOS/program"] = sample.extension.Bytes();
  const auto found = sample.Findings("mach-service-shared");
  ASSERT_EQ(found.size(), 1U);
  ASSERT_EQ(found[0].related.size(), 1U);
  EXPECT_THAT(found[0].related[0].file, HasSubstr("com.example.vpn.filter"));
}

TEST(ServiceRules, AKeychainGroupInASystemExtension) {
  Sample sample;
  sample.extension.entitlements["keychain-access-groups"] = List({"ABCDE12345.com.example.vpn"});
  EXPECT_THAT(sample.Found(), Contains("keychain-group-in-system-extension"));
  Sample app_extension;
  app_extension.BecomeAppExtension();
  app_extension.extension.entitlements["keychain-access-groups"] = List({"ABCDE12345.com.example.vpn"});
  EXPECT_THAT(app_extension.Found(), Not(Contains("keychain-group-in-system-extension")));
}

}  // namespace
}  // namespace holdfast::bundle
