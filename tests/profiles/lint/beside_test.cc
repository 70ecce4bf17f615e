// Profiles beside others that were looked at before, and what is kept of those.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <set>

#include "absl/strings/str_replace.h"
#include "profiles/files/read_trees.h"
#include "profiles/lint/lint.h"
#include "profiles/lint/outline.h"
#include "tests/profiles/lint/samples.h"

namespace holdfast::lint {
namespace {

using ::testing::Contains;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::Not;

std::string Proxy(int number, const std::string& order) {
  const std::string keys =
      absl::StrReplaceAll(ProviderKeys("TransparentProxy"),
                          {{"com.example.vpn", absl::StrCat("com.example.vpn", number)},
                           {">Edge<", absl::StrCat(">Edge ", number, "<")},
                           {"@", order.empty() ? "" : "<key>Order</key><integer>" + order + "</integer>"}});
  return ProfileXml(PayloadXml("com.apple.vpn.managed", number, keys), absl::StrCat("com.example.", number));
}

profiles::Profile Sample(int number, const std::string& order) {
  return ReadSample(Proxy(number, order), absl::StrCat(number, ".mobileconfig"));
}

std::vector<std::string> Found(const std::vector<Finding>& findings) {
  std::vector<std::string> found;
  for (const Finding& f : findings) {
    if (f.severity != Severity::kInfo && f.rule->id != "provider-not-allowed") {
      found.push_back(absl::StrCat(f.place.file, " ", f.rule->id));
    }
  }
  return found;
}

TEST(Beside, ACollisionIsToldOfTheOneThatIsLookedAt) {
  const std::vector<profiles::Profile> own = {Sample(2, "1")}, beside = {Sample(1, "1")};
  const Report report = Check(own, {}, /*together=*/true, {}, beside);
  EXPECT_EQ(report.files, 1u);
  EXPECT_THAT(Found(report.findings), ElementsAre("2.mobileconfig proxy-order-equal"));
}

TEST(Beside, WhatTheOthersHaveAloneIsNotToldAgain) {
  const std::vector<profiles::Profile> own = {Sample(3, "3")}, beside = {Sample(1, "1"), Sample(2, "1")};
  EXPECT_THAT(Found(Check(own, {}, true, {}, beside).findings), IsEmpty());
  EXPECT_THAT(Found(Check(beside, {}, true).findings), ElementsAre("2.mobileconfig proxy-order-equal"));
}

// Alone it may leave its Order out; beside another it may not, and the edit is there.
TEST(Beside, WhatBecomesWrongInAnotherFileIsTold) {
  const std::vector<profiles::Profile> own = {Sample(2, "2")}, beside = {Sample(1, "")};
  EXPECT_THAT(Found(Check(own, {}, true, {}, beside).findings),
              ElementsAre("1.mobileconfig proxy-order-missing"));
}

TEST(Beside, CommentsOfTheOthersSilenceAndAreNotJudged) {
  const std::string comment =
      "<!-- holdfast-lint: allow proxy-order-missing key-unknown: as ever -->\n<!-- holdfast-lint: no -->";
  const std::string xml = absl::StrReplaceAll(Proxy(1, ""), {{"<plist", comment + "<plist"}});
  const std::vector<profiles::Profile> own = {Sample(2, "2")}, beside = {ReadSample(xml, "1.mobileconfig")};
  for (const Finding& f : Check(own, {}, true, {}, beside).findings) {
    if (f.place.file != "1.mobileconfig" || f.severity == Severity::kInfo) continue;
    EXPECT_EQ(f.allowed_because, "as ever") << f.rule->id;
  }
}

TEST(Beside, ManyEqualOrdersDoNotMakeLongTexts) {
  std::vector<profiles::Profile> files;
  for (int i = 0; i < 100; ++i) {
    files.push_back(ReadSample(absl::StrReplaceAll(Proxy(7, "1"), {{"vpn7", absl::StrCat("vpn", i)}}),
                               absl::StrCat(i, ".mobileconfig")));
  }
  size_t seen = 0;
  for (const Finding& f : Check(files, {}, true).findings) {
    if (f.rule->id != "proxy-order-equal") continue;
    ++seen;
    EXPECT_THAT(f.what, HasSubstr(", and 84 more"));
    EXPECT_THAT(f.fix, HasSubstr("; and 83 more"));
    EXPECT_LT(f.what.size() + f.fix.size(), 4000u);
  }
  EXPECT_EQ(seen, 99u);
}

TEST(Outline, KeepsNothingThatIsNotListed) {
  const std::string keys = absl::StrReplaceAll(
      kIkev2Keys,
      {{"@", "<key>SharedSecret</key><data>U0VDUkVU</data><key>Vendor</key><string>SECRET</string>"},
       {"<key>VPNType",
        "<key>PayloadContent</key><array><string>SECRET</string></array>"
        "<key>Relays</key><string>SECRET</string><key>VPNType"}});
  const profiles::Profile read = ReadSample(ProfileXml(PayloadXml("com.apple.vpn.managed", 1, keys)));
  const std::string outline = OutlineOf(*read.source.pointer);
  EXPECT_THAT(outline, Not(HasSubstr("SECRET")));
  EXPECT_THAT(outline, HasSubstr("vpn.example.com"));
}

TEST(Outline, KeepsWhatTheRulesOfSeveralReadInWaysThatNoOtherTestHas) {
  const std::string full = absl::StrReplaceAll(
      kIkev2Keys, {{"@", "<key>OnDemandEnabled</key><integer>1</integer>"},
                   {"<key>IKEv2",
                    "<key>IPv4</key><dict><key>OverridePrimary</key><integer>1</integer></dict><key>IKEv2"}});
  const std::string declaration =
      R"({"Type": "com.apple.configuration.network.vpn.ikev2", "Identifier": "com.example.vpn",
          "Payload": {"VisibleName": "Corp", "HostName": "vpn.example.com"}})";
  std::vector<profiles::Profile> files, outlines;
  files.push_back(ReadSample(ProfileXml(PayloadXml("com.apple.vpn.managed", 1, full), "com.a"), "a"));
  files.push_back(ReadSample(ProfileXml(PayloadXml("com.apple.vpn.managed", 2, full), "com.b"), "b"));
  files.push_back(*profiles::ReadProfileOrDeclaration(declaration, "c.json"));
  for (const profiles::Profile& file : files) {
    outlines.push_back(*ReadOutline(OutlineOf(*file.source.pointer), file.source->name));
  }
  const auto found = Found(CheckTogether(outlines, {}));
  EXPECT_EQ(found, Found(CheckTogether(files, {})));
  EXPECT_THAT(found, Contains("b fleet-full-tunnels"));
  EXPECT_THAT(found, Contains("c.json fleet-declaration-and-profile"));
}

TEST(Outline, OfWhatCouldNotBeReadIsKeptThatItWasNot) {
  const auto read = ReadOutline(OutlineOf(*ReadSample("no profile").source.pointer), "x.mobileconfig");
  ASSERT_TRUE(read.ok());
  EXPECT_FALSE(read->source->unreadable.empty());
}

TEST(Outline, DamagedBytesAreRefusedOrReadAndNeverMore) {
  const std::string whole = OutlineOf(*Sample(1, "1").source.pointer);
  ASSERT_TRUE(ReadOutline(whole, "x").ok());
  for (size_t size = 0; size < whole.size(); ++size) {
    const auto read = ReadOutline(whole.substr(0, size), "x");
    EXPECT_TRUE(absl::IsDataLoss(read.status())) << size << ": " << read.status();
  }
  for (size_t at = 0; at < whole.size(); ++at) {
    std::string damaged = whole;
    damaged[at] = static_cast<char>(damaged[at] ^ 0x84);
    ReadOutline(damaged, "x").IgnoreError();
  }
}

}  // namespace
}  // namespace holdfast::lint
