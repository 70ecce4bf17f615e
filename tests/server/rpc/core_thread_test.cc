// Real threads around the core thread, without gRPC: these run under ThreadSanitizer.

#include "server/rpc/core_thread.h"

#include <gtest/gtest.h>

#include <condition_variable>
#include <mutex>
#include <thread>

#include "base/error.h"
#include "server/rpc/admission.h"
#include "server/rpc/sync_queue.h"

namespace holdfast::server {
namespace {

constexpr int kThreads = 4;
constexpr int kPerThread = 200;

// Closed until opened: how a test holds the core thread still.
class Gate {
 public:
  void Open() {
    std::lock_guard lock(mutex_);
    open_ = true;
    changed_.notify_all();
  }
  void Wait() {
    std::unique_lock lock(mutex_);
    changed_.wait(lock, [this] { return open_; });
  }

 private:
  std::mutex mutex_;
  std::condition_variable changed_;
  bool open_ = false;
};

void InThreads(const std::function<void(int)>& work) {
  std::vector<std::thread> threads;
  for (int i = 0; i < kThreads; ++i) threads.emplace_back([&, i] { work(i); });
  for (std::thread& thread : threads) thread.join();
}

TEST(CoreThread, OwnsStateThatManyThreadsPostTo) {
  const SystemClock clock;
  CoreThread core(clock);
  core.Start();
  int unguarded = 0;  // only the core thread touches it: a race here is what ThreadSanitizer would report
  InThreads([&](int) {
    for (int i = 0; i < kPerThread; ++i) core.Post([&] { ++unguarded; });
  });
  core.Stop();
  EXPECT_EQ(unguarded, kThreads * kPerThread);
}

TEST(CoreThread, RunsWhatWasPostedBeforeItStarted) {
  const SystemClock clock;
  CoreThread core(clock);
  bool ran = false;
  core.Post([&] { ran = true; });
  core.Start();
  core.Stop();
  EXPECT_TRUE(ran);
}

TEST(CoreThread, RunAndWaitSeesWhatWasPostedBefore) {
  const SystemClock clock;
  CoreThread core(clock);
  core.Start();
  int value = 0;
  core.Post([&] { value = 1; });
  int seen = 0;
  core.RunAndWait([&] { seen = value; });
  EXPECT_EQ(seen, 1);
}

TEST(CoreThread, StoppingTwiceIsHarmless) {
  const SystemClock clock;
  CoreThread core(clock);
  core.Start();
  core.Stop();
  core.Stop();
}

SyncCall CallNumber(uint64_t number, size_t rows = 0) {
  SyncCall call;
  call.request.message_number = number;
  if (rows > 0) call.request.frame.emplace().rows.resize(rows);
  return call;
}

// Answers each call with its own number and counts commits.
struct FakeStore {
  std::vector<size_t> commits;  // calls in each
  std::vector<absl::StatusOr<wire::SyncResponse>> Commit(const std::vector<SyncCall>& calls) {
    commits.push_back(calls.size());
    std::vector<absl::StatusOr<wire::SyncResponse>> answers;
    for (const SyncCall& call : calls) {
      wire::SyncResponse response;
      response.acked_through = call.request.message_number;
      answers.emplace_back(response);
    }
    return answers;
  }
  SyncQueue::Commit AsCommit() {
    return [this](const std::vector<SyncCall>& calls) { return Commit(calls); };
  }
};

TEST(SyncQueue, CallsThatArriveDuringACommitShareTheNextOne) {
  const SystemClock clock;
  CoreThread core(clock);
  FakeStore store;
  Gate first_commit_began, go_on;
  bool first = true;
  SyncQueue queue(core,
                  [&](const std::vector<SyncCall>& calls) {
                    if (std::exchange(first, false)) {
                      first_commit_began.Open();
                      go_on.Wait();
                    }
                    return store.Commit(calls);
                  },
                  {});
  std::vector<uint64_t> answers;
  const auto add = [&](uint64_t number) {
    core.Post([&, number] {
      queue.Add(CallNumber(number),
                [&](absl::StatusOr<wire::SyncResponse> r) { answers.push_back(r->acked_through); });
    });
  };
  core.Start();
  add(1);
  first_commit_began.Wait();
  for (uint64_t i = 2; i <= 10; ++i) add(i);
  go_on.Open();
  core.RunAndWait([] {});
  core.RunAndWait([] {});
  core.Stop();
  EXPECT_EQ(store.commits, (std::vector<size_t>{1, 9}));
  EXPECT_EQ(answers, (std::vector<uint64_t>{1, 2, 3, 4, 5, 6, 7, 8, 9, 10}));
}

// Runs posted work when told to, in this thread.
class ManualExecutor final : public Executor {
 public:
  void Post(std::function<void()> work) override { posted_.push_back(std::move(work)); }
  TimerId PostAt(MonoTime, std::function<void()>) override { return 0; }
  void Cancel(TimerId) override {}
  bool RunOne() {
    if (posted_.empty()) return false;
    const std::function<void()> work = std::move(posted_.front());
    posted_.erase(posted_.begin());
    work();
    return true;
  }

