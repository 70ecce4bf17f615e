// A program that prints log lines stands where `log stream` would.
#include "agent/platform/posix/log_stream.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <unistd.h>

#include "absl/strings/str_cat.h"

namespace holdfast::platform {
namespace {

constexpr char kStart[] =
    "2025-07-09 08:12:51.131277-0700 0x30e8ed   Default     0x0                  5871   0    "
    "nesessionmanager: "
    "[com.apple.networkextension:] NESMVPNSession[Primary "
    "Tunnel:Tailscale:B74E1CF7-F50E-4D98-8C6C-9C0C42260DDC:(null)]: "
    "Received a start command from Tailscale[49378]";

class Told : public signals::Listener {
 public:
  explicit Told(PollExecutor& executor) : executor_(executor) {}
  void OnPath(const PathFacts&) override {}
  void OnNetwork(const NetworkFacts&) override {}
  void OnPower(PowerEvent) override {}
  void OnConsoleUser(const ConsoleUser&) override {}
  void OnStartBurst(const StartBurst& burst) override {
    bursts.push_back(burst);
    executor_.Stop();
  }
  std::vector<StartBurst> bursts;

 private:
  PollExecutor& executor_;
};

LogStreamOptions Script(const std::string& script) {
  LogStreamOptions options;
  options.program = {"/bin/sh", "-c", script};
  options.first = absl::Milliseconds(5);
  return options;
}

std::string Storm() {
  return absl::StrCat("i=0; while [ $i -lt 40 ]; do echo '", kStart, "'; i=$((i+1)); done; ");
}

TEST(LogStream, TellsABurstOfStarts) {
  SystemClock clock;
  PollExecutor executor(clock);
  Told told(executor);
  LogStream stream(executor, clock, Script(Storm() + "exec sleep 1000"));
  ASSERT_TRUE(stream.Begin(&told).ok());
  executor.Run();
  ASSERT_EQ(told.bursts.size(), 1u);
  EXPECT_EQ(told.bursts[0].requested_by, "Tailscale[49378]");
  EXPECT_EQ(told.bursts[0].service.ToString(), "B74E1CF7-F50E-4D98-8C6C-9C0C42260DDC");
}

// The first run says nothing and ends; the second, which knows it by a file, says it.
TEST(LogStream, AProgramThatEndsIsStartedAgain) {
  SystemClock clock;
  PollExecutor executor(clock);
  Told told(executor);
  const std::string mark = absl::StrCat(::testing::TempDir(), "/log-stream-", getpid());
  LogStream stream(executor, clock,
                   Script(absl::StrCat("if [ -e ", mark, " ]; then rm ", mark, "; ", Storm(),
                                       "exec sleep 1000; fi; : > ", mark)));
  ASSERT_TRUE(stream.Begin(&told).ok());
  executor.Run();
  EXPECT_EQ(told.bursts.size(), 1u);
}

TEST(LogStream, OneThatCannotBeStartedIsTriedAgain) {
  SystemClock clock;
  PollExecutor executor(clock);
  Told told(executor);
  LogStreamOptions options = Script("");
  options.program = {"/nowhere/at/all"};
  LogStream stream(executor, clock, options);
  EXPECT_TRUE(stream.Begin(&told).ok());
  executor.PostAt(clock.Now().mono + absl::Milliseconds(50), [&] { executor.Stop(); });
  executor.Run();
  EXPECT_EQ(stream.counts().lines, 0u);
}

}  // namespace
}  // namespace holdfast::platform
