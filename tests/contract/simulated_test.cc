// The simulated back end under the session contract: as it is, and with events that come late and twice.
#include "agent/session/simulated/simulated_backend.h"
#include "sim/virtual_time.h"
#include "tests/contract/session_contract.h"
#include "tests/sim/mac_fixture.h"

namespace holdfast::session {
namespace {

class SimulatedSubject final : public Subject {
 public:
  explicit SimulatedSubject(const sim::DeliverySettings& delivery)
      : mac_(time_, time_, 3, {.delivery = delivery}), backend_(mac_) {
    for (const char* name : {"one", "two"}) mac_.Install(sim::MakeProfile(sim::MakeService(name)));
  }
  Backend& backend() override { return backend_; }
  Uuid service() const override { return Uuid::FromName("one"); }
  Uuid other_service() const override { return Uuid::FromName("two"); }
  bool RunUntil(const std::function<bool()>& done) override {
    const MonoTime limit = time_.Now().mono + absl::Minutes(10);
    while (!done()) {
      if (time_.Now().mono > limit || !time_.RunOne()) return false;
    }
    return true;
  }
  void Settle() override { time_.RunFor(absl::Minutes(10)); }
  void Hang(const Uuid& service) override {
    mac_.SetGateway(service == Uuid::FromName("one") ? "one.example.com" : "two.example.com",
                    sim::Gateway::kHangs);
  }
  bool RestartManager() override {
    mac_.RestartManager();
    return true;
  }
  int SkippedStarts() const override { return static_cast<int>(mac_.skipped_starts()); }

 private:
  sim::VirtualTime time_;
  sim::SimulatedMac mac_;
  SimulatedBackend backend_;
};

SubjectFactory Simulated(const sim::DeliverySettings& delivery) {
  return {"simulated", [delivery] { return std::make_unique<SimulatedSubject>(delivery); }};
}

INSTANTIATE_TEST_SUITE_P(Simulated, SessionContract, ::testing::Values(Simulated({})));
INSTANTIATE_TEST_SUITE_P(SimulatedLateAndTwice, SessionContract,
                         ::testing::Values(Simulated({.jitter = absl::Milliseconds(500),
                                                      .late_share = 0.3,
                                                      .duplicate_share = 0.5})));

}  // namespace
}  // namespace holdfast::session
