// Point 11: a certificate is renewed in time, ends when it must, and a wrong clock never costs an identity.
#include "tests/integration/protocol/fleet.h"

namespace holdfast::protocol {
namespace {

using ::testing::IsEmpty;
using ::testing::Ne;
using ::testing::SizeIs;

class Certificates : public Protocol {
 protected:
  // Until the renewal is due: two thirds of ninety days.
  void RunUntilRenewed() {
    time_.RunFor(absl::Hours(24 * 60) - (Now() - began_) - absl::Hours(2));
    ASSERT_THAT(tap_.renewals, IsEmpty()) << "not before two thirds of its life";
    time_.RunFor(absl::Hours(4));
    ASSERT_THAT(tap_.renewals, SizeIs(1));
    ASSERT_TRUE(tap_.renewals[0].answer.ok()) << tap_.renewals[0].answer.status();
  }
  server::Peer PeerOf(const std::string& chain_pem) {
    const auto certificate = crypto::ReadCertificate(chain_pem);
    EXPECT_TRUE(certificate.ok());
    return {*crypto::DeviceOf(*certificate), certificate->serial_hex, "192.0.2.9"};
  }
  ErrorReason ReasonFor(const server::Peer& peer) {
    wire::SyncRequest request = tap_.syncs.back().request;
    request.frame.reset();
    return ReasonOf(core().Sync(peer, request).status());
  }
  ServerTime began_ = Now();
};

TEST_F(Certificates, RenewedAtTwoThirdsOfItsLifeAndTheOldOneDiesWhenTheNewOneHasConnected) {
  server_.PutPolicy("policyVersion: 1\nreporting: {heartbeatInterval: 3600s}\n");
  Device& mac = AddOnline("alpha");
  const server::Peer old = PeerOf(tap_.enrolls[0].answer->certificate_chain_pem);
  const std::string id = mac.Status().uplink.device_id;
  tap_.syncs.clear();
  RunUntilRenewed();
  EXPECT_THAT(tap_.renewals[0].request.csr_pem, Ne(tap_.enrolls[0].request.csr_pem)) << "a new key";
  EXPECT_EQ(tap_.renewals[0].peer.certificate_serial, old.certificate_serial)
      << "over the old one's connection";
  const server::Peer renewed = PeerOf(tap_.renewals[0].answer->certificate_chain_pem);
  EXPECT_EQ(tap_.syncs.back().peer.certificate_serial, renewed.certificate_serial);
  EXPECT_EQ(ReasonFor(old), ErrorReason::kReenrollRequired) << "replaced";
  EXPECT_EQ(mac.Status().uplink.device_id, id);
  EXPECT_THAT(tap_.enrolls, SizeIs(1));
  EXPECT_THAT(Audit("RenewCertificate"), SizeIs(1));
  time_.RunFor(absl::Hours(24 * 70));
  EXPECT_THAT(tap_.renewals, SizeIs(2)) << "and so on";
  EXPECT_EQ(mac.Status().uplink.state, "online");
}

TEST_F(Certificates, WhileTheNewOneHasNotConnectedTheOldOneIsGood) {
  AddOnline("alpha");
  const server::Peer old = PeerOf(tap_.enrolls[0].answer->certificate_chain_pem);
  const auto candidate = core().Renew(old, {*old.device, tap_.enrolls[0].request.csr_pem});
  ASSERT_TRUE(candidate.ok());
  EXPECT_EQ(ReasonFor(old), ErrorReason::kNone);
  EXPECT_EQ(ReasonFor(PeerOf(candidate->certificate_chain_pem)), ErrorReason::kNone);
  EXPECT_EQ(ReasonFor(old), ErrorReason::kReenrollRequired);
}

TEST_F(Certificates, AnAnswerThatIsLostIsAskedForAgainWithoutEnrolling) {
  server_.PutPolicy("policyVersion: 1\nreporting: {heartbeatInterval: 3600s}\n");
  Device& mac = AddOnline("alpha");
  time_.RunFor(absl::Hours(24 * 60) - absl::Hours(2));
  mac.link().lose_answer = 1;
  time_.RunFor(absl::Hours(6));
  mac.link().lose_answer = 0;
  time_.RunFor(absl::Hours(6));
  EXPECT_THAT(tap_.enrolls, SizeIs(1));
  EXPECT_EQ(mac.Status().uplink.state, "online");
  const size_t renewals = tap_.renewals.size();
  EXPECT_GE(renewals, 1u);
  time_.RunFor(absl::Hours(48));
  EXPECT_THAT(tap_.renewals, SizeIs(renewals)) << "then it has one";
}

TEST_F(Certificates, ItsNameMustBeTheMessages) {
  AddOnline("alpha");
  wire::SyncRequest request = tap_.syncs.back().request;
  AddOnline("beta");
  const server::Peer beta = PeerOf(tap_.enrolls.back().answer->certificate_chain_pem);
  ASSERT_NE(request.device_id, *beta.device);
  EXPECT_TRUE(absl::IsPermissionDenied(core().Sync(beta, request).status()));
  EXPECT_TRUE(absl::IsPermissionDenied(core().CheckPeer(beta, request.device_id)));
}

TEST_F(Certificates, RevokedDeviceIsRefusedWithTheNextCallAndFallsSilent) {
  Device& mac = AddOnline("alpha");
  ASSERT_TRUE(core().RevokeDevice(admin(), {"alpha", "stolen"}).ok());
  time_.RunFor(absl::Seconds(2));  // it was nudged
  EXPECT_EQ(ReasonOf(tap_.syncs.back().answer.status()), ErrorReason::kRevoked);
  EXPECT_EQ(mac.Status().uplink.state, "revoked");
  const size_t calls = tap_.syncs.size();
  time_.RunFor(absl::Hours(24));
  EXPECT_THAT(tap_.syncs, SizeIs(calls));
  EXPECT_FALSE(mac.View().services.empty()) << "enforcement goes on with the last good policy";
  server_.Crash(sim::Loss::kUnsynced);
  server_.Start();
  EXPECT_EQ(ReasonFor(tap_.syncs.back().peer), ErrorReason::kRevoked) << "also after a restart of the server";
}

TEST_F(Certificates, ClockSkewIsWaitedForHoweverLongItLasts) {
  Device& mac = AddOnline("alpha");
  const std::string id = mac.Status().uplink.device_id;
  tap_.meddle = [](wire::SyncRequest&) {
    return WithReason(absl::UnauthenticatedError("the certificate is not valid yet"),
                      ErrorReason::kClockSkew);
  };
  time_.RunFor(absl::Hours(24 * 3));
  EXPECT_EQ(mac.Status().uplink.state, "refused: CLOCK_SKEW");
  EXPECT_THAT(tap_.enrolls, SizeIs(1));
  tap_.meddle = nullptr;
  time_.RunFor(absl::Hours(1));
  EXPECT_EQ(mac.Status().uplink.state, "online");
  EXPECT_EQ(mac.Status().uplink.device_id, id);
  EXPECT_THAT(tap_.enrolls, SizeIs(1));
}

// What a peer's agents did in a loop: each reason has its own consequence, and only one of them is a new
// enrollment.
TEST_F(Certificates, OnlyReenrollRequiredEnrollsAgain) {
  struct Case {
    absl::StatusCode code;
    ErrorReason reason;
    const char* state;
    size_t enrolls;
  };
  for (const Case& c :
       {Case{absl::StatusCode::kUnauthenticated, ErrorReason::kClockSkew, "refused: CLOCK_SKEW", 0},
        Case{absl::StatusCode::kUnauthenticated, ErrorReason::kNone, "refused: UNAUTHENTICATED", 0},
        Case{absl::StatusCode::kInvalidArgument, ErrorReason::kBadRequest, "refused: BAD_REQUEST", 0},
        Case{absl::StatusCode::kUnauthenticated, ErrorReason::kReenrollRequired, "online", 1}}) {
    SCOPED_TRACE(c.state);
    const std::string name = absl::StrCat("mac-", macs_.size());
    Device& mac = AddOnline(name);
    const size_t before = tap_.enrolls.size();
    tap_.meddle = [&](wire::SyncRequest& request) {
      const bool again = tap_.enrolls.size() > before;
      return request.hardware.hostname != name || again ? absl::OkStatus()
                                                        : WithReason(absl::Status(c.code, "no"), c.reason);
    };
    time_.RunFor(absl::Hours(1));
    EXPECT_EQ(mac.Status().uplink.state, c.state);
    EXPECT_EQ(tap_.enrolls.size() - before, c.enrolls);
    tap_.meddle = nullptr;
  }
}

}  // namespace
}  // namespace holdfast::protocol
