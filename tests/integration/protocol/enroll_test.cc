// Points 1 and 2: what a token is good for, what an identity is, and what happens when two have the same.
#include "tests/integration/protocol/fleet.h"

namespace holdfast::protocol {
namespace {

using ::testing::AllOf;
using ::testing::Each;
using ::testing::Field;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::Not;
using ::testing::SizeIs;
using ::testing::UnorderedElementsAre;

class Enrollment : public Protocol {
 protected:
  // A Mac that is refused for `reason`, says so, and does not come again within five minutes.
  void ExpectRefused(const std::string& name, const std::string& token, ErrorReason reason) {
    Device& mac = Add(name, token);
    const size_t before = tap_.enrolls.size();
    mac.Start();
    time_.RunFor(absl::Minutes(5));
    ASSERT_THAT(tap_.enrolls, SizeIs(before + 1)) << "a refused token is not tried again at once";
    EXPECT_EQ(ReasonOf(tap_.enrolls.back().answer.status()), reason) << tap_.enrolls.back().answer.status();
    EXPECT_EQ(mac.Status().uplink.state, absl::StrCat("refused: ", ErrorReasonName(reason)));
    EXPECT_TRUE(absl::IsNotFound(core().GetDevice(admin(), name).status()));
    EXPECT_TRUE(mac.View().services.size() > 0) << "enforcement does not wait for a server";
  }
};

TEST_F(Enrollment, AnswersWithCertificateIdKeysAndPolicy) {
  server_.PutPolicy("policyVersion: 4\nreporting: {heartbeatInterval: 120s}\n");
  Add("alpha", Token()).Start();
  time_.RunFor(absl::Minutes(1));
  ASSERT_THAT(tap_.enrolls, SizeIs(1));
  const wire::EnrollRequest& request = tap_.enrolls[0].request;
  EXPECT_THAT(request.csr_pem, AllOf(HasSubstr("CERTIFICATE REQUEST"), Not(HasSubstr("PRIVATE"))));
  EXPECT_EQ(request.hardware.serial_number, "alpha-SERIAL");
  EXPECT_EQ(request.hardware.model, "Mac16,1");
  EXPECT_EQ(request.hardware.os_build, "25B1");
  ASSERT_TRUE(tap_.enrolls[0].answer.ok());
  const wire::EnrollResponse& answer = *tap_.enrolls[0].answer;
  const auto certificate = crypto::ReadCertificate(answer.certificate_chain_pem);
  ASSERT_TRUE(certificate.ok());
  EXPECT_EQ(*crypto::DeviceOf(*certificate), answer.device_id) << "the certificate's name is the device id";
  EXPECT_LT(certificate->not_before.ns, Now().ns - absl::ToInt64Nanoseconds(absl::Minutes(1)))
      << "a clock that is a little behind does not refuse it";
  EXPECT_THAT(answer.policy_keys, SizeIs(1));
  ASSERT_TRUE(answer.policy.has_value());
  EXPECT_EQ(Seen("alpha").policy_version, 4u);
  EXPECT_EQ(Seen("alpha").platform_uuid, Uuid::FromName("alpha").ToString());
}

TEST_F(Enrollment, TokenIsGoodForItsQuota) {
  const std::string token = Token({.quota = 2});
  for (const char* name : {"alpha", "beta"}) Add(name, token).Start();
  time_.RunFor(absl::Minutes(1));
  EXPECT_THAT(core().ListDevices(admin(), {})->devices, SizeIs(2));
  ExpectRefused("gamma", token, ErrorReason::kTokenExhausted);
}

TEST_F(Enrollment, TokenExpires) {
  const std::string token = Token({.lifetime = absl::Hours(1)});
  time_.RunFor(absl::Hours(1));
  ExpectRefused("alpha", token, ErrorReason::kTokenExpired);
}

TEST_F(Enrollment, TokenIsForTheSerialsOnItsList) {
  const std::string token = Token({.allowed_serials = {"alpha-SERIAL"}});
  Add("alpha", token).Start();
  time_.RunFor(absl::Minutes(1));
  EXPECT_TRUE(core().GetDevice(admin(), "alpha").ok());
  ExpectRefused("beta", token, ErrorReason::kTokenUnknown);
}

TEST_F(Enrollment, RevokedTokenIsGoodForNobodyMore) {
  const auto token = core().CreateEnrollmentToken(admin(), {});
  Add("alpha", token->secret).Start();
  time_.RunFor(absl::Minutes(1));
  ASSERT_TRUE(core().RevokeEnrollmentToken(admin(), token->token.id).ok());
  ExpectRefused("beta", token->secret, ErrorReason::kTokenRevoked);
  time_.RunFor(absl::Minutes(10));
  EXPECT_EQ(macs_["alpha"]->Status().uplink.state, "online") << "who is in stays in";
}

TEST_F(Enrollment, TokenBringsItsGroup) {
  Add("alpha", Token({.group = "kiosks"})).Start();
  time_.RunFor(absl::Minutes(1));
  EXPECT_EQ(Seen("alpha").group, "kiosks");
}

TEST_F(Enrollment, EachUseOfATokenIsAuditedWithItsSourceAddress) {
  const auto token = core().CreateEnrollmentToken(admin(), {});
  for (const char* name : {"alpha", "beta"}) Add(name, token->secret).Start();
  time_.RunFor(absl::Minutes(1));
  const auto uses = Audit("Enroll");
  ASSERT_THAT(uses, SizeIs(2));
  EXPECT_THAT(uses, Each(Field(&server::AuditEntry::source, "192.0.2.1")));
  EXPECT_THAT(uses, Each(Field(&server::AuditEntry::actor, "token:" + token->token.id)));
  EXPECT_THAT(uses, UnorderedElementsAre(Field(&server::AuditEntry::after, HasSubstr("serial=alpha-SERIAL")),
                                         Field(&server::AuditEntry::after, HasSubstr("serial=beta-SERIAL"))));
  for (const server::AuditEntry& entry : Audit()) {
    EXPECT_THAT(entry.before + entry.after + entry.actor, Not(HasSubstr(token->secret)));
  }
}

// A Mac whose token is no good comes again and again, for months.
TEST_F(Enrollment, EachRefusedUseOfATokenIsAuditedAndARefusedMacCannotFillTheLog) {
  const auto token = core().CreateEnrollmentToken(admin(), {.lifetime = absl::Minutes(1)});
  time_.RunFor(absl::Minutes(2));
  Add("alpha", token->secret).Start();
  Add("beta", "hfe_0123456789abcdef_" + std::string(64, 'a')).Start();
  time_.RunFor(absl::Minutes(1));
  const auto refused = Audit("EnrollRefused");
  EXPECT_THAT(refused, UnorderedElementsAre(
                           AllOf(Field(&server::AuditEntry::actor, "token:" + token->token.id),
                                 Field(&server::AuditEntry::source, "192.0.2.1"),
                                 Field(&server::AuditEntry::after,
                                       AllOf(HasSubstr("TOKEN_EXPIRED"), HasSubstr("serial=alpha-SERIAL")))),
                           AllOf(Field(&server::AuditEntry::actor, "unknown token"),
                                 Field(&server::AuditEntry::source, "192.0.2.1"),
                                 Field(&server::AuditEntry::after,
                                       AllOf(HasSubstr("TOKEN_UNKNOWN"), HasSubstr("serial=beta-SERIAL"))))));
  for (const server::AuditEntry& entry : refused) {
    EXPECT_THAT(entry.actor + entry.target + entry.after, Not(HasSubstr(token->secret.substr(20))));
  }
  time_.RunFor(absl::Hours(24));
  EXPECT_LE(Audit("EnrollRefused").size(), 2 * tap_.enrolls.size());
}

TEST_F(Enrollment, TokenIsGoodForNothingButEnroll) {
  const std::string token = Token();
  EXPECT_TRUE(absl::IsUnauthenticated(core().Authenticate("Bearer " + token, "192.0.2.9").status()));
  AddOnline("alpha");
  wire::SyncRequest request = tap_.syncs.back().request;
  const server::Peer without_certificate{std::nullopt, "", "192.0.2.9"};
  EXPECT_TRUE(absl::IsPermissionDenied(core().Sync(without_certificate, request).status()));
  EXPECT_TRUE(absl::IsPermissionDenied(
      core().Renew(without_certificate, {request.device_id, tap_.enrolls[0].request.csr_pem}).status()));
}

TEST_F(Enrollment, StateCopiedToANewMacEnrollsAnew) {
  Device& old = AddOnline("alpha");
  old.Kill();
  Device& copy = Add("beta", Token());
  copy.CopyStateFrom(old);
  copy.Start();
  old.Start();
  time_.RunFor(absl::Minutes(10));
  EXPECT_NE(Seen("beta").id, Seen("alpha").id);
  EXPECT_NE(Seen("beta").epoch, Seen("alpha").epoch) << "the copied log is not told as the new Mac's";
  EXPECT_EQ(Seen("beta").serial_number, "beta-SERIAL");
  EXPECT_THAT(Incidents("beta", "clone_conflict"), SizeIs(1));
  EXPECT_THAT(Incidents("alpha", "chain_fork"), IsEmpty()) << "the copy wrote nothing under the old identity";
  EXPECT_EQ(old.Status().uplink.state, "online");
}

// An agent of which the hardware check was taken out: the server finds it by itself.
TEST_F(Enrollment, ServerRefusesAnIdentityOnOtherHardwareAndFlagsIt) {
  AddOnline("alpha");
  wire::SyncRequest request = tap_.syncs.back().request;
  const server::Peer peer = tap_.syncs.back().peer;
  request.hardware.serial_number = "another";
  EXPECT_EQ(ReasonOf(core().Sync(peer, request).status()), ErrorReason::kReenrollRequired);
  EXPECT_THAT(Incidents("alpha", "clone_conflict"), SizeIs(1));
}

// A virtual Mac that was cloned: both have serial number, key and certificate. Both are this one device on
// the server.
TEST_F(Enrollment, TwoLiveMacsWithOneIdentityAreOneConflictHoweverLongItLasts) {
  Device& original = AddOnline("alpha");
  original.Kill();
  Device& clone = Add("clone", Token(), "alpha");
  clone.CopyStateFrom(original);
  original.Start();
  clone.Start();
  time_.RunFor(absl::Minutes(30));
  const std::string id = original.Status().uplink.device_id;
  ASSERT_EQ(clone.Status().uplink.device_id, id);
  ASSERT_THAT(Incidents(id, "clone_conflict"), SizeIs(1));
  EXPECT_EQ(Seen(id).reachability, server::Reachability::kOnline);
  EXPECT_GT(Seen(id).open_incidents, 0) << "flagged";
  time_.RunFor(absl::Hours(12));
  EXPECT_THAT(Incidents(id, "clone_conflict"), SizeIs(1)) << "one, not one per message";
  // What they write contradicts each other, and each goes on in a log of its own.
  EXPECT_THAT(Incidents(id, "chain_fork"),
              UnorderedElementsAre(Field(&server::Incident::id, Field(&IncidentId::epoch, 0u)),
                                   Field(&server::Incident::id, Field(&IncidentId::epoch, Not(0u)))))
      << "the server's and the device's own";
  original.Kill();
  clone.Kill();
  EXPECT_NE(original.Rows().back().epoch, clone.Rows().back().epoch);

  original.Start();
  time_.RunFor(absl::Hours(1));
  EXPECT_EQ(Seen(id).reachability, server::Reachability::kOnline) << "the one that is left is heard";
  time_.RunFor(absl::Hours(22));
  EXPECT_FALSE(Incidents(id, "clone_conflict")[0].closed.has_value());
  time_.RunFor(absl::Hours(2));
  EXPECT_TRUE(Incidents(id, "clone_conflict")[0].closed.has_value()) << "a day without a sign of the copy";
  clone.Start();
  time_.RunFor(absl::Hours(2));
  EXPECT_THAT(Incidents(id, "clone_conflict"), SizeIs(2)) << "it is back, and so is the incident";
}

TEST_F(Enrollment, SameHardwareNeedsTheOldKeyOrItsOwnToken) {
  Device& owner = AddOnline("alpha");
  const Uuid id = Seen("alpha").id;
  const size_t before = tap_.enrolls.size();
  Add("evil", Token(), "alpha").Start();  // a Mac that says it is alpha, with any token of the group
  time_.RunFor(absl::Minutes(4));
  ASSERT_THAT(tap_.enrolls, SizeIs(before + 1));
  EXPECT_EQ(ReasonOf(tap_.enrolls.back().answer.status()), ErrorReason::kIdentityConflict);
  EXPECT_THAT(Incidents(id.ToString(), "clone_conflict"), SizeIs(1));
  EXPECT_THAT(Audit("EnrollRefused"), SizeIs(1));
  EXPECT_EQ(owner.Status().uplink.state, "online") << "nobody is evicted";
  macs_["evil"]->Kill();

  Device& wiped = Add("wiped", Token({.allowed_serials = {"alpha-SERIAL"}}), "alpha");
  wiped.Start();
  time_.RunFor(absl::Minutes(10));
  EXPECT_EQ(wiped.Status().uplink.device_id, id.ToString()) << "the same row";
  // The old certificate is revoked: the one who still has it is told to enroll, and its used token is no
  // proof.
  EXPECT_NE(owner.Status().uplink.state, "online");
}

}  // namespace
}  // namespace holdfast::protocol
