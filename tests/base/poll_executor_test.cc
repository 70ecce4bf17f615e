#include "base/poll_executor.h"

#include <gtest/gtest.h>
#include <poll.h>
#include <unistd.h>

#include <thread>
#include <vector>

namespace holdfast {
namespace {

class PollExecutorTest : public ::testing::Test {
 protected:
  SystemClock clock_;
  PollExecutor executor_{clock_};
};

TEST_F(PollExecutorTest, RunsPostedWorkInOrder) {
  std::vector<int> seen;
  for (int i = 0; i < 5; ++i) executor_.Post([&, i] { seen.push_back(i); });
  executor_.Post([&] { executor_.Stop(); });
  executor_.Run();
  EXPECT_EQ(seen, (std::vector<int>{0, 1, 2, 3, 4}));
}

TEST_F(PollExecutorTest, TimersRunInOrderOfTheirTimeAndNotBeforeIt) {
  std::vector<int> seen;
  const MonoTime start = clock_.Now().mono;
  executor_.PostAt(start + absl::Milliseconds(20), [&] {
    EXPECT_GE(clock_.Now().mono, start + absl::Milliseconds(20));
    seen.push_back(2);
    executor_.Stop();
  });
  executor_.PostAt(start + absl::Milliseconds(5), [&] { seen.push_back(1); });
  executor_.Run();
  EXPECT_EQ(seen, (std::vector<int>{1, 2}));
}

TEST_F(PollExecutorTest, ACancelledTimerNeverRuns) {
  bool ran = false;
  const MonoTime now = clock_.Now().mono;
  const TimerId id = executor_.PostAt(now, [&] { ran = true; });
  executor_.Cancel(id);
  executor_.Cancel(id);
  executor_.Cancel(987654);
  executor_.PostAt(now + absl::Milliseconds(1), [&] { executor_.Stop(); });
  executor_.Run();
  EXPECT_FALSE(ran);
}

TEST_F(PollExecutorTest, AWatchedDescriptorIsServedUntilUnwatched) {
  int fds[2];
  ASSERT_EQ(pipe(fds), 0);
  int calls = 0;
  executor_.Watch(fds[0], POLLIN, [&](short) {
    char c;
    ASSERT_EQ(read(fds[0], &c, 1), 1);
    if (++calls < 2) {
      ASSERT_EQ(write(fds[1], "x", 1), 1);
    } else {
      executor_.Unwatch(fds[0]);
      ASSERT_EQ(write(fds[1], "x", 1), 1);  // nobody listens any more
      executor_.Post([&] { executor_.Stop(); });
    }
  });
  ASSERT_EQ(write(fds[1], "x", 1), 1);
  executor_.Run();
  EXPECT_EQ(calls, 2);
  close(fds[0]);
  close(fds[1]);
}

TEST_F(PollExecutorTest, OtherThreadsPostWhileItRuns) {
  int count = 0;  // only the executor's thread touches it
  std::vector<std::thread> threads;
  for (int t = 0; t < 4; ++t) {
    threads.emplace_back([&] {
      for (int i = 0; i < 250; ++i) {
        executor_.Post([&] {
          if (++count == 1000) executor_.Stop();
        });
      }
    });
  }
  executor_.Run();
  for (auto& t : threads) t.join();
  EXPECT_EQ(count, 1000);
}

}  // namespace
}  // namespace holdfast
