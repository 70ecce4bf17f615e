#include "agent/uplink/identity.h"
#include "tests/agent/uplink/fixture.h"

namespace holdfast::uplink {
namespace {

using ::testing::HasSubstr;

TEST_F(UplinkTest, EnrollsAndSendsWhatTheJournalHolds) {
  AddRows(3);
  StartOnline();
  EXPECT_EQ(server_.enrolls.size(), 1u);
  EXPECT_EQ(server_.enrolls[0].token, "token-1");
  EXPECT_TRUE(AllRowsArrived());
  EXPECT_EQ(uplink_->view().device, server_.device);
  EXPECT_EQ(host_.states, (std::vector<std::string>{"enrolling", "online"}));
}

TEST_F(UplinkTest, KeepsItsIdentityAcrossARestart) {
  StartOnline();
  options_.token.clear();
  StartUplink();
  AddRows(1);
  time_.RunFor(absl::Seconds(30));
  EXPECT_EQ(server_.enrolls.size(), 1u);
  EXPECT_TRUE(AllRowsArrived());
}

// A disk error at the start must not make the device forget who it is: the server would not take another key.
TEST_F(UplinkTest, AnIdentityThatCannotBeReadYetIsNotReplaced) {
  StartOnline();
  files_.failing = absl::UnavailableError("input/output error");
  StartUplink();
  time_.RunFor(absl::Minutes(10));
  EXPECT_EQ(uplink_->view().state, State::kBackingOff);
  EXPECT_THAT(uplink_->view().last_error, HasSubstr("identity: input/output error"));
  files_.failing = absl::OkStatus();
  AddRows(1);
  time_.RunFor(absl::Minutes(10));
  EXPECT_EQ(uplink_->view().state, State::kOnline);
  EXPECT_EQ(server_.enrolls.size(), 1u);
  EXPECT_TRUE(AllRowsArrived());
}

TEST_F(UplinkTest, ADamagedIdentityIsKeptAsideAndEnrolledAnew) {
  ASSERT_TRUE(files_.Write(kIdentityFile, "garbage").ok());
  StartOnline();
  EXPECT_EQ(server_.enrolls.size(), 1u);
  EXPECT_EQ(**files_.Read(kDamagedIdentityFile), "garbage");
}

TEST_F(UplinkTest, AMachineWithoutASerialNumberEnrollsToo) {
  options_.hardware.serial_number.clear();
  StartOnline();
  EXPECT_EQ(server_.enrolls.size(), 1u);
}

TEST_F(UplinkTest, WithoutATokenItWaitsAndSaysSo) {
  options_.token.clear();
  StartUplink();
  time_.RunFor(absl::Hours(1));
  EXPECT_EQ(uplink_->view().text, "not enrolled");
  EXPECT_TRUE(server_.enrolls.empty());
}

TEST_F(UplinkTest, ALostEnrollmentAnswerIsAskedForAgainWithTheSameKey) {
  server_.enroll_refusals = {absl::DeadlineExceededError("lost")};
  StartOnline();
  ASSERT_EQ(server_.enrolls.size(), 2u);
  EXPECT_FALSE(server_.enrolls[1].previous_key_signature.empty());
  const auto identity = LoadIdentity(files_);
  ASSERT_TRUE(identity.ok() && *identity);
  const auto key = crypto::PrivateKey::FromPem((*identity)->private_key_pem);
  ASSERT_TRUE(key.ok());
  // Both requests were signed by the key that ended up with the certificate.
  for (const wire::EnrollRequest& request : server_.enrolls) {
    EXPECT_TRUE(
        crypto::VerifyEcdsa(key->PublicSpkiDer(), request.csr_pem, request.previous_key_signature).ok());
  }
}

TEST_F(UplinkTest, ABadTokenIsSaidAndTriedAgainOnlySlowly) {
  const absl::Status unknown =
      WithReason(absl::PermissionDeniedError("no such token"), ErrorReason::kTokenUnknown);
  server_.enroll_refusals.assign(1000, unknown);
  StartUplink();
  time_.RunFor(absl::Hours(1));
  EXPECT_EQ(uplink_->view().text, "refused: TOKEN_UNKNOWN");
  EXPECT_EQ(host_.Opened("enrollment_refused"), 1);
  EXPECT_LE(server_.enrolls.size(), 13u);
  EXPECT_GE(server_.enrolls.size(), 6u);
}

TEST_F(UplinkTest, ARefusalThatIsLiftedClosesItsIncident) {
  server_.enroll_refusals = {
      WithReason(absl::PermissionDeniedError("used up"), ErrorReason::kTokenExhausted)};
  StartUplink();
  time_.RunFor(absl::Minutes(20));
  EXPECT_EQ(uplink_->view().state, State::kOnline);
  ASSERT_FALSE(host_.incidents.empty());
  EXPECT_FALSE(host_.incidents.back().open);
}

TEST_F(UplinkTest, StateCopiedToOtherHardwareEnrollsAnewInANewEpoch) {
  StartOnline();
  const Epoch before = journal_->head().epoch;
  const auto old_identity = *LoadIdentity(files_);
  options_.hardware.serial_number = "C02OTHER";
  StartUplink();
  time_.RunFor(absl::Minutes(1));
  EXPECT_EQ(server_.enrolls.size(), 2u);
  EXPECT_NE(journal_->head().epoch, before);
  EXPECT_EQ(host_.Opened("clone_conflict"), 1);
  EXPECT_NE((*LoadIdentity(files_))->private_key_pem, old_identity->private_key_pem);
  EXPECT_TRUE(AllRowsArrived());
}

TEST_F(UplinkTest, RenewsAtTwoThirdsOfTheCertificatesLife) {
  server_.certificate_lifetime = absl::Hours(30);
  StartOnline();
  time_.RunFor(absl::Hours(19));
  EXPECT_EQ(server_.renewals, 0);
  const std::string old_certificate = server_.identity.certificate_chain_pem;
  time_.RunFor(absl::Hours(2));
  EXPECT_EQ(server_.renewals, 1);
  EXPECT_NE(server_.identity.certificate_chain_pem, old_certificate);
  EXPECT_EQ((*LoadIdentity(files_))->certificate_chain_pem, server_.identity.certificate_chain_pem);
}

TEST_F(UplinkTest, ClockSkewNeverEnrollsAgain) {
  StartOnline();
  server_.clock_skew = true;
  time_.RunFor(absl::Hours(24 * 3));
  EXPECT_EQ(server_.enrolls.size(), 1u);
  EXPECT_EQ(uplink_->view().text, "refused: CLOCK_SKEW");
  server_.clock_skew = false;
  AddRows(1);
  time_.RunFor(absl::Minutes(10));
  EXPECT_TRUE(AllRowsArrived());
}

TEST_F(UplinkTest, ARefusalWithoutAReasonNeverEnrollsAgain) {
  StartOnline();
  server_.faults.assign(100, {absl::UnauthenticatedError("handshake")});
  time_.RunFor(absl::Hours(2));
  EXPECT_EQ(server_.enrolls.size(), 1u);
}

TEST_F(UplinkTest, ARevokedDeviceFallsSilentUntilItHasANewToken) {
  StartOnline();
  server_.revoked = true;
  AddRows(1);
  time_.RunFor(absl::Minutes(5));
  EXPECT_EQ(uplink_->view().text, "revoked");
  const size_t syncs = server_.syncs.size();
  time_.RunFor(absl::Hours(24 * 7));
  EXPECT_EQ(server_.syncs.size(), syncs);
  EXPECT_EQ(server_.enrolls.size(), 1u);

  options_.token = "token-2";
  StartUplink();
  time_.RunFor(absl::Minutes(1));
  ASSERT_EQ(server_.enrolls.size(), 2u);
  EXPECT_EQ(server_.enrolls[1].token, "token-2");
  EXPECT_TRUE(AllRowsArrived());
}

TEST_F(UplinkTest, AServerThatForgotTheDeviceGetsItBackWithTheOldKeysWord) {
  StartOnline();
  AddRows(2);
  time_.RunFor(absl::Seconds(1));
  const auto key = crypto::PrivateKey::FromPem((*LoadIdentity(files_))->private_key_pem);
  server_.known = false;
  time_.RunFor(absl::Minutes(5));
  ASSERT_EQ(server_.enrolls.size(), 2u);
  EXPECT_TRUE(crypto::VerifyEcdsa(key->PublicSpkiDer(), server_.enrolls[1].csr_pem,
                                  server_.enrolls[1].previous_key_signature)
                  .ok());
  EXPECT_EQ(uplink_->view().state, State::kOnline);
}

TEST_F(UplinkTest, AnotherDeviceIdBeginsANewEpoch) {
  StartOnline();
  const Epoch before = journal_->head().epoch;
  server_.known = false;
  server_.device = Uuid::FromName("another");
  time_.RunFor(absl::Minutes(5));
  EXPECT_NE(journal_->head().epoch, before);
  EXPECT_TRUE(AllRowsArrived());
}

TEST(Identity, SurvivesEncoding) {
  DeviceIdentity identity;
  identity.device_id = Uuid::FromName("x");
  identity.private_key_pem = "key";
  identity.certificate_chain_pem = "chain";
  identity.ca_certificates_pem = {"ca1", "ca2"};
  identity.policy_keys = {"pk"};
  identity.serial_number = "serial";
  identity.platform_uuid = "uuid";
  identity.token_id = "token";
  const auto decoded = DecodeIdentity(EncodeIdentity(identity));
  ASSERT_TRUE(decoded.ok());
  EXPECT_EQ(*decoded, identity);
}

TEST(Identity, DamagedBytesAreRefused) {
  const std::string bytes = EncodeIdentity(DeviceIdentity{});
  EXPECT_FALSE(DecodeIdentity(bytes.substr(0, bytes.size() - 1)).ok());
  EXPECT_FALSE(DecodeIdentity("HFI2" + bytes.substr(4)).ok());
  EXPECT_FALSE(DecodeIdentity("").ok());
}

TEST_F(UplinkTest, RenewsWhenTheServerAsks) {
  StartOnline();
  server_.renew = true;
  AddRows(1);
  time_.RunFor(absl::Seconds(5));
  EXPECT_EQ(server_.renewals, 1);
  EXPECT_EQ(uplink_->view().state, State::kOnline);
}

// It slept while its server's authority was replaced: the server looks like one that cannot be reached.
TEST_F(UplinkTest, ATokenThatWasNeverUsedIsTriedWhenTheServerCannotBeReached) {
  StartOnline();
  options_.token = "token-2";
  for (int i = 0; i < 100; ++i) {
    server_.faults.push_back({.refuse = absl::UnavailableError("certificate verify failed")});
  }
  StartUplink();
  time_.RunFor(absl::Minutes(2));
  ASSERT_EQ(server_.enrolls.size(), 2u);
  EXPECT_EQ(server_.enrolls.back().token, "token-2");
  EXPECT_EQ((*LoadIdentity(files_))->device_id, server_.device);
  server_.faults.clear();
  time_.RunFor(absl::Minutes(10));
  EXPECT_EQ(uplink_->view().state, State::kOnline);
  EXPECT_EQ(server_.enrolls.size(), 2u) << "once";
}

TEST_F(UplinkTest, ATokenThatIsRefusedLeavesTheIdentityInUse) {
  StartOnline();
  options_.token = "token-2";
  server_.faults.push_back({.refuse = absl::UnavailableError("a short outage")});
  server_.enroll_refusals.push_back(
      WithReason(absl::PermissionDeniedError("it expired"), ErrorReason::kTokenExpired));
  StartUplink();
  time_.RunFor(absl::Minutes(15));
  EXPECT_EQ(uplink_->view().state, State::kOnline);
  EXPECT_EQ(server_.enrolls.size(), 2u);
  EXPECT_FALSE(server_.identity.certificate_chain_pem.empty());
}

TEST(Identity, ARotationSharesAMemberWithWhatIsPinned) {
  EXPECT_TRUE(IsRotationOf({"a"}, {"b", "a"}));
  EXPECT_FALSE(IsRotationOf({"a"}, {"b"}));
  EXPECT_FALSE(IsRotationOf({"a"}, {}));
  EXPECT_FALSE(IsRotationOf({}, {"a"}));
}

}  // namespace
}  // namespace holdfast::uplink
