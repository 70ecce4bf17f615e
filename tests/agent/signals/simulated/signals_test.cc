#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <optional>

#include "agent/signals/simulated/simulated_prober.h"
#include "agent/signals/simulated/simulated_signals.h"
#include "tests/sim/mac_fixture.h"

namespace holdfast::signals {
namespace {

using ::testing::ElementsAre;
using ::testing::SizeIs;

class Heard : public Listener {
 public:
  void OnPath(const PathFacts& path) override { Note(), paths.push_back(path); }
  void OnNetwork(const NetworkFacts& network) override { Note(), networks.push_back(network); }
  void OnPower(PowerEvent event) override { Note(), power.push_back(event); }
  void OnConsoleUser(const ConsoleUser& user) override { Note(), users.push_back(user); }
  void Note() const { EXPECT_FALSE(inside_call); }

  std::vector<NetworkFacts> networks;
  std::vector<PathFacts> paths;
  std::vector<PowerEvent> power;
  std::vector<ConsoleUser> users;
  bool inside_call = false;
};

class Signals : public ::testing::Test {
 protected:
  sim::VirtualTime time;
  sim::SimulatedMac mac{time, time, 1};
  Heard heard;
};

TEST_F(Signals, TellCurrentFactsSoonAndThenEachChange) {
  mac.Login("alice");
  SimulatedSignals source(mac);
  heard.inside_call = true;
  ASSERT_TRUE(source.Begin(&heard).ok());
  EXPECT_FALSE(source.Begin(&heard).ok());
  heard.inside_call = false;
  time.RunFor(absl::Seconds(1));
  ASSERT_THAT(heard.paths, SizeIs(1));
  EXPECT_TRUE(heard.paths[0].satisfied);
  EXPECT_EQ(heard.users.back().name, "alice");
  heard.inside_call = true;
  mac.NetworkDown();
  mac.Sleep();
  heard.inside_call = false;
  time.RunFor(absl::Seconds(1));
  EXPECT_FALSE(heard.paths.back().satisfied);
  EXPECT_THAT(heard.power, ElementsAre(PowerEvent::kWillSleep));
}

TEST_F(Signals, AreSilentOnceDestroyed) {
  {
    SimulatedSignals source(mac);
    ASSERT_TRUE(source.Begin(&heard).ok());
  }
  time.RunFor(absl::Seconds(1));
  EXPECT_THAT(heard.paths, SizeIs(0));
}

class Probes : public Signals {
 protected:
  Probes() {
    mac.Install(sim::MakeProfile(sim::MakeService("corp")));
    EXPECT_TRUE(mac.StartSession(id, std::nullopt).ok());
    time.RunFor(absl::Seconds(5));
  }
  ProbeResult RunOne() {
    std::optional<ProbeResult> result;
    prober.Run(id, {.tcp = {"10.66.0.1", 443}}, absl::Seconds(5), [&](ProbeResult r) { result = r; });
    EXPECT_FALSE(result.has_value()) << "answered inside the call";
    began = time.Now().mono;
    while (!result && time.RunOne()) {
    }
    took = time.Now().mono - began;
    return result.value_or(ProbeResult());
  }
  const Uuid id = Uuid::FromName("corp");
  SimulatedProber prober{mac, time, time};
  MonoTime began;
  absl::Duration took;
};

TEST_F(Probes, AnswerThroughALiveTunnel) {
  const ProbeResult result = RunOne();
  EXPECT_TRUE(result.ok);
  EXPECT_EQ(result.service, id);
  EXPECT_EQ(result.target, "tcp:10.66.0.1:443");
  EXPECT_EQ(result.round_trip, took);
}

TEST_F(Probes, TakeTheWholeTimeoutWhenNothingAnswers) {
  mac.SetProbeHost("10.66.0.1", false);
  const ProbeResult result = RunOne();
  EXPECT_FALSE(result.ok);
  EXPECT_EQ(result.error, "timed out");
  EXPECT_EQ(took, absl::Seconds(5));
}

TEST_F(Probes, FailAtOnceWithoutATunnel) {
  ASSERT_TRUE(mac.StopSession(id).ok());
  time.RunFor(absl::Seconds(5));
  EXPECT_FALSE(RunOne().ok);
  EXPECT_LT(took, absl::Seconds(1));
}

TEST_F(Probes, AreNotAnsweredByADestroyedProber) {
  bool called = false;
  {
    SimulatedProber gone(mac, time, time);
    gone.Run(id, {.tcp = {"a", 1}}, absl::Seconds(5), [&](ProbeResult) { called = true; });
  }
  time.RunFor(absl::Minutes(1));
  EXPECT_FALSE(called);
}

}  // namespace
}  // namespace holdfast::signals
