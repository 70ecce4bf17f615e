#include "profiles/bundle/inspect.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>
#include <set>

#include "tests/profiles/bundle/sample.h"

namespace holdfast::bundle {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

// Each rule's test that finds something rests on this: without the one change there is nothing.
TEST(Inspect, ASoundAppHasNoFindingsBesideFacts) {
  EXPECT_THAT(Sample().Found(), ElementsAre("app-group-not-shared"));
  EXPECT_THAT(Sample().Found("13"), ElementsAre("app-group-not-shared"));
}

TEST(Inspect, ASoundAppExtensionHasNoFindingsBesideFacts) {
  Sample sample;
  sample.BecomeAppExtension();
  EXPECT_THAT(sample.Found(), IsEmpty());
}

TEST(Inspect, BundlesAndWhatTheyLieIn) {
  Sample sample;
  sample.files["Frameworks/My.framework/Versions/A/Resources/Info.plist"] =
      PropertyList({{"CFBundleExecutable", Text("My")}});
  sample.files["Frameworks/My.framework/Versions/A/My"] = Library();
  const Inspection read = sample.Run();
  ASSERT_EQ(read.bundles.size(), 3U);
  EXPECT_EQ(read.bundles[0].path, "My.app");
  EXPECT_EQ(read.bundles[0].app, std::nullopt);
  EXPECT_EQ(read.bundles[1].kind, Kind::kFramework);
  EXPECT_EQ(read.bundles[1].program_path, "My.app/Contents/Frameworks/My.framework/Versions/A/My");
  EXPECT_EQ(read.bundles[1].program.size(), 1U);
  EXPECT_EQ(read.bundles[2].Identifier(), "com.example.vpn.tunnel");
  EXPECT_EQ(read.bundles[2].app, 0U);
  EXPECT_EQ(read.bundles[2].providers.front().class_name, "My.Provider");
  EXPECT_EQ(read.bundles[2].program.size(), 2U);
}

TEST(Inspect, AFindingNamesFileKeyAndLine) {
  Sample sample;
  sample.extension.info["NetworkExtension"] = Dict(Providers({"transparent-proxy"}));
  const std::vector<lint::Finding> found = sample.Findings("provider-unknown");
  ASSERT_EQ(found.size(), 1U);
  EXPECT_EQ(
      found[0].place.file,
      "My.app/Contents/Library/SystemExtensions/com.example.vpn.tunnel.systemextension/Contents/Info.plist");
  EXPECT_EQ(found[0].place.key_path,
            "NetworkExtension.NEProviderClasses.com.apple.networkextension.transparent-proxy");
  EXPECT_GT(found[0].place.line, 15U);
  EXPECT_EQ(found[0].subject, "system extension 'com.example.vpn.tunnel'");
  EXPECT_EQ(found[0].profile, "com.example.vpn.tunnel");
}

TEST(Inspect, AnExtensionByItselfNeedsNoApp) {
  const Sample sample;
  const TempFolder folder;
  const std::filesystem::path contents =
      std::filesystem::path(folder.File("com.example.vpn.tunnel.systemextension")) / "Contents";
  std::filesystem::create_directories(contents / "MacOS");
  std::ofstream(contents / "Info.plist") << PropertyList(sample.extension.info);
  std::ofstream(contents / "MacOS" / "program", std::ios::binary) << sample.extension.Bytes();
  const auto read = Inspect(contents.parent_path().string(), {});
  ASSERT_TRUE(read.ok()) << read.status();
  for (const lint::Finding& finding : read->findings) {
    EXPECT_NE(finding.rule->id, "bundle-extension-folder");
    EXPECT_NE(finding.rule->id, "signature-team-differs");
  }
}

TEST(Inspect, WhatIsNotThereOrHasNoBundleIsAnError) {
  const TempFolder folder;
  EXPECT_TRUE(absl::IsNotFound(Inspect(folder.File("nothing.app"), {}).status()));
  std::ofstream(folder.File("My.pkg")) << "xar!";
  EXPECT_THAT(Inspect(folder.File("My.pkg"), {}).status().message(), HasSubstr("pkgutil --expand-full"));
  std::filesystem::create_directory(folder.File("empty"));
  EXPECT_THAT(Inspect(folder.File("empty"), {}).status().message(),
              HasSubstr("no app, extension or framework"));
}

TEST(Inspect, RulesAreCompleteAndNamedOnce) {
  std::set<absl::string_view> ids;
  for (const lint::RuleGroup* group : RuleGroups()) {
    EXPECT_FALSE(group->title.empty());
    for (const lint::Rule* rule : group->rules) {
      EXPECT_TRUE(ids.insert(rule->id).second) << rule->id;
      EXPECT_FALSE(rule->title.empty() || rule->why.empty() || rule->fix.empty() || rule->reference.empty())
          << rule->id;
    }
  }
  EXPECT_GT(ids.size(), 45U);
}

}  // namespace
}  // namespace holdfast::bundle
