// Point 6: what a policy goes through on its way, and what becomes of a bad one.
#include "core/policy/bundle.h"
#include "tests/integration/protocol/fleet.h"
#include "tests/simulation/policies.h"

namespace holdfast::protocol {
namespace {

using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::SizeIs;
using ::testing::StartsWith;

constexpr char kFirst[] = "policyVersion: 1\nenforcementMode: audit\n";
constexpr char kSecond[] = "policyVersion: 2\nenforcementMode: enforce\n";

class PolicyProtocol : public Protocol {
 protected:
  size_t BodiesSent() const {
    size_t bodies = 0;
    for (const auto& sync : tap_.syncs) bodies += sync.answer.ok() && sync.answer->policy.has_value();
    return bodies;
  }
  wire::PolicyBundle Signed(uint64_t version, const std::string& document) {
    const std::string bytes = EncodePolicyBundle({.version = version, .group = "", .document = document});
    const auto signature = server_.issuer().SignPolicy(bytes);
    EXPECT_TRUE(signature.ok());
    return {bytes, signature->signature, signature->key_id};
  }
  // In the next answers stands this in the place of the server's own.
  void Offer(const wire::PolicyBundle& bundle) {
    tap_.amend = [bundle](wire::SyncResponse& answer) { answer.policy = bundle; };
  }
  EnforcementMode Mode(const std::string& name) { return macs_[name]->View().mode; }
};

TEST_F(PolicyProtocol, RequestCarriesTheHashAndTheAnswerABodyOnlyWhenItDiffers) {
  server_.PutPolicy(kFirst);
  AddOnline("alpha");
  time_.RunFor(absl::Hours(1));
  EXPECT_EQ(BodiesSent(), 0u) << "the enrollment brought it";
  const auto id = Sha256(tap_.enrolls[0].answer->policy->signed_bytes);
  EXPECT_EQ(tap_.syncs.back().request.policy_id, id);
  server_.PutPolicy(kSecond);
  time_.RunFor(absl::Hours(1));
  EXPECT_EQ(BodiesSent(), 1u);
  EXPECT_NE(tap_.syncs.back().request.policy_id, id);
}

TEST_F(PolicyProtocol, AppliedIsReportedWithTheVersion) {
  server_.PutPolicy(kFirst);
  AddOnline("alpha");
  EXPECT_EQ(Seen("alpha").policy_version, 1u);
  server_.PutPolicy(kSecond);
  time_.RunFor(absl::Seconds(5));
  EXPECT_EQ(Seen("alpha").policy_version, 2u);
  EXPECT_EQ(Seen("alpha").policy_state, "applied");
  EXPECT_EQ(Mode("alpha"), EnforcementMode::kEnforce);
}

// This server's validator would not sign such a document; a newer or broken one might.
TEST_F(PolicyProtocol, FailedIsReportedWithItsReasonAndTheLastGoodOneOutlivesARestart) {
  server_.PutPolicy(kFirst);
  Device& mac = AddOnline("alpha");
  Offer(Signed(9, "policyVersion: 9\nenforcementMode: maybe\n"));
  time_.RunFor(absl::Minutes(5));
  tap_.amend = nullptr;
  time_.RunFor(absl::Minutes(5));
  EXPECT_THAT(Seen("alpha").policy_state, StartsWith("failed: "));
  EXPECT_THAT(Seen("alpha").policy_state, HasSubstr("enforcementMode"));
  EXPECT_EQ(Mode("alpha"), EnforcementMode::kAudit);
  mac.SetLink(false);
  mac.Kill();
  mac.Start();
  time_.RunFor(absl::Minutes(1));
  EXPECT_EQ(mac.Status().engine.policy_version, 1u) << "without a server";
  EXPECT_EQ(Mode("alpha"), EnforcementMode::kAudit);
}

TEST_F(PolicyProtocol, AnOlderOneIsRefusedAlsoAfterARestart) {
  server_.PutPolicy(kFirst);
  Device& mac = AddOnline("alpha");
  const wire::PolicyBundle old = *tap_.enrolls[0].answer->policy;
  server_.PutPolicy("policyVersion: 2\nenforcementMode: off\n");
  time_.RunFor(absl::Minutes(5));
  ASSERT_EQ(mac.Status().engine.policy_version, 2u);
  mac.Kill();
  mac.Start();
  Offer(old);
  time_.RunFor(absl::Minutes(5));
  EXPECT_EQ(mac.Status().engine.policy_version, 2u);
  EXPECT_THAT(Incidents("alpha", "policy_tampered"), SizeIs(1));
  ASSERT_TRUE(tap_.syncs.back().request.policy_status.has_value());
  EXPECT_THAT(tap_.syncs.back().request.policy_status->error, HasSubstr("policies never go back"));
}

TEST_F(PolicyProtocol, OneThatNobodySignedIsAnIncidentAndChangesNothing) {
  server_.PutPolicy(kFirst);
  Device& mac = AddOnline("alpha");
  wire::PolicyBundle forged = Signed(9, "policyVersion: 9\nenforcementMode: off\n");
  forged.signature[5] = static_cast<char>(forged.signature[5] ^ 1);
  Offer(forged);
  time_.RunFor(absl::Minutes(5));
  EXPECT_EQ(mac.Status().engine.policy_version, 1u);
  EXPECT_THAT(Incidents("alpha", "policy_tampered"), SizeIs(1));
}

TEST_F(PolicyProtocol, EnforcementWaitsForNoServer) {
  server_.PutPolicy(simulation::PlainPolicy(1));
  Device& mac = AddOnline("alpha");
  time_.RunFor(absl::Minutes(10));
  server_.Crash(sim::Loss::kUnsynced);
  mac.Kill();
  mac.Start();
  mac.mac().UserDisconnect(mac.service());
  time_.RunFor(absl::Minutes(10));
  EXPECT_EQ(mac.View().services.at(0).status, SessionStatus::kConnected);
  EXPECT_EQ(mac.Status().uplink.state, "backing off");
  server_.Start();
  time_.RunFor(absl::Minutes(20));
  EXPECT_EQ(mac.Status().uplink.state, "online");
}

}  // namespace
}  // namespace holdfast::protocol
