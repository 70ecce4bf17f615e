#include "agent/signals/mac/system_source.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "agent/signals/parse/system_text.h"
#include "tests/agent/signals/mac/fake_tools.h"

namespace holdfast::signals {
namespace {

using ::testing::Contains;
using ::testing::ElementsAre;
using ::testing::IsEmpty;
using ::testing::Not;

constexpr char kExtensions[] =
    "1 extension(s)\n--- com.apple.system_extension.network_extension\n"
    "enabled\tactive\tteamID\tbundleID (version)\tname\t[state]\n"
    "*\t*\tABCDE12345\tcom.example.filter (2.0/2)\tFilter\t[activated enabled]\n";
constexpr char kProcesses[] =
    "/sbin/launchd\n"
    "/Library/SystemExtensions/5E5F6A0E-0B4C-4D5B-9D53-0B1C0E4A9C11/com.example.filter.systemextension/"
    "Contents/"
    "MacOS/com.example.filter\n";
constexpr char kProfiles[] =
    "<?xml version=\"1.0\"?><plist version=\"1.0\"><dict><key>_computerlevel</key><array><dict>"
    "<key>ProfileIdentifier</key><string>com.example.vpn</string>"
    "<key>ProfileUUID</key><string>11111111-1111-4111-8111-111111111111</string>"
    "<key>ProfileRemovalDisallowed</key><string>true</string>"
    "<key>ProfileType</key><string>Configuration</string><key>ProfileItems</key><array><dict>"
    "<key>PayloadType</key><string>com.apple.system-extension-policy</string><key>PayloadContent</key><dict>"
    "<key>NonRemovableSystemExtensions</key><dict><key>ABCDE12345</key><array><string>com.example.filter"
    "</string></array></dict></dict></dict></array>"
    "</dict></array></dict></plist>";

TEST(SystemText, FindsVolumesOfOneKind) {
  const char mounts[] =
      "/dev/disk3s1s1 on / (apfs, sealed, local, read-only, journaled)\n"
      "media on /Volumes/Media on air (acfs, asynchronous, nodev)\n"
      "other on /Volumes/(acfs, not) (nfs)\nlast on /Volumes/B (acfs)\nnonsense\n";
  EXPECT_THAT(parse::MountPointsOf(mounts, "acfs"), ElementsAre("/Volumes/Media on air", "/Volumes/B"));
}

TEST(SystemText, AnExtensionRunsWhenItsProgramDoes) {
  EXPECT_THAT(parse::RunningExtensions(kProcesses), ElementsAre("com.example.filter"));
  EXPECT_THAT(parse::RunningExtensions("/Users/a/.systemextension/x\n.systemextension/\n"), IsEmpty());
}

class System : public ::testing::Test {
 protected:
  void SetUp() override {
    tools.prints = {{"systemextensionsctl", kExtensions},
                    {"profiles show", kProfiles},
                    {"/bin/ps", kProcesses},
                    {"/sbin/mount", "media on /Volumes/Media (acfs)\n"}};
  }
  void Begin() {
    source.Begin(&told);
    time.RunFor(absl::Seconds(1));
  }
  sim::VirtualTime time;
  FakeTools tools{time};
  Told told;
  std::vector<std::vector<ExtensionFacts>> extensions;
  SystemSource source{time, time, tools.Runner(),
                      [this](const std::vector<ExtensionFacts>& now) { extensions.push_back(now); }};
};

TEST_F(System, PutsTogetherWhatEachToolSays) {
  Begin();
  ASSERT_EQ(told.systems.size(), 1u);
  const SystemFacts& facts = told.systems[0];
  ASSERT_EQ(facts.extensions.size(), 1u);
  EXPECT_EQ(facts.extensions[0].bundle_id, "com.example.filter");
  EXPECT_EQ(facts.extensions[0].running, true);
  EXPECT_EQ(facts.extensions[0].removable, std::nullopt);
  EXPECT_THAT(facts.configurations,
              Contains(ConfigurationFacts{"com.example.vpn", Provenance::kProfile, /*managed=*/true}));
  EXPECT_THAT(facts.xsan_volumes, ElementsAre("/Volumes/Media"));
  EXPECT_THAT(facts.unread, ElementsAre("declarations"));
  ASSERT_EQ(extensions.size(), 1u);
  EXPECT_EQ(extensions[0].at(0).team_id, "ABCDE12345");
}

TEST(ReadSystem, WhetherAnExtensionCanBeRemovedIsTheProfilesWord) {
  const auto removable = [](ToolAnswers answers, int macos) {
    return ReadSystem(answers, {}, macos).system.extensions.at(0).removable;
  };
  const ToolAnswers kept = {{"extensions", kExtensions}, {"profiles", kProfiles}};
  EXPECT_EQ(removable(kept, 15), false);
  EXPECT_EQ(removable(kept, 14), true);  // it does not know the key
  EXPECT_EQ(removable(kept, 0), std::nullopt);
  EXPECT_EQ(removable({{"extensions", kExtensions}}, 15), std::nullopt);
  EXPECT_EQ(removable({{"extensions", kExtensions}, {"profiles", "<plist><dict/></plist>"}}, 15), true);
}

TEST_F(System, AToolThatHangsIsReplacedByTheDatabase) {
  tools.prints.erase("systemextensionsctl");
  tools.prints["plutil"] =
      "<plist version=\"1.0\"><dict><key>extensions</key><array><dict><key>bundleVersion</key><dict>"
      "<key>CFBundleVersion</key><string>113</string></dict><key>identifier</key><string>com.example.a"
      "</string><key>state</key><string>activated_enabled</string></dict></array></dict></plist>";
  Begin();
  ASSERT_EQ(extensions.size(), 1u);
  EXPECT_EQ(extensions[0].at(0).bundle_id, "com.example.a");
  EXPECT_EQ(extensions[0].at(0).state, "activated enabled");
}

TEST_F(System, IsToldAgainOnlyWhenItChanged) {
  Begin();
  time.RunFor(absl::Minutes(5));
  EXPECT_EQ(told.systems.size(), 1u);
  tools.prints["/bin/ps"] = "/sbin/launchd\n";
  time.RunFor(absl::Minutes(2));
  ASSERT_EQ(told.systems.size(), 2u);
  EXPECT_EQ(told.systems[1].extensions.at(0).running, false);
  EXPECT_EQ(extensions.size(), 1u);
}

// What could not be read must not look like something that is gone.
TEST_F(System, AToolThatFailsLeavesItsPartUnknown) {
  tools.prints.erase("profiles show");
  tools.prints.erase("/bin/ps");
  Begin();
  ASSERT_EQ(told.systems.size(), 1u);
  EXPECT_THAT(told.systems[0].unread, Contains("profiles"));
  EXPECT_EQ(told.systems[0].extensions.at(0).running, std::nullopt);
}

TEST_F(System, NothingIsToldBeforeTheFirstRound) {
  source.SetConfigured({{{"com.example.app", Provenance::kApp, false}}, {}, {}});
  EXPECT_THAT(told.systems, IsEmpty());
  Begin();
  EXPECT_THAT(told.systems.at(0).configurations,
              Contains(ConfigurationFacts{"com.example.app", Provenance::kApp, false}));
  source.SetConfigured({{}, {{"com.example.dns", "DNS", "", true}}, {}});
  ASSERT_EQ(told.systems.size(), 2u);
  EXPECT_EQ(told.systems[1].dns_proxies.at(0).bundle_id, "com.example.dns");
}

// The profile knows that it is the MDM's; the preferences know only that there is a profile.
TEST_F(System, AProfileIsToldOnceAndAsTheMdms) {
  source.SetConfigured({{{"com.example.vpn", Provenance::kProfile, false}}, {}, {}});
  Begin();
  EXPECT_EQ(told.systems.at(0).configurations.size(), 1u);
  EXPECT_TRUE(told.systems.at(0).configurations[0].managed);
}

}  // namespace
}  // namespace holdfast::signals
