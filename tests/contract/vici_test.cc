// The charon back end under the session contract, over real sockets and in real time: its two services are
// children of one connection, so that what happens to one could happen to the other.
#include "agent/session/vici/backend.h"
#include "tests/agent/session/vici/fake_charon.h"
#include "tests/contract/session_contract.h"

namespace holdfast::vici {
namespace {

constexpr absl::Duration kMoreThanEnough = absl::Seconds(10);
// Longer than the back end waits for the log line that says why a session is down.
constexpr absl::Duration kAtLeast = absl::Milliseconds(150);

class ViciSubject final : public session::Subject {
 public:
  ViciSubject() {
    charon_.children = {{"home", "one"}, {"home", "two"}};
    charon_.Run();
  }
  session::Backend& backend() override { return backend_; }
  Uuid service() const override { return Uuid::FromName("vici:home/one"); }
  Uuid other_service() const override { return Uuid::FromName("vici:home/two"); }
  // Looks at each turn of the executor: charon answers so fast that a status may stand for a few turns only.
  bool RunUntil(const std::function<bool()>& done) override {
    const MonoTime limit = clock_.Now().mono + kMoreThanEnough;
    bool held = false;
    std::function<void()> look = [&] {
      held = done();
      if (held || clock_.Now().mono > limit) return executor_.Stop();
      executor_.Post(look);
    };
    executor_.Post(look);
    executor_.Run();
    return held;
  }
  // charon is asked for a third listing once the second was taken, and that one tells all that it holds.
  void Settle() override {
    const MonoTime from = clock_.Now().mono;
    const size_t listings = charon_.listings;
    EXPECT_TRUE(
        RunUntil([&] { return clock_.Now().mono > from + kAtLeast && charon_.listings >= listings + 3; }));
  }
  void Hang(const Uuid& service) override {
    charon_.hanging.insert(service == this->service() ? "one" : "two");
  }
  bool RestartManager() override {
    charon_.Die();
    charon_.Run();
    return true;
  }

 private:
  ViciOptions Options() const {
    ViciOptions options;
    options.socket_path = charon_.socket();
    options.list_every = absl::Milliseconds(40);
    return options;
  }

  SystemClock clock_;
  PollExecutor executor_{clock_};
  FakeCharon charon_{executor_};
  ViciBackend backend_{executor_, clock_, Options()};
};

}  // namespace
}  // namespace holdfast::vici

namespace holdfast::session {

INSTANTIATE_TEST_SUITE_P(Vici, SessionContract,
                         ::testing::Values(SubjectFactory{
                             "vici", [] { return std::make_unique<vici::ViciSubject>(); }}));

}  // namespace holdfast::session
