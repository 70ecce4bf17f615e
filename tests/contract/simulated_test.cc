// The simulated back end under the session contract: as it is, and with events that come late and twice.
#include "agent/session/simulated/simulated_backend.h"
#include "tests/contract/simulated_mac_subject.h"

namespace holdfast::session {
namespace {

class SimulatedSubject final : public SimulatedMacSubject {
 public:
  explicit SimulatedSubject(const sim::DeliverySettings& delivery)
      : SimulatedMacSubject(delivery), backend_(mac_) {}
  Backend& backend() override { return backend_; }

 private:
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
