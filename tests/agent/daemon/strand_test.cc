#include "agent/journal/strand.h"

#include <gtest/gtest.h>
#include <stdlib.h>

#include <thread>

#include "agent/daemon/journal_options.h"
#include "base/poll_executor.h"

namespace holdfast::journal {
namespace {

TEST(ThreadStrand, WorksInOrderElsewhereAndAnswersOnTheExecutor) {
  SystemClock clock;
  SystemRandom random;
  PollExecutor executor(clock);
  std::string folder = ::testing::TempDir() + "/strand-XXXXXX";
  ASSERT_NE(mkdtemp(folder.data()), nullptr);
  auto journal = Journal::Open(agent::JournalOptions(folder + "/journal.db", random, clock), nullptr);
  ASSERT_TRUE(journal.ok()) << journal.status();
  ThreadStrand strand(executor, *std::move(journal));
  const std::thread::id here = std::this_thread::get_id();
  std::vector<int> order;
  std::vector<uint64_t> heads;
  for (int i = 0; i < 100; ++i) {
    strand.Run(
        [i, here, &order, &heads](Journal& j) {
          EXPECT_NE(std::this_thread::get_id(), here);
          EXPECT_TRUE(j.Append({Draft{{}, 20, 1, "", "payload"}}).ok());
          order.push_back(i);
          heads.push_back(j.head().seq);
        },
        [i, here, &executor] {
          EXPECT_EQ(std::this_thread::get_id(), here);
          if (i == 99) executor.Stop();
        });
  }
  executor.Run();
  ASSERT_EQ(order.size(), 100u);
  for (int i = 0; i < 100; ++i) EXPECT_EQ(order[static_cast<size_t>(i)], i);
  EXPECT_EQ(heads.back(), heads.front() + 99);
}

}  // namespace
}  // namespace holdfast::journal
