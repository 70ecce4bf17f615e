#include "absl/strings/str_cat.h"
#include "base/error.h"
#include "server/service/refused_enrollments.h"
#include "tests/server/service/test_device.h"

namespace holdfast::server {
namespace {

using ::testing::SizeIs;

class Enrollment : public ::testing::Test {
 protected:
  ErrorReason Refusal(TestDevice& who, const std::string& token) {
    return ReasonOf(who.Enroll(token).status());
  }
  World world;
  TestDevice device{world, "alpha"};
};

TEST_F(Enrollment, GivesAnIdentityThatCanSync) {
  const auto answer = device.Enroll(world.MakeToken({.group = "lab"}));
  ASSERT_TRUE(answer.ok()) << answer.status();
  EXPECT_FALSE(answer->device_id.IsNil());
  EXPECT_THAT(answer->policy_keys, SizeIs(1));
  EXPECT_THAT(answer->ca_certificates_pem, SizeIs(1));
  EXPECT_TRUE(device.SyncNow().ok());
  const auto seen = world.core->GetDevice(kAdmin, "SERIAL-alpha");
  ASSERT_TRUE(seen.ok()) << seen.status();
  EXPECT_EQ(seen->group, "lab");
  EXPECT_EQ(seen->reachability, Reachability::kOnline);
}

TEST_F(Enrollment, UnknownTokens) {
  EXPECT_EQ(Refusal(device, ""), ErrorReason::kTokenUnknown);
  EXPECT_EQ(Refusal(device, "hfe_0123456789abcdef_" + std::string(64, 'a')), ErrorReason::kTokenUnknown);
  std::string wrong = world.MakeToken();
  wrong.back() = wrong.back() == '0' ? '1' : '0';
  EXPECT_EQ(Refusal(device, wrong), ErrorReason::kTokenUnknown);
}

TEST_F(Enrollment, AdminTokenIsNoEnrollmentToken) {
  const auto token = world.core->EnsureAdminToken();
  EXPECT_EQ(Refusal(device, **token), ErrorReason::kTokenUnknown);
}

TEST_F(Enrollment, ExpiredToken) {
  const std::string token = world.MakeToken({.lifetime = absl::Minutes(5)});
  world.clock.Advance(absl::Minutes(5));
  EXPECT_EQ(Refusal(device, token), ErrorReason::kTokenExpired);
}

TEST_F(Enrollment, ExhaustedToken) {
  const std::string token = world.MakeToken({.quota = 1});
  ASSERT_TRUE(device.Enroll(token).ok());
  TestDevice other(world, "beta");
  EXPECT_EQ(Refusal(other, token), ErrorReason::kTokenExhausted);
}

TEST_F(Enrollment, RevokedToken) {
  const auto token = world.core->CreateEnrollmentToken(kAdmin, {});
  ASSERT_TRUE(world.core->RevokeEnrollmentToken(kAdmin, token->token.id).ok());
  EXPECT_EQ(Refusal(device, token->secret), ErrorReason::kTokenRevoked);
}

TEST_F(Enrollment, TokenOfOtherSerialNumbers) {
  const std::string token = world.MakeToken({.allowed_serials = {"SERIAL-beta"}});
  EXPECT_FALSE(device.Enroll(token).ok());
  TestDevice other(world, "beta");
  EXPECT_TRUE(other.Enroll(token).ok());
}

TEST_F(Enrollment, BadCertificateRequest) {
  wire::EnrollRequest request = device.EnrollRequest(world.MakeToken());
  request.csr_pem = "not a request";
  EXPECT_EQ(ReasonOf(world.core->Enroll({}, request).status()), ErrorReason::kBadRequest);
}

TEST_F(Enrollment, LostAnswerIsAskedForAgainWithTheSameKey) {
  const std::string token = world.MakeToken({.quota = 1});
  ASSERT_TRUE(device.Enroll(token).ok());
  const Uuid first = device.id;
  const auto again = device.Enroll(token);
  ASSERT_TRUE(again.ok()) << again.status();
  EXPECT_EQ(again->device_id, first);
  EXPECT_EQ(world.core->ListEnrollmentTokens(kAdmin)->front().used, 1);
}

TEST_F(Enrollment, SameHardwareWithoutProofIsAConflict) {
  device.EnrollNow();
  TestDevice thief(world, "alpha");
  EXPECT_EQ(Refusal(thief, world.MakeToken()), ErrorReason::kIdentityConflict);
  EXPECT_THAT(world.IncidentsOf(device.id, "clone_conflict"), SizeIs(1));
  EXPECT_TRUE(device.SyncNow().ok()) << "the enrolled one is not evicted";
}

TEST_F(Enrollment, SignatureOfAnotherKeyIsNoProof) {
  device.EnrollNow();
  TestDevice thief(world, "alpha");
  wire::EnrollRequest request = thief.EnrollRequest(world.MakeToken());
  request.previous_key_signature = *thief.key.Sign(request.csr_pem);
  EXPECT_EQ(ReasonOf(world.core->Enroll({}, request).status()), ErrorReason::kIdentityConflict);
}

TEST_F(Enrollment, OldKeyProvesItAndTheOldCertificateDies) {
  device.EnrollNow();
  const Peer old = device.AsPeer();
  const crypto::PrivateKey old_key = device.key;
  const Uuid id = device.id;
  device.NewKey();
  wire::EnrollRequest request = device.EnrollRequest(world.MakeToken());
  request.previous_key_signature = *old_key.Sign(request.csr_pem);
  const auto answer = world.core->Enroll({}, request);
  ASSERT_TRUE(answer.ok()) << answer.status();
  EXPECT_EQ(answer->device_id, id);
  EXPECT_EQ(ReasonOf(world.core->Sync(old, device.Request(1)).status()), ErrorReason::kReenrollRequired);
}

TEST_F(Enrollment, TokenBoundToTheSerialProvesIt) {
  device.EnrollNow();
  const Uuid id = device.id;
  device.NewKey();
  ASSERT_TRUE(device.Enroll(world.MakeToken({.allowed_serials = {"SERIAL-alpha"}})).ok());
  EXPECT_EQ(device.id, id);
}

TEST_F(Enrollment, RevokedDeviceComesBackOnlyWithATokenMadeAfterwards) {
  const std::string before = world.MakeToken();
  device.EnrollNow();
  world.clock.Advance(absl::Seconds(1));
  ASSERT_TRUE(world.core->RevokeDevice(kAdmin, {device.id.ToString(), "stolen"}).ok());
  EXPECT_EQ(ReasonOf(device.SyncNow().status()), ErrorReason::kRevoked);
  EXPECT_EQ(Refusal(device, before), ErrorReason::kRevoked);
  world.clock.Advance(absl::Seconds(1));
  ASSERT_TRUE(device.Enroll(world.MakeToken()).ok());
  EXPECT_TRUE(device.SyncNow().ok());
}

TEST_F(Enrollment, HardwareWithoutSerialIsAlwaysNew) {
  device.hardware.serial_number.clear();
  device.EnrollNow();
  TestDevice other(world, "alpha");
  other.hardware.serial_number.clear();
  other.EnrollNow();
  EXPECT_NE(device.id, other.id);
}

TEST_F(Enrollment, EveryUseOfATokenIsAuditedWithItsSource) {
  const auto token = world.core->CreateEnrollmentToken(kAdmin, {});
  ASSERT_TRUE(device.Enroll(token->secret).ok());
  TestDevice thief(world, "alpha");
  ASSERT_FALSE(thief.Enroll(token->secret).ok());
  const auto audit = world.Audit();
  ASSERT_GE(audit.size(), 2u);
  EXPECT_EQ(audit[0].action, "EnrollRefused");
  EXPECT_EQ(audit[1].action, "Enroll");
  EXPECT_EQ(audit[1].actor, "token:" + token->token.id);
  EXPECT_EQ(audit[1].source, "198.51.100.7");
  EXPECT_EQ(audit[1].target, "device:" + device.id.ToString());
}

class RefusedTokens : public Enrollment {
 protected:
  // Newest first.
  std::vector<AuditEntry> Refused() {
    std::vector<AuditEntry> found = world.Audit();
    std::erase_if(found, [](const AuditEntry& entry) { return entry.action != "EnrollRefused"; });
    return found;
  }
  void TryFrom(const std::string& address, const std::string& token) {
    EXPECT_FALSE(world.core->Enroll({std::nullopt, "", address}, device.EnrollRequest(token)).ok());
  }
};

TEST_F(RefusedTokens, AreAuditedWithReasonTokenSourceAndSerialButNotTheSecret) {
  const auto token = world.core->CreateEnrollmentToken(kAdmin, {.allowed_serials = {"SERIAL-beta"}});
  TryFrom("198.51.100.7:4711", token->secret);
  ASSERT_THAT(Refused(), SizeIs(1));
  EXPECT_EQ(Refused()[0].actor, "token:" + token->token.id);
  EXPECT_EQ(Refused()[0].source, "198.51.100.7:4711");
  EXPECT_EQ(Refused()[0].target, "serial:SERIAL-alpha");
  EXPECT_EQ(Refused()[0].after,
            "TOKEN_UNKNOWN: the token is for other serial numbers than this one; serial=SERIAL-alpha");
  std::string wrong = token->secret;
  wrong.back() = wrong.back() == '0' ? '1' : '0';
  TryFrom("203.0.113.1", wrong);
  EXPECT_EQ(Refused()[0].after, "TOKEN_UNKNOWN: its secret is wrong; serial=SERIAL-alpha");
  TryFrom("203.0.113.2", "no token at all");
  EXPECT_EQ(Refused()[0].actor, "unknown token");
  for (const AuditEntry& entry : Refused()) {
    for (const std::string& text : {entry.actor, entry.target, entry.after}) {
      EXPECT_EQ(text.find(wrong.substr(0, 40)), std::string::npos) << text;
    }
  }
}

TEST_F(RefusedTokens, OfOneKindAreOneEntryAMinuteWithACount) {
  const std::string token = world.MakeToken({.lifetime = absl::Minutes(1)});
  world.clock.Advance(absl::Minutes(2));
  for (int port = 1; port <= 500; ++port) TryFrom(absl::StrCat("198.51.100.7:", port), token);
  EXPECT_THAT(Refused(), SizeIs(1)) << "a port is no other place";
  world.clock.Advance(absl::Seconds(59));
  ASSERT_TRUE(world.core->Tick().ok());
  EXPECT_THAT(Refused(), SizeIs(1));
  world.clock.Advance(absl::Seconds(1));
  ASSERT_TRUE(world.core->Tick().ok());
  ASSERT_THAT(Refused(), SizeIs(2));
  EXPECT_NE(Refused()[0].after.find("499 more since"), std::string::npos) << Refused()[0].after;
  // Nothing came since: the next one is the first of its kind again.
  world.clock.Advance(absl::Minutes(1));
  ASSERT_TRUE(world.core->Tick().ok());
  EXPECT_THAT(Refused(), SizeIs(2));
  TryFrom("198.51.100.7", token);
  EXPECT_THAT(Refused(), SizeIs(3));
}

TEST_F(RefusedTokens, AFloodFromManyPlacesCannotFillTheLog) {
  for (int i = 0; i < 1000; ++i) TryFrom(absl::StrCat("10.0.", i / 250, ".", i % 250), "hfe_x");
  EXPECT_THAT(Refused(), SizeIs(RefusedEnrollments::kKinds));
  world.clock.Advance(absl::Minutes(1));
  ASSERT_TRUE(world.core->Tick().ok());
  ASSERT_THAT(Refused(), SizeIs(RefusedEnrollments::kKinds + 1));
  EXPECT_EQ(Refused()[0].source, "several addresses");
  EXPECT_NE(Refused()[0].after.find("980 more since"), std::string::npos) << Refused()[0].after;
}

class Renewal : public Enrollment {
 protected:
  // The new certificate's serial.
  std::string Renew() {
    device.NewKey();
    const auto answer = world.core->Renew(device.AsPeer(), {device.id, *crypto::MakeCsrPem(device.key, "x")});
    EXPECT_TRUE(answer.ok()) << answer.status();
    return crypto::ReadCertificate(answer->certificate_chain_pem)->serial_hex;
  }
};

TEST_F(Renewal, OldCertificateDiesWhenTheNewOneHasConnected) {
  device.EnrollNow();
  ASSERT_TRUE(device.SyncNow().ok());
  const std::string old_serial = device.serial;
  const std::string new_serial = Renew();
  EXPECT_TRUE(device.SyncNow().ok()) << "the old one is good until the new one has connected";
  device.serial = new_serial;
  EXPECT_TRUE(device.SyncNow().ok());
  device.serial = old_serial;
  EXPECT_EQ(ReasonOf(device.SyncNow().status()), ErrorReason::kReenrollRequired);
}

TEST_F(Renewal, LostAnswerIsRepeated) {
  device.EnrollNow();
  Renew();
  const std::string second = Renew();
  device.serial = second;
  EXPECT_TRUE(device.SyncNow().ok());
}

TEST_F(Renewal, NeedsACertificateInForce) {
  device.EnrollNow();
  Peer nobody = device.AsPeer();
  nobody.device.reset();
  EXPECT_FALSE(world.core->Renew(nobody, {device.id, "x"}).ok());
  EXPECT_EQ(ReasonOf(world.core->Renew(device.AsPeer(), {device.id, "x"}).status()),
            ErrorReason::kBadRequest);
}

}  // namespace
}  // namespace holdfast::server
