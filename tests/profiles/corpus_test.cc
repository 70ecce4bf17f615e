// Profiles from the field, where a checkout has them beside it: none crashes, and some say what is known of
// them.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <set>
#include <sstream>

#include "absl/strings/str_cat.h"
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
    std::set<std::string> codes;
    const auto profile = ReadOne(name);
    EXPECT_TRUE(profile.ok()) << profile.status();
    if (!profile.ok()) return codes;
    for (const lint::Finding& finding : lint::Check({*profile}, {}, false).findings) {
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

TEST_F(Corpus, FlawedOnesHaveTheirFindings) {
  const auto vpn = CodesOf("profiledocs__com.apple.vpn.managed.mobileconfig");
  EXPECT_THAT(vpn, Contains("profile-version-not-integer"));
  EXPECT_THAT(vpn, Contains("payload-missing-uuid"));
  EXPECT_THAT(vpn, Contains("vpn-missing-remote-address"));
  EXPECT_THAT(CodesOf("profiledocs__com.apple.webcontent-filter.mobileconfig"),
              Contains("filter-missing-plugin"));
  EXPECT_THAT(CodesOf("mobileconfig-validator__duplicate-uuid.mobileconfig"),
              Contains("duplicate-payload-uuid"));
  EXPECT_THAT(CodesOf("mobileconfig-validator__missing-payload-uuid.mobileconfig"),
              Contains("payload-missing-uuid"));
  EXPECT_THAT(CodesOf("mobileconfig-validator__invalid-uuid-format.mobileconfig"),
              Contains("payload-uuid-malformed"));
  EXPECT_THAT(CodesOf("mobileconfig-validator__wrong-outer-type.mobileconfig"),
              Contains("profile-wrong-type"));
  EXPECT_THAT(CodesOf("santa__system-extension-policy.santa.example.mobileconfig"), Contains("profile-form"));
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
