#include "base/crypto/keys.h"
#include "base/error.h"
#include "core/policy/bundle.h"
#include "tests/server/service/test_device.h"

namespace holdfast::server {
namespace {

using ::testing::SizeIs;

class Policy : public ::testing::Test {
 protected:
  absl::StatusOr<PutPolicyResponse> Put(const std::string& document, const std::string& group = "") {
    return world.core->PutPolicy(kAdmin, {.document = document, .group = group, .comment = "test"});
  }
  World world;
  TestDevice device{world, "alpha"};
};

TEST_F(Policy, ReachesDevicesSignedAndOnlyWhenTheirsDiffers) {
  device.EnrollNow();
  EXPECT_FALSE(device.SyncNow()->policy.has_value());
  ASSERT_TRUE(Put(kPolicy1).ok());
  const auto answer = device.SyncNow();
  ASSERT_TRUE(answer->policy.has_value());
  const auto& bundle = *answer->policy;
  EXPECT_TRUE(crypto::VerifyEd25519(answer->policy_keys[0], bundle.signed_bytes, bundle.signature).ok());
  const auto decoded = DecodePolicyBundle(bundle.signed_bytes);
  ASSERT_TRUE(decoded.ok());
  EXPECT_EQ(decoded->document, kPolicy1);
  EXPECT_EQ(decoded->version, 1u);
  auto request = device.Request(1);
  request.policy_id = PolicyId(bundle.signed_bytes);
  EXPECT_FALSE(device.Sync(request)->policy.has_value());
}

TEST_F(Policy, EnrollmentBringsIt) {
  ASSERT_TRUE(Put(kPolicy1).ok());
  EXPECT_TRUE(device.Enroll(world.MakeToken())->policy.has_value());
}

TEST_F(Policy, GroupWithoutItsOwnHasTheDefault) {
  ASSERT_TRUE(Put(kPolicy1).ok());
  ASSERT_TRUE(Put(kPolicy2, "lab").ok());
  const auto lab = device.Enroll(world.MakeToken({.group = "lab"}));
  EXPECT_EQ(DecodePolicyBundle(lab->policy->signed_bytes)->version, 2u);
  TestDevice other(world, "beta");
  const auto sales = other.Enroll(world.MakeToken({.group = "sales"}));
  EXPECT_EQ(DecodePolicyBundle(sales->policy->signed_bytes)->version, 1u);
}

TEST_F(Policy, VersionMustGrow) {
  ASSERT_TRUE(Put(kPolicy2).ok());
  EXPECT_TRUE(absl::IsFailedPrecondition(Put(kPolicy1).status()));
  EXPECT_TRUE(absl::IsFailedPrecondition(Put(kPolicy2).status()));
  EXPECT_TRUE(absl::IsFailedPrecondition(Put(kPolicy2, "lab").status()))
      << "a device that falls back to the default must not be rolled back by its group's first policy";
  EXPECT_TRUE(Put("policyVersion: 3\n").ok());
}

TEST_F(Policy, BadDocumentIsRefusedAndNothingChanges) {
  const auto refused = Put("policyVersion: 1\nreconnect:\n  settle: soon\n");
  EXPECT_TRUE(absl::IsInvalidArgument(refused.status())) << refused.status();
  EXPECT_THAT(*world.core->ListPolicies(kAdmin, {}), SizeIs(0));
}

TEST_F(Policy, DryRunStoresNothing) {
  const auto response = world.core->PutPolicy(kAdmin, {.document = kPolicy1, .dry_run = true});
  ASSERT_TRUE(response.ok());
  EXPECT_EQ(response->policy.version, 1u);
  EXPECT_THAT(*world.core->ListPolicies(kAdmin, {}), SizeIs(0));
}

TEST_F(Policy, OldVersionsStayReadable) {
  ASSERT_TRUE(Put(kPolicy1).ok());
  ASSERT_TRUE(Put(kPolicy2).ok());
  EXPECT_EQ(world.core->GetPolicy(kAdmin, {})->document, kPolicy2);
  EXPECT_EQ(world.core->GetPolicy(kAdmin, {.version = 1})->document, kPolicy1);
  EXPECT_TRUE(absl::IsNotFound(world.core->GetPolicy(kAdmin, {.version = 9}).status()));
  EXPECT_THAT(*world.core->ListPolicies(kAdmin, {}), SizeIs(2));
}

TEST_F(Policy, NewOneNudgesItsDevicesOnly) {
  std::vector<Uuid> nudged;
  world.core->SetNudge([&](const Uuid& id, absl::Duration jitter) {
    EXPECT_GT(jitter, absl::ZeroDuration());
    nudged.push_back(id);
  });
  ASSERT_TRUE(device.Enroll(world.MakeToken({.group = "lab"})).ok());
  TestDevice other(world, "beta");
  other.EnrollNow();
  ASSERT_TRUE(Put(kPolicy1, "lab").ok());
  EXPECT_THAT(nudged, ::testing::ElementsAre(device.id));
  nudged.clear();
  ASSERT_TRUE(Put(kPolicy1).ok());
  EXPECT_THAT(nudged, SizeIs(2));
}

TEST_F(Policy, AFewDevicesFetchANewOneAtOnce) {
  absl::Duration longest;
  world.core->SetNudge([&](const Uuid&, absl::Duration jitter) { longest = std::max(longest, jitter); });
  device.EnrollNow();
  ASSERT_TRUE(Put(kPolicy1).ok());
  EXPECT_LT(longest, absl::Seconds(1));
}

TEST_F(Policy, SurvivesARestartAsTheSameBytes) {
  ASSERT_TRUE(Put(kPolicy1).ok());
  const auto before = device.Enroll(world.MakeToken())->policy;
  world.Restart(sim::Loss::kUnsynced);
  EXPECT_EQ(device.SyncNow()->policy, before);
}

TEST_F(Policy, IsAudited) {
  ASSERT_TRUE(Put(kPolicy1).ok());
  ASSERT_TRUE(Put(kPolicy2).ok());
  const auto entry = world.Audit().front();
  EXPECT_EQ(entry.actor, "ada");
  EXPECT_EQ(entry.source, "192.0.2.1");
  EXPECT_EQ(entry.action, "PutPolicy");
  EXPECT_EQ(entry.before, "version 1");
  EXPECT_THAT(entry.after, ::testing::StartsWith("version 2"));
}

}  // namespace
}  // namespace holdfast::server