 private:
  std::vector<std::function<void()>> posted_;
};

TEST(SyncQueue, OneCommitTakesNoMoreThanItsShare) {
  ManualExecutor executor;
  FakeStore store;
  SyncQueue queue(executor, store.AsCommit(), {.calls = 3, .rows = 100});
  int answered = 0;
  const auto done = [&](const absl::StatusOr<wire::SyncResponse>&) { ++answered; };
  for (uint64_t i = 0; i < 7; ++i) queue.Add(CallNumber(i), done);
  while (executor.RunOne()) {
  }
  EXPECT_EQ(store.commits, (std::vector<size_t>{3, 3, 1}));
  EXPECT_EQ(answered, 7);
}

TEST(SyncQueue, RowsLimitABatchButALargeCallStillGoesAlone) {
  ManualExecutor executor;
  FakeStore store;
  SyncQueue queue(executor, store.AsCommit(), {.calls = 10, .rows = 100});
  const auto done = [](const absl::StatusOr<wire::SyncResponse>&) {};
  for (size_t rows : {60, 60, 500, 1}) queue.Add(CallNumber(1, rows), done);
  while (executor.RunOne()) {
  }
  EXPECT_EQ(store.commits, (std::vector<size_t>{1, 1, 1, 1}));
}

AdmissionLimits OnlySync(MethodLimits limits) {
  AdmissionLimits out;
  out.methods[static_cast<size_t>(AgentMethod::kSync)] = limits;
  return out;
}

TEST(Admission, RefusesAboveTheBurstAndRefillsWithTime) {
  Admission admission(OnlySync({.per_second = 1, .burst = 2, .in_flight = 10, .bytes_in_flight = 100}));
  const MonoTime now{1'000'000'000};
  EXPECT_TRUE(admission.Enter(AgentMethod::kSync, 1, now).ok());
  EXPECT_TRUE(admission.Enter(AgentMethod::kSync, 1, now).ok());
  const absl::Status refused = admission.Enter(AgentMethod::kSync, 1, now).status();
  EXPECT_EQ(refused.code(), absl::StatusCode::kResourceExhausted);
  EXPECT_EQ(ReasonOf(refused), ErrorReason::kThrottled);
  EXPECT_EQ(RetryAfterOf(refused), absl::Seconds(1));
  EXPECT_TRUE(admission.Enter(AgentMethod::kSync, 1, now + absl::Seconds(1)).ok());
}

TEST(Admission, CountsCallsAndBytesInFlightUntilTheTicketIsGone) {
  Admission admission(OnlySync({.per_second = 100, .burst = 100, .in_flight = 2, .bytes_in_flight = 100}));
  const MonoTime now{1};
  auto first = admission.Enter(AgentMethod::kSync, 60, now);
  ASSERT_TRUE(first.ok());
  EXPECT_EQ(admission.Enter(AgentMethod::kSync, 60, now).status().code(), absl::StatusCode::kUnavailable);
  auto second = admission.Enter(AgentMethod::kSync, 1, now);
  ASSERT_TRUE(second.ok());
  EXPECT_EQ(admission.Enter(AgentMethod::kSync, 1, now).status().code(), absl::StatusCode::kUnavailable);
  first->reset();
  EXPECT_TRUE(admission.Enter(AgentMethod::kSync, 60, now).ok());
}

TEST(Admission, MethodsDoNotShareABucket) {
  Admission admission(OnlySync({.per_second = 1, .burst = 0, .in_flight = 1, .bytes_in_flight = 1}));
  EXPECT_FALSE(admission.Enter(AgentMethod::kSync, 0, MonoTime{1}).ok());
  EXPECT_TRUE(admission.Enter(AgentMethod::kEnroll, 0, MonoTime{1}).ok());
}

TEST(Admission, TellsOnceThatACallWasTurnedAway) {
  Admission admission(OnlySync({.per_second = 1, .burst = 1, .in_flight = 9, .bytes_in_flight = 9}));
  EXPECT_TRUE(admission.Enter(AgentMethod::kSync, 1, MonoTime{1}).ok());
  EXPECT_FALSE(admission.TurnedAway(AgentMethod::kSync));
  EXPECT_FALSE(admission.Enter(AgentMethod::kSync, 1, MonoTime{1}).ok());
  EXPECT_FALSE(admission.TurnedAway(AgentMethod::kEnroll));
  EXPECT_TRUE(admission.TurnedAway(AgentMethod::kSync));
  EXPECT_FALSE(admission.TurnedAway(AgentMethod::kSync));
  EXPECT_FALSE(admission.Enter(AgentMethod::kSync, 10, MonoTime{2'000'000'000}).ok());
  EXPECT_TRUE(admission.TurnedAway(AgentMethod::kSync)) << "also for want of room in memory";
}

TEST(Admission, TicketsOfManyThreadsAllComeBack) {
  Admission admission(
      OnlySync({.per_second = 1e9, .burst = 1e9, .in_flight = kThreads, .bytes_in_flight = 1 << 20}));
  InThreads([&](int) {
    for (int i = 0; i < kPerThread; ++i) {
      EXPECT_TRUE(admission.Enter(AgentMethod::kSync, 10, MonoTime{i}).ok());
    }
  });
  std::vector<std::shared_ptr<Admission::Ticket>> held;
  for (int i = 0; i < kThreads; ++i) held.push_back(*admission.Enter(AgentMethod::kSync, 10, MonoTime{1}));
  EXPECT_FALSE(admission.Enter(AgentMethod::kSync, 10, MonoTime{1}).ok());
}

}  // namespace
}  // namespace holdfast::server
