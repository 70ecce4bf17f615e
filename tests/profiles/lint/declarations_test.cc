// Declarations are linted as the profiles that would say the same, and beside them.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>
#include <set>

#include "absl/strings/str_replace.h"
#include "profiles/files/read_trees.h"
#include "profiles/lint/lint.h"
#include "tests/profiles/lint/samples.h"

namespace holdfast::lint {
namespace {

namespace fs = std::filesystem;
using ::testing::Contains;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::Not;

constexpr char kVpn[] =
    R"({"Type": "com.apple.configuration.network.vpn.ikev2", "Identifier": "com.example.vpn",
  "Payload": {"VisibleName": "Corp", "HostName": "vpn.example.com", "LocalIdentifier": "mac",
    "RemoteIdentifier": "vpn.example.com", "Authentication": {"Method": "Certificate",
    "IdentityAssetReference": "com.example.identity"}}})";

profiles::Profile ReadAny(const std::string& text, const std::string& name) {
  auto read = profiles::ReadProfileOrDeclaration(text, name);
  return read.ok() ? *std::move(read) : profiles::Unreadable(name, read.status());
}

std::set<std::string> Ids(const std::vector<profiles::Profile>& files, const Options& options = {}) {
  std::set<std::string> ids;
  for (const Finding& finding : Check(files, options, /*together=*/true).findings) {
    ids.insert(std::string(finding.rule->id));
  }
  return ids;
}

TEST(Declarations, AFlawlessOneHasNoFindings) {
  EXPECT_THAT(Ids({ReadAny(kVpn, "vpn.json")}), IsEmpty());
}

TEST(Declarations, OlderMacsDoNotKnowThem) {
  EXPECT_THAT(Ids({ReadAny(kVpn, "vpn.json")}, {.target = MacOsVersion{26, 4, 0}}),
              Contains("declaration-too-new"));
}

TEST(Declarations, OtherTypesAreNotLookedAt) {
  const std::string other = absl::StrReplaceAll(kVpn, {{"network.vpn.ikev2", "passcode.settings"}});
  EXPECT_THAT(Ids({ReadAny(other, "x.json")}), ElementsAre("declaration-type-unknown"));
}

TEST(Declarations, AnUnknownKeyIsNamed) {
  const std::string misspelt =
      absl::StrReplaceAll(kVpn, {{"\"VisibleName\"", "\"Visible\": 1, \"VisibleName\""}});
  EXPECT_THAT(Ids({ReadAny(misspelt, "x.json")}), Contains("declaration-key-unknown"));
}

TEST(Declarations, RulesOfProfilesHoldForThem) {
  const std::string none = absl::StrReplaceAll(kVpn, {{"\"Certificate\"", "\"None\""}});
  EXPECT_THAT(Ids({ReadAny(none, "x.json")}), Contains("ikev2-no-authentication"));
}

TEST(Declarations, OneBesideAProfileForTheSameGatewayIsFound) {
  const profiles::Profile profile = ReadSample(
      ProfileXml(PayloadXml("com.apple.vpn.managed", 1, absl::StrReplaceAll(kIkev2Keys, {{"@", ""}}))));
  EXPECT_THAT(Ids({ReadAny(kVpn, "vpn.json"), profile}), Contains("fleet-declaration-and-profile"));
  EXPECT_THAT(Ids({profile}), Not(Contains("fleet-declaration-and-profile")));
}

TEST(Trees, FoldersGiveProfilesAndDeclarationsAndPassOverOtherJson) {
  const fs::path folder = fs::path(::testing::TempDir()) / "lint-tree";
  fs::remove_all(folder);
  fs::create_directories(folder / "below");
  const auto write = [&](const std::string& name, const std::string& text) {
    std::ofstream(folder / name, std::ios::binary) << text;
  };
  write("a.mobileconfig", "junk");
  write("below/b.json", kVpn);
  write("package.json", "{}");
  write("notes.txt", "nothing");
  const auto read = profiles::ReadTrees({folder.string()});
  ASSERT_TRUE(read.ok()) << read.status();
  std::vector<std::string> names;
  for (const profiles::Profile& profile : *read) names.push_back(fs::path(profile.source->name).filename());
  EXPECT_THAT(names, ElementsAre("a.mobileconfig", "b.json"));
  EXPECT_THAT(Ids(*read), Contains("profile-unreadable"));
  // Asked for by its name it is looked at.
  EXPECT_THAT(Ids(*profiles::ReadTrees({(folder / "package.json").string()})),
              Contains("profile-unreadable"));
  EXPECT_THAT(std::string(profiles::ReadTrees({(folder / "none").string()}).status().message()),
              HasSubstr("no such file or folder"));
  fs::create_directories(folder / "empty");
  EXPECT_THAT(std::string(profiles::ReadTrees({(folder / "empty").string()}).status().message()),
              HasSubstr("no profile and no declaration"));
  fs::remove_all(folder);
}

}  // namespace
}  // namespace holdfast::lint
