// The public fallback under the session contract.
#include "agent/session/scutil/scutil_backend.h"
#include "sim/scutil/simulated_scutil.h"
#include "tests/contract/simulated_mac_subject.h"

namespace holdfast::session {
namespace {

class ScutilSubject final : public SimulatedMacSubject {
 public:
  ScutilSubject()
      : SimulatedMacSubject({}, ServiceType::kIpsec),
        scutil_(mac_),
        backend_(time_, time_,
                 [this](auto arguments, absl::Duration, auto done) { scutil_.Run(arguments, done); }) {}
  Backend& backend() override { return backend_; }
  // Nobody tells it.
  bool RestartManager() override { return false; }

 private:
  sim::SimulatedScutil scutil_;
  ScutilBackend backend_;
};

INSTANTIATE_TEST_SUITE_P(Scutil, SessionContract,
                         ::testing::Values(SubjectFactory{"scutil",
                                                          [] { return std::make_unique<ScutilSubject>(); },
                                                          /*optimistic=*/false}));

}  // namespace
}  // namespace holdfast::session
