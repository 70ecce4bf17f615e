#include "sim/scenario/scenario.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cstdlib>
#include <filesystem>
#include <fstream>

#include "absl/strings/str_cat.h"
#include "base/file.h"
#include "sim/virtual_time.h"
#include "tests/sim/mac_fixture.h"

namespace holdfast::sim {
namespace {

using ::testing::AllOf;
using ::testing::ElementsAre;
using ::testing::HasSubstr;

std::string ProfilesFolder() {
  const char* root = std::getenv("HOLDFAST_SOURCE");
  return absl::StrCat(root == nullptr ? "." : root, "/deploy/demo/profiles");
}

absl::StatusOr<Scenario> Parse(const std::string& yaml) {
  return ParseScenario(yaml, "test.yaml", ProfilesFolder());
}

TEST(Scenario, SetsUpTheMacAndPlaysItsSteps) {
  const auto scenario = Parse(R"(
seed: 9
profiles: [ikev2-mac]
timers: {starting_ikev2: 6s, connect: 200ms}
gateways: {vpn.example.com: reachable}
console_user: alice
steps:
  - {at: 10s, do: "gateway vpn.example.com silent"}
  - {at: 1s, do: user-connect, service: Corporate VPN}
  - {at: 5s, do: user-disconnect, service: Corporate VPN}
  - {at: 11s, do: "user-connect Corporate VPN"}
)");
  ASSERT_TRUE(scenario.ok()) << scenario.status();
  VirtualTime time;
  const auto mac = MakeMac(*scenario, time, time);
  Watcher watcher;
  mac->AddObserver(&watcher);
  CommandInterpreter interpreter({*mac, &time, scenario->folder});
  std::vector<int> lines;
  Player player(*scenario, interpreter, time, time, [&](const Step& step, const auto& answer) {
    EXPECT_TRUE(answer.ok()) << answer.status();
    lines.push_back(step.line);
  });
  const Uuid id = *mac->FindService("Corporate VPN");
  time.RunFor(absl::Seconds(4));
  EXPECT_EQ(mac->StatusOf(id), SessionStatus::kConnected);
  EXPECT_EQ(watcher.users.back().name, "alice");
  time.RunFor(absl::Seconds(15));
  EXPECT_EQ(watcher.Last(id).stop_reason, 12);  // after the scenario's six seconds
  EXPECT_THAT(lines, ElementsAre(9, 10, 8, 11));
  mac->RemoveObserver(&watcher);
}

TEST(Scenario, AStepOfADestroyedPlayerDoesNotHappen) {
  const auto scenario = Parse("profiles: [ikev2-mac]\nsteps: [{at: 1s, do: sleep}]\n");
  ASSERT_TRUE(scenario.ok());
  VirtualTime time;
  const auto mac = MakeMac(*scenario, time, time);
  CommandInterpreter interpreter({*mac, &time, "."});
  {
    Player player(*scenario, interpreter, time, time, nullptr);
  }
  time.RunFor(absl::Seconds(5));
  EXPECT_FALSE(mac->asleep());
}

struct Mistake {
  std::string yaml;
  std::string error;
};
class Mistakes : public ::testing::TestWithParam<Mistake> {};

TEST_P(Mistakes, NameFileLineAndKey) {
  const auto scenario = Parse(GetParam().yaml);
  ASSERT_FALSE(scenario.ok());
  EXPECT_THAT(std::string(scenario.status().message()), HasSubstr(GetParam().error));
}

INSTANTIATE_TEST_SUITE_P(
    All, Mistakes,
    ::testing::Values(
        Mistake{"seed: 1\nprofile: []\n",
                "test.yaml:2: profile: unknown key; there are: behaviour, console_user"},
        Mistake{"timers:\n  starting: 1s\n", "test.yaml:2: timers.starting: unknown key"},
        Mistake{"timers:\n  connect: soon\n", "test.yaml:2: timers.connect: expected a duration"},
        Mistake{"delivery: {late_share: 2}\n",
                "test.yaml:1: delivery.late_share: expected a number from 0 to 1"},
        Mistake{"seed: many\n", "seed: expected a whole number"},
        Mistake{"network: sideways\n", "network: expected up or down, got 'sideways'"},
        Mistake{"gateways:\n  a: asleep\n",
                "test.yaml:2: gateways.a: expected one of reachable, unreachable"},
        Mistake{"profiles: [nothing-there]\n", "test.yaml:1: profiles[0]: reading the profile"},
        Mistake{"steps:\n  - {do: sleep}\n", "test.yaml:2: steps[0]: a step needs 'at' and 'do'"},
        Mistake{"steps:\n  - {at: 1s, do: dance}\n",
                "test.yaml:2: steps[0]: unknown command 'dance'; there are: network"},
        Mistake{"steps:\n  - {at: 1s, do: sleep, service: x}\n", "'sleep' does not take it; write: sleep"},
        Mistake{"steps:\n  - {at: 1s, do: gateway, host: a}\n", "write: gateway HOST MODE"},
        Mistake{"profiles: [ikev2-mac]\nsteps:\n  - {at: 1s, do: user-connect, service: Nope}\n",
                "test.yaml:3: steps[0]: there is no service 'Nope'; the profiles have: 'Corporate VPN'"},
        Mistake{"steps: [{at: 1s, do: install, path: nowhere}]\n", "steps[0]: reading the profile"},
        Mistake{"a: [\n", "test.yaml:2: not YAML"},
        Mistake{"- 1\n", "test.yaml:1: expected keys with values"}));

TEST(Scenario, AMissingFileIsNamed) {
  EXPECT_THAT(std::string(LoadScenario("/nonexistent/s.yaml").status().message()),
              HasSubstr("/nonexistent/s.yaml"));
}

TEST(Scenario, ProfilesAreFoundBesideTheFile) {
  char folder[] = "/tmp/holdfast-scenario-XXXXXX";
  ASSERT_NE(mkdtemp(folder), nullptr);
  const std::filesystem::path here(folder);
  std::filesystem::copy_file(ProfilesFolder() + "/ikev2-mac/corporate-vpn.mobileconfig",
                             here / "vpn.mobileconfig");
  std::ofstream(here / "s.yaml") << "profiles: [vpn.mobileconfig]\n";
  const auto scenario = LoadScenario((here / "s.yaml").string());
  EXPECT_TRUE(scenario.ok()) << scenario.status();
  std::filesystem::remove_all(here);
}

// --- lines of text

class Interpreter : public MacTest {
 protected:
  std::string Say(const std::string& line) { return interpreter.Answer(line); }
  CommandInterpreter interpreter{Stage{mac, &time, ProfilesFolder()}};
};

TEST_F(Interpreter, EveryVerbOfTheHelpWorks) {
  EXPECT_EQ(Say("install globalprotect-mac"), "ok: installed com.example.vpn.globalprotect");
  for (const char* line : {"user-connect GlobalProtect",
                           "network down",
                           "network up",
                           "network roam cafe",
                           "login alice",
                           "logout",
                           "gateway portal.example.com unreachable",
                           "probe 10.66.0.1 fail",
                           "probe 10.66.0.1 ok",
                           "stop-hangs GlobalProtect on",
                           "drop GlobalProtect 21",
                           "sleep",
                           "dark-wake",
                           "wake",
                           "manager-restart",
                           "clock +1h",
                           "clock -90s",
                           "reboot",
                           "user-disconnect \"GlobalProtect\"",
                           "extension-update com.paloaltonetworks.GlobalProtect.client.extension",
                           "filter com.paloaltonetworks.GlobalProtect.client.extension dead",
                           "remove com.example.vpn.globalprotect"}) {
    EXPECT_EQ(Say(line), "ok") << line;
    time.RunFor(absl::Seconds(1));
  }
  const std::string help = Say("help");
  for (const Verb& verb : Verbs()) EXPECT_THAT(help, HasSubstr(std::string(verb.name)));
  const char* source = std::getenv("HOLDFAST_SOURCE");
  if (source == nullptr) return;  // where the documents are is not known
  std::ifstream file(std::string(source) + "/docs/simulated-mac.md");
  std::stringstream page;
  page << file.rdbuf();
  for (const Verb& verb : Verbs()) EXPECT_THAT(page.str(), HasSubstr(absl::StrCat("`", verb.name)));
}

TEST_F(Interpreter, ShowProfilesWritesTheListThatAMacPrints) {
  const std::string path = ::testing::TempDir() + "/installed-profiles.plist";
  Say("install globalprotect-mac");
  EXPECT_EQ(Say("show-profiles " + path), "ok: wrote " + path);
  const auto list = ReadFile(path);
  ASSERT_TRUE(list.ok()) << list.status();
  EXPECT_THAT(*list, AllOf(HasSubstr("_computerlevel"), HasSubstr("com.example.vpn.globalprotect"),
                           HasSubstr("ProfileItems")));
}

TEST_F(Interpreter, StatusTellsEachService) {
  Install(MakeService("corp"));
  EXPECT_EQ(Say("status"), "ok: corp: disconnected");
}

TEST_F(Interpreter, MistakesSayWhatThereIs) {
  Install(MakeService("corp"));
  EXPECT_THAT(Say("dance"), HasSubstr("error: unknown command 'dance'; there are: network"));
  EXPECT_THAT(Say("user-connect nope"), HasSubstr("there is no service 'nope'; installed: 'corp'"));
  EXPECT_THAT(Say("gateway a"), HasSubstr("write: gateway HOST MODE"));
  EXPECT_THAT(Say("gateway a asleep"), HasSubstr("certificate-expired"));
  EXPECT_THAT(Say("network left"), HasSubstr("'up', 'down' or 'roam'"));
  EXPECT_THAT(Say("drop corp 99"), HasSubstr("0 to 41"));
  EXPECT_THAT(Say("clock noon"), HasSubstr("+1h"));
  EXPECT_THAT(Say("remove nope"), HasSubstr("installed are: com.example.corp"));
  EXPECT_THAT(Say("extension-update nope"), HasSubstr("not installed"));
  EXPECT_THAT(Say("user-connect \"corp"), HasSubstr("quotation mark"));
  EXPECT_THAT(Say("install nowhere"), HasSubstr("there is no such file or folder"));
  EXPECT_THAT(Say(""), HasSubstr("empty"));
}

TEST_F(Interpreter, AClockThatCannotMoveSaysSo) {
  CommandInterpreter fixed{Stage{mac, nullptr, "."}};
  EXPECT_THAT(fixed.Answer("clock +1h"), HasSubstr("cannot be moved"));
}

}  // namespace
}  // namespace holdfast::sim
