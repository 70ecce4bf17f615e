// The swarm against a mock in the same process, and that its comparison can fail.
#include "server-mock/swarm/swarm.h"

#include <gtest/gtest.h>

#include "base/poll_executor.h"
#include "server-mock/mock_server.h"
#include "server-mock/swarm/comparison.h"
#include "server-mock/swarm/summary.h"

namespace holdfast::swarm {
namespace {

std::unique_ptr<mock::MockServer> Mock(const std::string& rules) {
  mock::MockOptions options;
  options.script = *mock::FaultScript::FromYaml("rules:\n" + rules);
  auto server = mock::MockServer::Start(std::move(options));
  EXPECT_TRUE(server.ok()) << server.status();
  return *std::move(server);
}

SwarmOptions Small(const mock::MockServer& server, const std::string& run) {
  SwarmOptions options;
  options.agents = 4;
  options.ramp = absl::Milliseconds(100);
  options.live = absl::Milliseconds(900);
  options.settle = absl::Seconds(60);
  options.run = run;
  options.each.enrollment = *EnrollmentString::Parse(server.enrollment_string());
  options.each.heartbeat = absl::Seconds(60);
  options.each.rows_every = absl::Milliseconds(100);
  options.each.burst = 3;
  return options;
}

Comparison CompareWith(const Swarm& swarm, const mock::MockServer& server) {
  admin::Target target{.server = {"127.0.0.1", server.admin_port()},
                       .ca_file = "",
                       .ca_pem = server.ca_pem(),
                       .token = server.admin_token()};
  admin::AdminClient client(std::move(target), absl::Seconds(30));
  absl::StatusOr<Comparison> made = Compare(swarm, client);
  EXPECT_TRUE(made.ok()) << made.status();
  return made.ok() ? *std::move(made) : Comparison{};
}

struct Lived {
  explicit Lived(SwarmOptions options) : swarm(std::move(options), executor, clock, random) {}
  void Live() {
    swarm.Start([this] { executor.Stop(); });
    executor.Run();
  }
  SystemClock clock;
  SystemRandom random;
  PollExecutor executor{clock};
  Swarm swarm;
};

TEST(Swarm, WhatIsStoredIsWhatWasSent) {
  const auto server = Mock("- {method: sync, every: 9, fault: drop_answer, by: 100ms}\n");
  SwarmOptions options = Small(*server, "one");
  options.each.unsteadiness = {.lose = 0.1, .twice = 0.1};
  Lived run(std::move(options));
  run.swarm.Mark();
  run.Live();
  EXPECT_TRUE(run.swarm.AllAcknowledged());
  EXPECT_GT(run.swarm.tally().rows_written, 0u);
  EXPECT_EQ(run.swarm.tally().rows_written, run.swarm.tally().rows_acked);
  EXPECT_EQ(run.swarm.recoveries().front().back(), 4u);
  const Comparison comparison = CompareWith(run.swarm, *server);
  EXPECT_TRUE(comparison.equal()) << SummaryText(run.swarm, comparison);
  EXPECT_EQ(comparison.rows, run.swarm.tally().rows_written);
}

TEST(Swarm, ALaterRunGoesOnWithoutEnrolling) {
  const auto server = Mock("[]\n");
  Lived first(Small(*server, "two"));
  first.Live();
  Lived second(Small(*server, "two"));
  ASSERT_TRUE(second.swarm.Resume(first.swarm.Save()).ok());
  second.Live();
  EXPECT_EQ(second.swarm.tally().enrollments, 0u);
  const Comparison comparison = CompareWith(second.swarm, *server);
  EXPECT_TRUE(comparison.equal()) << SummaryText(second.swarm, comparison);
  EXPECT_EQ(comparison.rows, first.swarm.tally().rows_written + second.swarm.tally().rows_written);
  const Comparison stale = CompareWith(first.swarm, *server);  // which never wrote what the second run did
  EXPECT_EQ(stale.invented, second.swarm.tally().rows_written);
  EXPECT_FALSE(stale.equal());
}

TEST(Swarm, AServerThatLacksRowsIsFound) {
  const auto server = Mock("[]\n");
  const auto other = Mock("[]\n");
  Lived run(Small(*server, "three"));
  run.Live();
  const Comparison comparison = CompareWith(run.swarm, *other);
  EXPECT_FALSE(comparison.equal());
  EXPECT_EQ(comparison.missing, run.swarm.tally().rows_written);
  EXPECT_EQ(comparison.heads_that_differ, 4u);
  EXPECT_NE(comparison.first_difference, "");
}

TEST(MemoryJournal, WhatWasAcknowledgedCannotBeAskedForAgain) {
  SeededRandom random(1);
  MemoryJournal journal(random);
  ASSERT_TRUE(journal.Append({{.subject = "a"}, {.subject = "b"}, {.subject = "c"}}).ok());
  ASSERT_TRUE(journal.SetAcked(journal.head().epoch, 2).ok());
  EXPECT_EQ(journal.ReadAfter(2, 10, 1000)->size(), 1u);
  EXPECT_EQ(journal.asked_again(), 0u);
  EXPECT_EQ(journal.ReadAfter(1, 10, 1000).status().code(), absl::StatusCode::kDataLoss);
  EXPECT_EQ(journal.asked_again(), 1u);
  EXPECT_FALSE(journal.SetAcked(journal.head().epoch, 4).ok());
}

TEST(MemoryJournal, ComesBackAsItWas) {
  SeededRandom random(1);
  MemoryJournal journal(random);
  ASSERT_TRUE(journal.Append({{.subject = "a"}, {.subject = "b"}, {.subject = "c"}}).ok());
  ASSERT_TRUE(journal.SetAcked(journal.head().epoch, 1).ok());
  ASSERT_TRUE(journal.SetMeta("k", "v").ok());
  MemoryJournal again(random);
  ASSERT_TRUE(again.Decode(journal.Encode()).ok());
  EXPECT_EQ(again.Encode(), journal.Encode());
  EXPECT_EQ(again.head().hash, journal.head().hash);
  EXPECT_EQ(again.ReadAfter(1, 10, 1000)->size(), 2u);
  EXPECT_FALSE(again.Decode(journal.Encode().substr(0, 60)).ok());
}

TEST(Latencies, PercentilesAreOnesThatWereMeasured) {
  Latencies latencies;
  EXPECT_EQ(latencies.Percentile(0.5), absl::ZeroDuration());
  for (int i = 1; i <= 100; ++i) latencies.Add(absl::Seconds(i));
  EXPECT_EQ(latencies.Percentile(0.5), absl::Seconds(50));
  EXPECT_EQ(latencies.Percentile(0.99), absl::Seconds(99));
  EXPECT_EQ(latencies.Percentile(1), absl::Seconds(100));
}

}  // namespace
}  // namespace holdfast::swarm
