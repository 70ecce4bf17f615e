// Libraries and where dyld looks for them.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "profiles/bundle/load_paths.h"
#include "profiles/lint/rule.h"
#include "tests/profiles/bundle/sample.h"

namespace holdfast::bundle {
namespace {

using profiles::Loads;
using profiles::LoadsWeakly;
using profiles::Rpath;
using ::testing::Contains;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::Not;

constexpr char kLibrary[] = "@rpath/My.framework/Versions/A/My";
constexpr char kOwn[] = "@executable_path/../Frameworks";
constexpr char kApps[] = "@executable_path/../../../../Frameworks";
constexpr char kReallyApps[] = "@executable_path/../../../../../Frameworks";  // one folder further up
constexpr char kInApp[] = "Frameworks/My.framework/Versions/A/My";
constexpr char kInExtension[] =
    "Library/SystemExtensions/com.example.vpn.tunnel.systemextension/Contents/Frameworks/My.framework/"
    "Versions/A/My";

TEST(LoadingRules, AFrameworkThatTheAppAloneHas) {
  Sample sample;
  sample.files[kInApp] = Library();
  sample.extension.commands = {Loads(kLibrary), Rpath(kOwn)};
  EXPECT_THAT(sample.Found(), Contains("library-outside-extension"));
  // That it is found where it was built is no help.
  sample.extension.commands = {Loads(kLibrary), Rpath(kOwn), Rpath(kReallyApps)};
  EXPECT_THAT(sample.Found(), Contains("library-outside-extension"));
  sample.extension.commands = {
      Loads("@executable_path/../../../../../Frameworks/My.framework/Versions/A/My")};
  EXPECT_THAT(sample.Found(), Contains("library-outside-extension"));
}

TEST(LoadingRules, AFrameworkInTheExtension) {
  Sample sample;
  sample.files[kInExtension] = Library();
  sample.extension.commands = {Loads(kLibrary), Rpath(kOwn)};
  EXPECT_THAT(sample.Found(), ElementsAre("app-group-not-shared"));
}

TEST(LoadingRules, ASearchPathThatLeadsToTheApp) {
  Sample sample;
  sample.extension.commands = {Rpath(kApps)};
  const auto harmless = sample.Findings("library-search-path-to-app");
  ASSERT_EQ(harmless.size(), 1U);
  EXPECT_EQ(harmless[0].severity, lint::Severity::kWarning);
  sample.files[kInApp] = Library();
  sample.extension.commands = {Loads(kLibrary), Rpath(kApps)};
  const auto needed = sample.Findings("library-search-path-to-app");
  ASSERT_EQ(needed.size(), 1U);
  EXPECT_EQ(needed[0].severity, lint::Severity::kError);
}

TEST(LoadingRules, AnAppThatDoesNotSearchInItsExtension) {
  Sample sample;
  sample.files[kInExtension] = Library();
  sample.app.commands = {Loads(kLibrary), Rpath(kOwn)};
  const auto found = sample.Findings("library-search-path-missing");
  ASSERT_EQ(found.size(), 1U);
  EXPECT_THAT(found[0].fix, HasSubstr("@executable_path/../Library/SystemExtensions/"
                                      "com.example.vpn.tunnel.systemextension/Contents/Frameworks"));
  sample.app.commands.push_back(
      Rpath("@executable_path/../Library/SystemExtensions/com.example.vpn.tunnel.systemextension/Contents/"
            "Frameworks"));
  EXPECT_THAT(sample.Found(), Not(Contains("library-search-path-missing")));
}

TEST(LoadingRules, ALibraryThatIsNowhere) {
  Sample sample;
  sample.extension.commands = {Loads(kLibrary), Rpath(kOwn)};
  EXPECT_THAT(sample.Found(), Contains("library-missing"));
  sample.extension.commands = {LoadsWeakly(kLibrary), Rpath(kOwn)};
  EXPECT_THAT(sample.Found(), Not(Contains("library-missing")));
  // What is in /usr/lib/swift of that Mac nobody knows here.
  sample.extension.commands = {Loads("@rpath/libswift_Concurrency.dylib"), Rpath("/usr/lib/swift"),
                               Rpath(kOwn)};
  EXPECT_THAT(sample.Found(), Not(Contains("library-missing")));
}

TEST(LoadingRules, WhatAFrameworkInTheExtensionLoads) {
  Sample sample;
  sample.files[kInExtension] = Library({Loads("@rpath/libmore.dylib")});
  sample.extension.commands = {Loads(kLibrary), Rpath(kOwn)};
  EXPECT_THAT(sample.Found(), Contains("library-missing"));
  sample.files["Frameworks/libmore.dylib"] = Library();
  EXPECT_THAT(sample.Found(), Contains("library-outside-extension"));
  sample.files
      ["Library/SystemExtensions/com.example.vpn.tunnel.systemextension/Contents/Frameworks/libmore.dylib"] =
      Library();
  EXPECT_THAT(sample.Found(), Not(Contains("library-outside-extension")));
}

TEST(LoadPaths, VariablesAndOtherPaths) {
  const Loader loader{
      "My.app/Contents/MacOS", "My.app/Contents/Frameworks", {"@loader_path/x", "/usr/lib/swift"}};
  EXPECT_EQ(Expand("@executable_path/../Frameworks", loader), "My.app/Contents/Frameworks");
  EXPECT_EQ(Expand("@executable_path", loader), "My.app/Contents/MacOS");
  EXPECT_EQ(Expand("@loader_path/./a/../b/", loader), "My.app/Contents/Frameworks/b");
  EXPECT_EQ(Expand("@loader_pathological/a", loader), std::nullopt);
  EXPECT_EQ(Expand("@executable_path/../../../../x", loader), std::nullopt);
  EXPECT_EQ(Expand("/usr/lib", loader), std::nullopt);
  EXPECT_THAT(Candidates("@rpath/l.dylib", loader), ElementsAre("My.app/Contents/Frameworks/x/l.dylib"));
  EXPECT_THAT(Candidates("/usr/lib/l.dylib", loader), IsEmpty());
  EXPECT_TRUE(SearchesElsewhere(loader));
}

}  // namespace
}  // namespace holdfast::bundle
