#include "agent/daemon/sections.h"

#include "tests/agent/daemon/world.h"

namespace holdfast::agent {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::Not;

std::string ProfilesOf(const std::optional<std::set<std::string>>& profiles) {
  for (const wire::StateSection& section : StateSections({}, {}, profiles)) {
    if (section.name == "profiles") return section.body;
  }
  return "";
}

TEST(Sections, TellWhichProfilesAreInstalledWhereThatIsKnown) {
  EXPECT_THAT(ProfilesOf(std::set<std::string>{"com.b", "com.a"}),
              HasSubstr(R"("installed":["com.a","com.b"])"));
  EXPECT_THAT(ProfilesOf(std::set<std::string>()), HasSubstr(R"("installed":[])"));
  EXPECT_THAT(ProfilesOf(std::nullopt), Not(HasSubstr("installed")));
}

TEST(Sections, AnAppsOwnConfigurationIsNoProfile) {
  SystemFacts system;
  system.configurations = {{"com.b", Provenance::kProfile, true},
                           {"com.app", Provenance::kApp, false},
                           {"com.a", Provenance::kDeclaration, true},
                           {"com.c", Provenance::kUnknown, false}};
  system.unread = {"declarations"};
  EXPECT_THAT(*InstalledProfiles(system), ElementsAre("com.a", "com.b"));
  system.unread = {"declarations", "profiles"};
  EXPECT_FALSE(InstalledProfiles(system).has_value()) << "that none is listed says nothing";
}

TEST(Sections, ReachTheServerWithTheSimulatedMacsProfiles) {
  World world;
  world.Start();
  world.RunFor(absl::Minutes(5));
  std::string last;
  for (const wire::SyncRequest& sync : world.server.syncs) {
    for (const wire::StateSection& section : sync.sections) {
      if (section.name == "profiles") last = section.body;
    }
  }
  EXPECT_THAT(last, HasSubstr(R"("installed":[)"));
}

}  // namespace
}  // namespace holdfast::agent
