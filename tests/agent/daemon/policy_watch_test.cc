// A policy that is looked at, and a layer that need not be there.
#include "agent/daemon/policy_watch.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/agent/daemon/world.h"

namespace holdfast::agent {
namespace {

using ::testing::IsEmpty;

TEST(PolicyWatch, TellsEachChangeOnce) {
  sim::VirtualTime time;
  PolicyFile file{absl::NotFoundError("none yet"), PolicySource::kUnmanaged, /*optional=*/true};
  std::vector<PolicyFile> told;
  PolicyWatch watch(
      time, time, file, [&] { return file; }, [&](const PolicyFile& now) { told.push_back(now); });
  time.RunFor(absl::Minutes(5));
  EXPECT_THAT(told, IsEmpty());
  file.bytes = std::string("policyVersion: 1\n");
  time.RunFor(absl::Minutes(5));
  ASSERT_EQ(told.size(), 1u);
  EXPECT_EQ(*told[0].bytes, "policyVersion: 1\n");
  // The same text, from a place that may set more.
  file.source = PolicySource::kManagedDevice;
  time.RunFor(absl::Minutes(1));
  EXPECT_EQ(told.size(), 2u);
}

// A Mac without a policy profile is nothing to report.
TEST(OptionalPolicy, ThatIsNotThereIsNoFault) {
  World world;
  world.policy = absl::NotFoundError("none");
  world.policy_optional = true;
  world.Start();
  world.RunFor(absl::Minutes(1));
  EXPECT_EQ(world.agent->Status().engine.policy_source, "builtin");
  EXPECT_EQ(world.agent->Status().engine.policy_error, "");
  EXPECT_THAT(world.agent->Status().engine.incidents, IsEmpty());
  world.agent->PolicyFileRead({"policyVersion: 7\n", PolicySource::kManagedDevice, true});
  EXPECT_EQ(world.agent->Status().engine.policy_version, 7u);
  // Once it was there, its going is one.
  world.agent->PolicyFileRead({absl::NotFoundError("gone"), PolicySource::kUnmanaged, true});
  EXPECT_EQ(world.agent->Status().engine.policy_version, 7u);
  EXPECT_FALSE(world.agent->Status().engine.incidents.empty());
}

}  // namespace
}  // namespace holdfast::agent
