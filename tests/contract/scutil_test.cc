// The public fallback under the session contract.
#include "agent/session/scutil/scutil_backend.h"
#include "sim/scutil/simulated_scutil.h"
#include "sim/virtual_time.h"
#include "tests/contract/session_contract.h"
#include "tests/sim/mac_fixture.h"

namespace holdfast::session {
namespace {

class ScutilSubject final : public Subject {
 public:
  ScutilSubject()
      : mac_(time_, time_, 3),
        scutil_(mac_),
        backend_(time_, time_,
                 [this](auto arguments, absl::Duration, auto done) { scutil_.Run(arguments, done); }) {
    for (const char* name : {"one", "two"})
      mac_.Install(sim::MakeProfile(sim::MakeService(name, ServiceType::kIpsec)));
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
  // Nobody tells it.
  bool RestartManager() override { return false; }
  int SkippedStarts() const override { return static_cast<int>(mac_.skipped_starts()); }

 private:
  sim::VirtualTime time_;
  sim::SimulatedMac mac_;
  sim::SimulatedScutil scutil_;
  ScutilBackend backend_;
};

INSTANTIATE_TEST_SUITE_P(Scutil, SessionContract,
                         ::testing::Values(SubjectFactory{"scutil",
                                                          [] { return std::make_unique<ScutilSubject>(); },
                                                          /*optimistic=*/false}));

}  // namespace
}  // namespace holdfast::session
