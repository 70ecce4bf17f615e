// What a spec makes has nothing to lint: neither a profile alone nor all of a Mac together.
#include "profiles/lint/lint.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "profiles/mobileconfig/read.h"
#include "tests/profiles/spec/fleet.h"

namespace holdfast::profiles {
namespace {

TEST(ProfileSpec, WhatIsGeneratedHasNothingToLint) {
  const auto made = Made(kFleet);
  ASSERT_TRUE(made.ok()) << made.status();
  std::vector<Profile> profiles;
  for (const SpecFile& file : made->files) {
    const auto read = Read(file.bytes, file.name);
    ASSERT_TRUE(read.ok()) << read.status();
    profiles.push_back(*read);
  }
  const lint::Report report = lint::Check(profiles, {}, /*together=*/true);
  std::vector<std::string> rules;
  for (const lint::Finding& finding : report.findings) {
    // For information: our own payload's type, and that macOS 27 has a declaration for a DNS proxy.
    if (finding.rule->id == "payload-type-unknown" || finding.rule->id == "payload-deprecated") continue;
    rules.push_back(absl::StrCat(finding.rule->id, " ", finding.place.file, " ", finding.place.key_path));
  }
  // The one secret that the spec puts there.
  EXPECT_THAT(rules, ::testing::ElementsAre("secret-in-profile vpn.mobileconfig PayloadContent[1].Password"));
}

}  // namespace
}  // namespace holdfast::profiles
