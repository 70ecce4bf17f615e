// Folders, names and property lists.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <filesystem>

#include "profiles/lint/rule.h"
#include "tests/profiles/bundle/sample.h"

namespace holdfast::bundle {
namespace {

using ::testing::Contains;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::Not;

TEST(LayoutRules, AnExtensionInTheWrongFolder) {
  Sample sample;
  sample.extension_folder = "PlugIns";
  const auto found = sample.Findings("bundle-extension-folder");
  ASSERT_EQ(found.size(), 1U);
  EXPECT_THAT(found[0].fix, HasSubstr("My.app/Contents/Library/SystemExtensions"));
}

TEST(LayoutRules, AnAppExtensionInTheWrongFolder) {
  Sample sample;
  sample.BecomeAppExtension();
  sample.extension_folder = "Library/SystemExtensions";
  EXPECT_THAT(sample.Found(), Contains("bundle-extension-folder"));
}

TEST(LayoutRules, AnExtensionOfExtensionKitHasAFolderOfItsOwn) {
  Sample sample;
  sample.BecomeAppExtension();
  sample.extension.info.erase("NSExtension");
  sample.extension.info["EXAppExtensionAttributes"] =
      Dict({{"EXExtensionPointIdentifier", Text("com.apple.networkextension.url-filter-control")}});
  EXPECT_THAT(sample.Found(), Contains("bundle-extension-folder"));
  sample.extension_folder = "Extensions";
  EXPECT_THAT(sample.Found(), Not(Contains("bundle-extension-folder")));
}

TEST(LayoutRules, AFileNameThatIsNotTheIdentifier) {
  Sample sample;
  sample.extension_file = "Tunnel.systemextension";
  const auto found = sample.Findings("bundle-extension-name");
  ASSERT_EQ(found.size(), 1U);
  EXPECT_THAT(found[0].fix, HasSubstr("com.example.vpn.tunnel.systemextension"));
}

TEST(LayoutRules, APackageTypeOfAnotherKind) {
  Sample sample;
  sample.extension.info["CFBundlePackageType"] = Text("APPL");
  const auto found = sample.Findings("bundle-package-type");
  ASSERT_EQ(found.size(), 1U);
  EXPECT_EQ(found[0].severity, lint::Severity::kError);
  sample.BecomeAppExtension();
  sample.extension.info.erase("CFBundlePackageType");
  const auto of_app_extension = sample.Findings("bundle-package-type");
  ASSERT_EQ(of_app_extension.size(), 1U);
  EXPECT_EQ(of_app_extension[0].severity, lint::Severity::kWarning);
}

TEST(LayoutRules, AnIdentifierThatIsNotTheApps) {
  Sample sample;
  sample.extension.info["CFBundleIdentifier"] = Text("com.other.tunnel");
  EXPECT_THAT(sample.Found(), Contains("bundle-identifier-prefix"));
}

TEST(LayoutRules, NoIdentifier) {
  Sample sample;
  sample.extension.info.erase("CFBundleIdentifier");
  EXPECT_THAT(sample.Found(), Contains("bundle-identifier-missing"));
}

TEST(LayoutRules, APropertyListThatCannotBeRead) {
  Sample sample;
  sample.files["Library/SystemExtensions/com.example.vpn.tunnel.systemextension/Contents/Info.plist"] =
      "<plist>";
  const auto found = sample.Findings("bundle-info-unreadable");
  ASSERT_EQ(found.size(), 1U);
  EXPECT_THAT(found[0].what, HasSubstr("line 1"));
  sample.files["Library/SystemExtensions/com.example.vpn.tunnel.systemextension/Contents/Info.plist"] =
      "<?xml version=\"1.0\"?><plist><array/></plist>";
  EXPECT_THAT(sample.Found(), Contains("bundle-info-unreadable"));
}

TEST(LayoutRules, AProgramThatIsMissingOrNone) {
  Sample sample;
  sample.extension.info["CFBundleExecutable"] = Text("other");
  EXPECT_THAT(sample.Found(), Contains("bundle-program-unreadable"));
  sample.extension.info.erase("CFBundleExecutable");
  EXPECT_THAT(sample.Found(), Contains("bundle-program-unreadable"));
  Sample script;
  script.files["MacOS/program"] = "#!/bin/sh\n";
  const auto found = script.Findings("bundle-program-unreadable");
  ASSERT_EQ(found.size(), 1U);
  EXPECT_THAT(found[0].what, HasSubstr("no Mach-O file"));
}

TEST(LayoutRules, SeveralSystemExtensionsAreToldAsAFact) {
  Sample sample;
  const std::string other = "Library/SystemExtensions/com.example.vpn.filter.systemextension/Contents/";
  Keys info = sample.extension.info;
  info["CFBundleIdentifier"] = Text("com.example.vpn.filter");
  sample.files[other + "Info.plist"] = PropertyList(info);
  sample.files[other + "MacOS/program"] = sample.extension.Bytes();
  const auto found = sample.Findings("bundle-several-extensions");
  ASSERT_EQ(found.size(), 1U);
  EXPECT_EQ(found[0].severity, lint::Severity::kInfo);
}

TEST(LayoutRules, LinksThatLeadOutAreToldAndNotFollowed) {
  const TempFolder folder;
  namespace fs = std::filesystem;
  fs::create_directories(folder.File("My.app/Contents/Library"));
  fs::create_directories(folder.File("outside/x.systemextension"));
  fs::create_directory_symlink(folder.File("outside"),
                               folder.File("My.app/Contents/Library/SystemExtensions"));
  const auto read = Inspect(folder.File("My.app"), {});
  ASSERT_TRUE(read.ok()) << read.status();
  EXPECT_EQ(read->bundles.size(), 1U);
  const auto found = std::find_if(read->findings.begin(), read->findings.end(),
                                  [](const lint::Finding& f) { return f.rule->id == "bundle-link-outside"; });
  ASSERT_NE(found, read->findings.end());
  EXPECT_EQ(found->place.file, "My.app/Contents/Library/SystemExtensions");
}

}  // namespace
}  // namespace holdfast::bundle
