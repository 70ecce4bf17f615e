// Profiles from the field, where a checkout has them beside it: none crashes, and some say what is known of
// them.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <map>
#include <set>
#include <sstream>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"
#include "profiles/lint/lint.h"
#include "profiles/mobileconfig/read.h"

namespace holdfast::profiles {
namespace {

namespace fs = std::filesystem;
using ::testing::Contains;
using ::testing::SizeIs;

class Corpus : public ::testing::Test {
 protected:
  void SetUp() override {
    const char* source = std::getenv("HOLDFAST_SOURCE");
    folder_ = fs::path(source == nullptr ? "." : source) / ".." / "shared" / "profiles-corpus";
    if (!fs::exists(folder_)) GTEST_SKIP() << "the corpus of public profiles is not beside this checkout";
  }
  absl::StatusOr<Profile> ReadOne(const std::string& name) const {
    std::ifstream in(folder_ / name, std::ios::binary);
    std::stringstream bytes;
    bytes << in.rdbuf();
    return Read(bytes.str(), name);
  }
  std::set<std::string> CodesOf(const std::string& name) const {
    const auto read = ReadOne(name);
    const Profile profile = read.ok() ? *read : Unreadable(name, read.status());
    std::set<std::string> codes;
    for (const lint::Finding& finding : lint::Check({profile}, {}, false).findings) {
      codes.insert(std::string(finding.rule->id));
    }
    return codes;
  }
  fs::path folder_;
};

TEST_F(Corpus, AllButTheBrokenAreRead) {
  int count = 0;
  for (const auto& entry : fs::directory_iterator(folder_)) {
    if (entry.path().extension() != ".mobileconfig") continue;
    ++count;
    const std::string name = entry.path().filename();
    const auto profile = ReadOne(name);
    const bool broken = name == "mobileconfig-validator__not-a-plist.mobileconfig";
    EXPECT_EQ(profile.ok(), !broken) << name << ": " << profile.status();
  }
  EXPECT_GT(count, 30);
}

TEST_F(Corpus, AWorkingIkeVersion2ProfileIsAService) {
  const auto profile = ReadOne("algo__ipsec-testuser1.mobileconfig");
  ASSERT_TRUE(profile.ok());
  ASSERT_THAT(profile->services, SizeIs(1));
  EXPECT_EQ(profile->services[0].type, ServiceType::kIkev2);
  EXPECT_EQ(profile->services[0].remote_address, "10.99.0.10");
  EXPECT_EQ(profile->services[0].id.ToString(), "839A7948-0024-5CE8-B26D-051C798F53F2");
  EXPECT_FALSE(profile->services[0].on_demand);
}

TEST_F(Corpus, AWorkingFilterIsAFilter) {
  const auto profile = ReadOne("mdatp-xplat__netfilter.mobileconfig");
  ASSERT_TRUE(profile.ok());
  ASSERT_THAT(profile->filters, SizeIs(1));
  EXPECT_EQ(profile->filters[0].bundle_id, "com.microsoft.wdav.netext");
  EXPECT_EQ(profile->filters[0].grade, "inspector");
}

// What the corpus itself says of each of its files.
struct Entry {
  std::string name, status;
};
std::vector<Entry> Manifest(const fs::path& folder) {
  std::vector<Entry> entries;
  std::ifstream in(folder / "MANIFEST.tsv");
  std::string line;
  std::getline(in, line);  // names of columns
  while (std::getline(in, line)) {
    const std::vector<std::string> columns = absl::StrSplit(line, '\t');
    if (columns.size() > 2) entries.push_back({columns[0], columns[2]});
  }
  return entries;
}

TEST_F(Corpus, WhatIsValidHasNoErrors) {
  size_t valid = 0;
  for (const Entry& entry : Manifest(folder_)) {
    if (!absl::StrContains(entry.status, "valid") || entry.status == "invalid-fixture") continue;
    ++valid;
    const auto profile = ReadOne(entry.name);
    ASSERT_TRUE(profile.ok()) << profile.status();
    for (const lint::Finding& finding : lint::Check({*profile}, {}, false).findings) {
      EXPECT_NE(finding.severity, lint::Severity::kError)
          << entry.name << ": " << finding.rule->id << ": " << finding.what;
    }
  }
  EXPECT_GT(valid, 20u);
}

// Why each file that is no good is none.
const std::map<std::string, std::string>& Reasons() {
  static const auto& reasons = *new std::map<std::string, std::string>{
      {"mobileconfig-validator__duplicate-uuid.mobileconfig", "duplicate-payload-uuid"},
      {"mobileconfig-validator__invalid-uuid-format.mobileconfig", "payload-uuid-malformed"},
      {"mobileconfig-validator__missing-payload-uuid.mobileconfig", "payload-missing-uuid"},
      {"mobileconfig-validator__not-a-plist.mobileconfig", "profile-unreadable"},
      {"mobileconfig-validator__unknown-payload-type.mobileconfig", "payload-type-unknown"},
      {"mobileconfig-validator__wrong-outer-type.mobileconfig", "profile-wrong-type"},
      {"mobileconfig-validator__wrong-payload-version.mobileconfig", "payload-version-not-one"},
      {"santa__system-extension-policy.santa.example.mobileconfig", "profile-form"},
      {"mdatp-xplat__background_services.mobileconfig", "payload-version-missing"},
      {"mdatp-xplat__fulldisk.mobileconfig", "key-type-coerced"},
      {"profiledocs__com.apple.vpn.managed.mobileconfig", "profile-version-not-integer"},
      {"profiledocs__com.apple.webcontent-filter.mobileconfig", "filter-missing-plugin"},
  };
  return reasons;
}

TEST_F(Corpus, WhatIsNotIsFoundForItsReason) {
  for (const Entry& entry : Manifest(folder_)) {
    if (entry.status != "broken" && entry.status != "invalid-fixture" && entry.status != "flawed") continue;
    const auto reason = Reasons().find(entry.name);
    ASSERT_NE(reason, Reasons().end()) << entry.name;
    EXPECT_THAT(CodesOf(entry.name), Contains(reason->second)) << entry.name;
  }
}

TEST_F(Corpus, ASignedProfileSaysTheSameAsItsPlainTwin) {
  const auto plain = ReadOne("encrypted-dns__unsigned-adguard-default-https.mobileconfig");
  const auto wrapped = ReadOne("encrypted-dns__adguard-default-https.mobileconfig");
  ASSERT_TRUE(plain.ok() && wrapped.ok());
  EXPECT_TRUE(wrapped->is_signed);
  EXPECT_FALSE(wrapped->signer.empty());
  EXPECT_EQ(plain->identifier, wrapped->identifier);
  EXPECT_EQ(plain->payloads, wrapped->payloads);
}

}  // namespace
}  // namespace holdfast::profiles
