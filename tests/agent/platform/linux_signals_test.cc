// Against this machine's kernel: what it is, is not ours to say, but it must be told soon and once.
#include "agent/platform/linux/linux_signals.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace holdfast::platform {
namespace {

class Recorder : public signals::Listener {
 public:
  explicit Recorder(PollExecutor& executor) : executor_(executor) {}
  void OnPath(const PathFacts& path) override {
    ++paths;
    last = path;
    executor_.PostAt(SystemClock().Now().mono + absl::Milliseconds(50), [this] { executor_.Stop(); });
  }
  void OnNetwork(const NetworkFacts& network) override { networks.push_back(network); }
  void OnPower(PowerEvent) override { ++powers; }
  void OnConsoleUser(const ConsoleUser& user) override { users.push_back(user); }
  int paths = 0, powers = 0;
  PathFacts last;
  std::vector<ConsoleUser> users;
  std::vector<NetworkFacts> networks;

 private:
  PollExecutor& executor_;
};

TEST(LinuxSignals, TellsThePathAndTheConsoleUserSoonAndOnce) {
  SystemClock clock;
  PollExecutor executor(clock);
  Recorder recorder(executor);
  LinuxSignals signals(executor, clock, {{true, 501, "anna"}, "/dev/null"});
  const absl::Status begun = signals.Begin(&recorder);
  if (!begun.ok()) GTEST_SKIP() << begun.message();
  executor.Run();
  EXPECT_EQ(recorder.paths, 1);
  EXPECT_FALSE(recorder.last.has_resolver);
  EXPECT_EQ(recorder.last.satisfied, !recorder.last.interface_name.empty());
  ASSERT_EQ(recorder.users.size(), 1u);
  EXPECT_EQ(recorder.users[0].name, "anna");
  EXPECT_EQ(recorder.powers, 0);
  ASSERT_EQ(recorder.networks.size(), 1u);
  EXPECT_THAT(recorder.networks[0].resolvers, ::testing::IsEmpty());
  EXPECT_FALSE(recorder.networks[0].private_relay.has_value());
}

}  // namespace
}  // namespace holdfast::platform
