// The preferences file as the source of what is installed: read, changed, damaged, gone.
#include "agent/session/darwin/preferences_configurations.h"

#include <unistd.h>

#include <cstdio>

#include "base/file.h"
#include "tests/agent/session/darwin/darwin_fixture.h"
#include "tests/agent/signals/parse/ne_fixture.h"

namespace holdfast::session {
namespace {

using ::testing::HasSubstr;

class PreferencesTest : public sim::DarwinTest {
 protected:
  PreferencesTest()
      : path(absl::StrCat(::testing::TempDir(), "/ne-", getpid(), "-",
                          ::testing::UnitTest::GetInstance()->current_test_info()->name(), ".plist")),
        source(time, time, MakeClient(), {.path = path}) {}
  ~PreferencesTest() override { std::remove(path.c_str()); }
  void Put(const std::string& bytes) { ASSERT_TRUE(WriteFileAtomically(path, bytes).ok()); }
  void Begin() {
    ASSERT_TRUE(source.Begin([this](const InstalledFacts& facts) { told.push_back(facts); }).ok());
    EXPECT_TRUE(told.empty());
    time.RunFor(absl::Seconds(1));
  }

  const std::string path;
  PreferencesConfigurations source;
  std::vector<InstalledFacts> told;
};

TEST_F(PreferencesTest, TellsWhatIsInstalled) {
  Put(parse::NeFixture().Bytes());
  Begin();
  ASSERT_EQ(told.size(), 1u);
  EXPECT_FALSE(told.back().services.empty());
  EXPECT_TRUE(told.back().findings.empty());
  EXPECT_TRUE(std::is_sorted(told.back().services.begin(), told.back().services.end(),
                             [](const auto& a, const auto& b) { return a.id < b.id; }));
  time.RunFor(absl::Hours(1));
  EXPECT_EQ(told.size(), 1u);  // nothing changed
}

TEST_F(PreferencesTest, AMacWithoutAVpnHasNoFile) {
  Begin();
  ASSERT_EQ(told.size(), 1u);
  EXPECT_EQ(told.back(), InstalledFacts{});
  Put(parse::NeFixture().Bytes());
  time.RunFor(absl::Minutes(2));
  ASSERT_EQ(told.size(), 2u);
  EXPECT_FALSE(told.back().services.empty());
  std::remove(path.c_str());
  time.RunFor(absl::Minutes(2));
  EXPECT_EQ(told.back(), InstalledFacts{});
}

TEST_F(PreferencesTest, AFileThatCannotBeReadIsAFindingAndWhatWasKnownStays) {
  Put(parse::NeFixture().Bytes());
  Begin();
  const InstalledFacts before = told.back();
  Put("bplist00 and then nothing");
  time.RunFor(absl::Minutes(2));
  ASSERT_EQ(told.size(), 2u);
  EXPECT_EQ(told.back().services, before.services);
  ASSERT_EQ(told.back().findings.size(), 1u);
  EXPECT_EQ(told.back().findings[0].code, "configurations-unreadable");
  EXPECT_THAT(told.back().findings[0].message, HasSubstr("stays"));
  Put(parse::NeFixture().Bytes());
  time.RunFor(absl::Minutes(2));
  EXPECT_EQ(told.back(), before);
}

}  // namespace
}  // namespace holdfast::session
