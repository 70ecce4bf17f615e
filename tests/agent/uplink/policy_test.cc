#include "tests/agent/uplink/fixture.h"

namespace holdfast::uplink {
namespace {

using ::testing::Contains;
using ::testing::ElementsAre;
using ::testing::HasSubstr;

class UplinkPolicyTest : public UplinkTest {
 protected:
  void Offer(const wire::PolicyBundle& bundle) {
    server_.policy = bundle;
    AddRows(1);
    time_.RunFor(absl::Seconds(5));
  }
  wire::PolicyStatus LastStatus() {
    AddRows(1);
    time_.RunFor(absl::Seconds(5));
    return server_.syncs.back().policy_status.value_or(wire::PolicyStatus{});
  }
};

TEST_F(UplinkPolicyTest, ASignedPolicyIsAppliedKeptAndReported) {
  StartOnline();
  Offer(server_.Sign(3, "mode: audit"));
  ASSERT_EQ(host_.applied.size(), 1u);
  EXPECT_EQ(host_.applied[0].document, "mode: audit");
  const wire::PolicyStatus status = LastStatus();
  EXPECT_EQ(status.state, wire::PolicyStatus::State::kApplied);
  EXPECT_EQ(status.version, 3u);
  EXPECT_EQ(server_.syncs.back().policy_id, Sha256(server_.policy->signed_bytes));
  EXPECT_EQ(host_.applied.size(), 1u);

  PolicyInbox next(files_);
  ASSERT_TRUE(next.Load(server_.policy_keys).ok());
  EXPECT_EQ(next.accepted()->version, 3u);
}

TEST_F(UplinkPolicyTest, AWrongSignatureIsRefusedOnceAndTheLastGoodPolicyStays) {
  StartOnline();
  Offer(server_.Sign(3, "good"));
  wire::PolicyBundle forged = server_.Sign(4, "evil");
  forged.signature[5] ^= 1;
  Offer(forged);
  time_.RunFor(absl::Minutes(30));
  ASSERT_EQ(host_.refused.size(), 1u);
  EXPECT_THAT(std::string(host_.refused[0].message()), HasSubstr("signature"));
  EXPECT_EQ(host_.applied.size(), 1u);
  EXPECT_EQ(inbox_->accepted()->version, 3u);
  EXPECT_EQ(LastStatus().state, wire::PolicyStatus::State::kFailed);
}

TEST_F(UplinkPolicyTest, AForgersOwnKeyIsNotTrusted) {
  StartOnline();
  const auto forger = crypto::PrivateKey::Generate(crypto::KeyType::kEd25519);
  wire::PolicyBundle forged = server_.Sign(4, "evil");
  forged.signature = *forger->Sign(forged.signed_bytes);
  // Nor does it help to announce it: a rotation goes with a key that is pinned.
  server_.policy_keys = {*forger->RawPublic()};
  Offer(forged);
  EXPECT_TRUE(host_.applied.empty());
}

TEST_F(UplinkPolicyTest, AKeyAnnouncedBesideThePinnedOneIsTrusted) {
  StartOnline();
  const auto next_key = crypto::PrivateKey::Generate(crypto::KeyType::kEd25519);
  server_.policy_keys.push_back(*next_key->RawPublic());
  AddRows(1);
  time_.RunFor(absl::Seconds(5));
  wire::PolicyBundle bundle = server_.Sign(4, "new");
  bundle.signature = *next_key->Sign(bundle.signed_bytes);
  Offer(bundle);
  EXPECT_EQ(host_.applied.size(), 1u);
}

// The server's policy key is another one from now on; the one before is announced beside it.
TEST_F(UplinkPolicyTest, ThePolicyInForceSignedByANewKeyIsKeptAndAppliedToNothing) {
  StartOnline();
  Offer(server_.Sign(3, "three"));
  const std::string old_key = server_.policy_keys[0];
  server_.policy_key = *crypto::PrivateKey::Generate(crypto::KeyType::kEd25519);
  const std::string new_key = *server_.policy_key.RawPublic();
  server_.policy_keys = {new_key, old_key};
  Offer(server_.Sign(3, "three"));
  EXPECT_EQ(host_.applied.size(), 1u);
  EXPECT_TRUE(host_.refused.empty());
  EXPECT_EQ(inbox_->accepted()->bundle.key_id, crypto::KeyId(new_key));
  EXPECT_EQ(server_.syncs.back().policy_key_id, crypto::KeyId(new_key));
  EXPECT_THAT(server_.syncs.back().trusted_keys->policy_keys, Contains(crypto::KeyId(new_key)));

  server_.policy_keys = {new_key};
  Offer(server_.Sign(3, "three"));
  EXPECT_THAT((*LoadIdentity(files_))->policy_keys, ElementsAre(new_key));
  PolicyInbox next(files_);
  EXPECT_TRUE(next.Load({new_key}).ok());
}

TEST_F(UplinkPolicyTest, AKeyThatIsKeptForThePolicyInForceSignsNothingNew) {
  StartOnline();
  Offer(server_.Sign(3, "three"));
  const wire::PolicyBundle by_old_key = server_.Sign(4, "four");
  const std::string old_key = server_.policy_keys[0];
  server_.policy_key = *crypto::PrivateKey::Generate(crypto::KeyType::kEd25519);
  const std::string new_key = *server_.policy_key.RawPublic();
  server_.policy_keys = {new_key, old_key};
  AddRows(1);
  time_.RunFor(absl::Seconds(5));
  // Retired, before the policy in force came signed by the new one.
  server_.policy_keys = {new_key};
  Offer(by_old_key);
  EXPECT_EQ(host_.applied.size(), 1u);
  EXPECT_EQ(host_.refused.size(), 1u);
  EXPECT_THAT((*LoadIdentity(files_))->policy_keys, Contains(old_key)) << "a restart checks what is in force";
}

TEST_F(UplinkPolicyTest, ANewKeyIsConfirmedAtOnce) {
  StartOnline();
  const auto next_key = crypto::PrivateKey::Generate(crypto::KeyType::kEd25519);
  server_.policy_keys.push_back(*next_key->RawPublic());
  AddRows(1);
  time_.RunFor(absl::Seconds(1));
  EXPECT_THAT(server_.syncs.back().trusted_keys->policy_keys,
              Contains(crypto::KeyId(*next_key->RawPublic())));
}

TEST_F(UplinkPolicyTest, PinnedKeysCannotBeReplacedByTheServer) {
  const auto pinned = crypto::PrivateKey::Generate(crypto::KeyType::kEd25519);
  options_.pinned_policy_keys = {*pinned->RawPublic()};
  StartOnline();
  Offer(server_.Sign(3, "by the server's key"));
  EXPECT_TRUE(host_.applied.empty());
  EXPECT_EQ(host_.refused.size(), 1u);
}

TEST_F(UplinkPolicyTest, ALowerVersionIsNeverAccepted) {
  StartOnline();
  Offer(server_.Sign(7, "seven"));
  Offer(server_.Sign(6, "six"));
  ASSERT_EQ(host_.refused.size(), 1u);
  EXPECT_THAT(std::string(host_.refused[0].message()), HasSubstr("lower than version 7"));
  EXPECT_EQ(inbox_->accepted()->version, 7u);
}

TEST_F(UplinkPolicyTest, ADetourThroughAnotherGroupDoesNotRollBack) {
  StartOnline();
  Offer(server_.Sign(7, "seven", "sales"));
  Offer(server_.Sign(2, "two", "design"));
  EXPECT_EQ(inbox_->accepted()->group, "design");
  Offer(server_.Sign(6, "six", "sales"));
  EXPECT_EQ(inbox_->accepted()->group, "design");
  EXPECT_EQ(host_.refused.size(), 1u);
}

TEST_F(UplinkPolicyTest, OtherBytesUnderTheSameVersionAreRefused) {
  StartOnline();
  Offer(server_.Sign(7, "seven"));
  Offer(server_.Sign(7, "seven, but different"));
  EXPECT_EQ(host_.refused.size(), 1u);
  EXPECT_EQ(inbox_->accepted()->document, "seven");
}

TEST_F(UplinkPolicyTest, ADocumentThatIsNoPolicyIsReportedAsFailed) {
  StartOnline();
  Offer(server_.Sign(7, "seven"));
  Offer(server_.Sign(8, "broken"));
  const wire::PolicyStatus status = LastStatus();
  EXPECT_EQ(status.state, wire::PolicyStatus::State::kFailed);
  EXPECT_EQ(status.version, 8u);
  EXPECT_EQ(status.error, "not a policy");
  EXPECT_EQ(inbox_->accepted()->version, 7u);
}

TEST_F(UplinkPolicyTest, AKeptPolicyThatWasTamperedWithIsNotLoaded) {
  StartOnline();
  Offer(server_.Sign(7, "mode: enforce"));
  std::string bytes = **files_.Read("policy-bundle");
  bytes[bytes.find("enforce")] = 'E';
  ASSERT_TRUE(files_.Write("policy-bundle", bytes).ok());
  PolicyInbox next(files_);
  EXPECT_TRUE(absl::IsPermissionDenied(next.Load(server_.policy_keys)));
  EXPECT_FALSE(next.accepted().has_value());
}

}  // namespace
}  // namespace holdfast::uplink
