#include "agent/daemon/policy_stack.h"

#include "tests/agent/daemon/world.h"

namespace holdfast::agent {
namespace {

using ::testing::HasSubstr;

TEST(AgentPolicy, ABrokenFileAtTheFirstStartLeavesTheBuiltInPolicyAndSaysSo) {
  World world;
  world.policy = "enforcementMode: perhaps\n";
  world.Start();
  world.RunFor(absl::Minutes(1));
  const control::StatusView status = world.agent->Status();
  EXPECT_EQ(status.engine.policy_source, "builtin");
  EXPECT_EQ(status.engine.mode, EnforcementMode::kAudit);
  EXPECT_THAT(status.engine.policy_error, HasSubstr("perhaps"));
  EXPECT_THAT(world.log, ::testing::Contains(HasSubstr("rejected")));
}

TEST(AgentPolicy, ABrokenFileKeepsTheLastGoodOneAlsoAcrossARestart) {
  World world;
  world.Start();
  world.RunFor(absl::Minutes(1));
  world.agent->PolicyFileRead({"policyVersion: ["});
  EXPECT_EQ(world.agent->Status().engine.policy_version, 4u);
  EXPECT_FALSE(world.agent->Status().engine.policy_error.empty());
  world.policy = absl::NotFoundError("policy.yaml is gone");
  world.Start();
  world.RunFor(absl::Minutes(5));
  EXPECT_EQ(world.agent->Status().engine.policy_version, 4u);
  EXPECT_EQ(world.agent->Status().engine.mode, EnforcementMode::kEnforce);
  EXPECT_EQ(world.mac.StatusOf(world.corp), SessionStatus::kConnected);
}

TEST(AgentPolicy, AFileThatIsReadAgainUnchangedIsNoRow) {
  World world;
  world.Start();
  world.RunFor(absl::Minutes(1));
  const size_t before = world.Rows<PolicyChange>().size();
  world.agent->PolicyFileRead({std::string(kEnforce)});
  world.RunFor(absl::Minutes(1));
  EXPECT_EQ(world.Rows<PolicyChange>().size(), before);
}

TEST(AgentPolicy, AChangedFileTakesEffectAtOnce) {
  World world;
  world.Start();
  world.RunFor(absl::Minutes(1));
  std::string text = kEnforce;
  text.replace(text.find("policyVersion: 4"), 16, "policyVersion: 5");
  world.agent->PolicyFileRead({text});
  EXPECT_EQ(world.agent->Status().engine.policy_version, 5u);
}

TEST(AgentPolicy, TheServersPolicyIsInForceWithoutAFileAndOutlivesARestart) {
  World world;
  world.options.policy_path.clear();
  world.server.policy = world.server.Sign(9, std::string(kEnforce).replace(15, 1, "9"));
  world.Start();
  world.RunFor(absl::Minutes(5));
  EXPECT_EQ(world.agent->Status().engine.policy_source, "server");
  EXPECT_EQ(world.agent->Status().engine.policy_version, 9u);
  EXPECT_EQ(world.mac.StatusOf(world.corp), SessionStatus::kConnected);
  world.server.reachable = false;
  world.Start();
  world.RunFor(absl::Seconds(1));
  EXPECT_EQ(world.agent->Status().engine.policy_version, 9u);
}

TEST(AgentPolicy, AForgedPolicyIsAnIncidentAndChangesNothing) {
  World world;
  world.options.policy_path.clear();
  wire::PolicyBundle forged = world.server.Sign(9, "enforcementMode: off\npolicyVersion: 9\n");
  forged.signature[0] ^= 1;
  world.server.policy = forged;
  world.Start();
  world.RunFor(absl::Minutes(5));
  EXPECT_EQ(world.agent->Status().engine.policy_source, "builtin");
  EXPECT_TRUE(world.Opened("policy_tampered"));
}

TEST(AgentPolicy, PolicyTellsEachKeyAndItsOrigin) {
  World world;
  world.Start();
  world.RunFor(absl::Minutes(1));
  const control::PolicyView view = world.agent->Policy();
  EXPECT_EQ(view.version, 4u);
  EXPECT_EQ(view.document, kEnforce);
  bool from_file = false;
  for (const control::PolicyKeyView& key : view.keys) from_file |= key.origin == "file:policy.yaml";
  EXPECT_TRUE(from_file);
}

}  // namespace
}  // namespace holdfast::agent
