// Sessions made, asked, started and ended by several threads while the library calls back on several of its
// own: for ThreadSanitizer.
#include <atomic>
#include <latch>

#include "agent/session/darwin/darwin_backend.h"
#include "base/poll_executor.h"
#include "tests/agent/session/darwin/darwin_fixture.h"
#include "tests/agent/session/darwin/threaded_port.h"

namespace holdfast::ne {
namespace {

TEST(Threads, SessionsComeAndGo) {
  {
    sim::ThreadedPort port(4);
    port.Enter();
    const auto symbols = std::make_shared<Symbols>(sim::DarwinLibrary::Load().Symbols());
    const auto client = Client::Make(symbols);
    ASSERT_TRUE(client.ok());
    std::atomic<int> answers = 0;
    std::vector<std::thread> users;
    for (int user = 0; user < 4; ++user) {
      users.emplace_back([&, user] {
        port.Enter();
        for (int i = 0; i < 100; ++i) {
          std::atomic<int>* const count = &answers;
          auto session = NeSession::Create(*client, Uuid::FromName(absl::StrCat(user, "-", i % 10)),
                                           SessionType::kVpn, [count](Event) { ++*count; });
          ASSERT_NE(session, nullptr);
          session->Start();
          std::latch answered(2);
          session->GetStatus([&](SessionStatus) { answered.count_down(); });
          session->GetInfo(InfoType::kExtendedStatus,
                           [&](const std::optional<Value>&) { answered.count_down(); });
          answered.wait();
          if (i % 2 == 0) session->Cancel();
        }
      });
    }
    for (std::thread& user : users) user.join();
    EXPECT_GT(answers, 0);
  }
  EXPECT_EQ(sim::DarwinLibrary::Load().holdfast_double_alive("sessions"), 0);
}

class Stopper final : public session::Listener {
 public:
  explicit Stopper(PollExecutor& executor) : executor_(executor) {}
  void OnSession(const SessionEvent& event) override {
    if (event.status == SessionStatus::kConnected) executor_.Stop();
  }
  void OnInstalled(const InstalledFacts&) override { installed = true; }
  void OnManagerRestarted(const std::string&) override {}
  bool installed = false;

 private:
  PollExecutor& executor_;
};

class OneService final : public session::ConfigurationSource {
 public:
  explicit OneService(Executor& executor) : executor_(executor) {}
  absl::Status Begin(std::function<void(const InstalledFacts&)> changed) override {
    InstalledFacts facts;
    facts.services = {sim::MakeService("one")};
    executor_.Post([changed = std::move(changed), facts] { changed(facts); });
    return absl::OkStatus();
  }

 private:
  Executor& executor_;
};

// The library's threads on one side, the agent's one thread on the other.
TEST(Threads, EverythingReachesTheExecutor) {
  for (int round = 0; round < 20; ++round) {
    sim::ThreadedPort port(3);
    port.Enter();
    SystemClock clock;
    PollExecutor executor(clock);
    OneService configurations(executor);
    Stopper listener(executor);
    auto client = Client::Make(std::make_shared<Symbols>(sim::DarwinLibrary::Load().Symbols()));
    ASSERT_TRUE(client.ok());
    session::DarwinBackend backend(executor, clock, *std::move(client), configurations);
    ASSERT_TRUE(backend.Begin(&listener).ok());
    executor.Post([&] { EXPECT_TRUE(backend.StartSession(Uuid::FromName("one"), std::nullopt).ok()); });
    executor.Run();
    EXPECT_TRUE(listener.installed);
  }
}

}  // namespace
}  // namespace holdfast::ne
