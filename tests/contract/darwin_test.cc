// The adapter to nesessionmanager under the session contract, over the simulated Mac's library, under many
// answers to what is not known of the real one.
#include "agent/session/darwin/darwin_backend.h"
#include "sim/darwin/darwin_mac.h"
#include "tests/contract/simulated_mac_subject.h"

namespace holdfast::session {
namespace {

class DarwinSubject final : public SimulatedMacSubject {
 public:
  DarwinSubject(const sim::DeliverySettings& delivery, const sim::Answers& answers)
      : SimulatedMacSubject(delivery), darwin_(mac_, answers, 5), configurations_(mac_) {
    darwin_.Enter();
    auto client = ne::Client::Make(std::make_shared<ne::Symbols>(darwin_.Symbols()));
    EXPECT_TRUE(client.ok()) << client.status();
    backend_ = std::make_unique<DarwinBackend>(time_, time_, *client, configurations_);
  }
  ~DarwinSubject() override {
    backend_.reset();
    time_.RunFor(absl::Minutes(1));
    EXPECT_EQ(Alive("sessions"), 0);
    EXPECT_EQ(Alive("objects"), 0);
  }
  Backend& backend() override { return *backend_; }

 private:
  static int Alive(const char* kind) { return sim::DarwinLibrary::Load().holdfast_double_alive(kind); }

  sim::DarwinMac darwin_;
  sim::SimulatedConfigurations configurations_;
  std::unique_ptr<DarwinBackend> backend_;
};

SubjectFactory Darwin(const sim::DeliverySettings& delivery, const sim::Answers& answers) {
  return {"darwin", [delivery, answers] { return std::make_unique<DarwinSubject>(delivery, answers); }};
}

std::vector<SubjectFactory> UnderManyAnswers() {
  std::vector<SubjectFactory> all;
  for (uint64_t seed = 1; seed <= 64; ++seed) {
    // Slower than this, and a session is up before anybody has seen it connecting: statuses are asked for.
    const sim::DeliverySettings slow = {.jitter = absl::Milliseconds(300)};
    all.push_back(Darwin(seed % 2 == 0 ? sim::DeliverySettings{} : slow, sim::Answers::FromSeed(seed)));
  }
  return all;
}

INSTANTIATE_TEST_SUITE_P(Darwin, SessionContract, ::testing::Values(Darwin({}, {})));
INSTANTIATE_TEST_SUITE_P(DarwinUnderManyAnswers, SessionContract, ::testing::ValuesIn(UnderManyAnswers()));

}  // namespace
}  // namespace holdfast::session
