// The worker over a real socket, against a daemon that gives tasks.
#include "agent/helper/worker.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/agent/control/fake_daemon.h"
#include "tests/agent/helper/fake_programs.h"

namespace holdfast::helper {
namespace {

using ::testing::Contains;
using ::testing::ElementsAre;

class FakeStarter final : public Starter {
 public:
  absl::Status Start(const Uuid& service) override {
    started.push_back(service);
    return answer;
  }
  std::vector<Uuid> started;
  absl::Status answer;
};

class WorkerTest : public ::testing::Test {
 protected:
  // Until the daemon has given out everything.
  void Serve(std::deque<control::Task> tasks, Starter* with) {
    control::FakeDaemon daemon;
    daemon.delegate.tasks = std::move(tasks);
    daemon.delegate.no_more_is_an_error = true;
    auto client = control::ControlClient::Connect(daemon.socket());
    ASSERT_TRUE(client.ok());
    const Presenter presenter(WithoutDialog(), programs.Runner());
    Worker worker("1.2", /*uid=*/0, with, presenter, [](const std::string&) {});
    const absl::Status end = worker.Serve(**client);
    EXPECT_TRUE(absl::IsResourceExhausted(end)) << end;
    daemon.Do([&] { requests = daemon.delegate.task_requests; });
  }
  FakePrograms programs;
  FakeStarter starter;
  std::vector<std::pair<uint32_t, control::TaskRequest>> requests;
};

TEST_F(WorkerTest, DoesEachTaskAndSaysWhatCameOfIt) {
  const Uuid corp = Uuid::FromName("corp");
  starter.answer = absl::UnavailableError("no symbol");
  Serve({control::StartTask{corp}, control::NotifyTask{"title", "text"}}, &starter);
  EXPECT_THAT(starter.started, ElementsAre(corp));
  EXPECT_THAT(programs.runs.at(0), Contains("title"));
  ASSERT_EQ(requests.size(), 3u);
  EXPECT_FALSE(requests[0].second.done.has_value());
  EXPECT_TRUE(requests[0].second.starts);
  EXPECT_EQ(requests[0].second.version, "1.2");
  EXPECT_EQ(requests[1].second.done->status, starter.answer);
  EXPECT_TRUE(requests[2].second.done->status.ok());
}

TEST_F(WorkerTest, WithoutAStarterItSaysSo) {
  Serve({}, nullptr);
  ASSERT_EQ(requests.size(), 1u);
  EXPECT_FALSE(requests[0].second.starts);
  EXPECT_TRUE(requests[0].second.notifies);
}

}  // namespace
}  // namespace holdfast::helper
