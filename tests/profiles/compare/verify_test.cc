#include "profiles/compare/verify.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "absl/strings/str_replace.h"
#include "profiles/mobileconfig/source.h"
#include "tests/profiles/spec/fleet.h"

namespace holdfast::profiles {
namespace {

using ::testing::Contains;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

Comparable Wanted(size_t file) {
  const auto read = ReadComparable(Made(kFleet)->files[file].bytes, "wanted.mobileconfig");
  EXPECT_TRUE(read.ok()) << read.status();
  return *read;
}

InstalledTree As(const Comparable& profile) {
  return {profile.identifier, ProfileScope::kSystem, "", /*managed=*/true, profile.shown};
}

Verified One(const Comparable& wanted, const InstalledState& state) {
  return VerifyInstalled({wanted}, state).front();
}

TEST(Verify, WhatIsInstalledAsWantedIsEqual) {
  const Verified verified = One(Wanted(0), {{As(Wanted(0)), As(Wanted(1))}, {}});
  EXPECT_EQ(verified.state, VerifyState::kEqual);
  EXPECT_EQ(verified.provenance, "profile, managed");
  EXPECT_THAT(verified.collisions, IsEmpty());
}

TEST(Verify, WhatIsNotThereIsMissing) {
  EXPECT_EQ(One(Wanted(0), {{As(Wanted(1))}, {}}).state, VerifyState::kMissing);
}

TEST(Verify, WhatDiffersIsShown) {
  InstalledTree old = As(Wanted(1));
  plist::Array& payloads = *const_cast<plist::Value*>(old.root.Find("PayloadContent"))->As<plist::Array>();
  payloads[1].As<plist::Dict>()->Find("TransparentProxy")->As<plist::Dict>()->Set("Order", int64_t{7});
  const Verified verified = One(Wanted(1), {{old}, {}});
  EXPECT_EQ(verified.state, VerifyState::kDifferent);
  ASSERT_EQ(verified.difference.payloads.size(), 1U);
  EXPECT_EQ(verified.difference.payloads[0].keys[0].before, "7");
  EXPECT_EQ(verified.difference.payloads[0].keys[0].after, "1");
}

TEST(Verify, SecretsAreNotCompared) {
  InstalledTree installed = As(Wanted(0));
  plist::Array& payloads =
      *const_cast<plist::Value*>(installed.root.Find("PayloadContent"))->As<plist::Array>();
  payloads[1].As<plist::Dict>()->Set("Password", "whatever the list prints");
  EXPECT_EQ(One(Wanted(0), {{installed}, {}}).state, VerifyState::kEqual);
}

TEST(Verify, TheSameIdentifierElsewhereCollides) {
  InstalledTree user = As(Wanted(0));
  user.scope = ProfileScope::kUser;
  user.user = "anna";
  const Verified verified = One(Wanted(0), {{user}, {}});
  EXPECT_EQ(verified.state, VerifyState::kMissing);
  EXPECT_THAT(verified.collisions, ElementsAre(HasSubstr("installed for the user anna, another scope")));
}

TEST(Verify, AnotherProfilesPayloadCollides) {
  InstalledTree other = As(Wanted(1));
  other.identifier = "com.other";
  const Verified verified = One(Wanted(1), {{other}, {}});
  EXPECT_EQ(verified.state, VerifyState::kMissing);
  EXPECT_THAT(verified.collisions, Contains(HasSubstr("com.other has a payload with the PayloadUUID")));
  EXPECT_THAT(verified.collisions, Contains(HasSubstr("with the Order of 'Vendor Proxy'")));
}

TEST(Verify, AnAppsConfigurationOfTheSameNameCollides) {
  const InstalledState state{{As(Wanted(1))}, {{"Vendor VPN", "com.vendor.app", Provenance::kApp, ""}}};
  EXPECT_THAT(One(Wanted(1), state).collisions, ElementsAre(HasSubstr("the app com.vendor.app made")));
}

TEST(Verify, NothingListsDeclarations) {
  const auto declaration = ReadComparable(
      R"({"Type": "com.apple.configuration.network.vpn.ikev2", "Identifier": "d", "Payload": {"VisibleName": "V"}})",
      "d.json");
  EXPECT_EQ(One(*declaration, {}).state, VerifyState::kUnknown);
}

}  // namespace
}  // namespace holdfast::profiles
