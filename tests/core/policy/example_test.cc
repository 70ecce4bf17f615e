#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cstdlib>
#include <fstream>
#include <sstream>

#include "core/policy/parse.h"

namespace holdfast {
namespace {

TEST(ExamplePolicy, ParsesWithoutWarnings) {
  const char* root = std::getenv("HOLDFAST_SOURCE");
  ASSERT_NE(root, nullptr) << "run it with ctest";
  std::ifstream file(std::string(root) + "/deploy/policy/example.yaml");
  std::stringstream text;
  text << file.rdbuf();
  absl::StatusOr<ParsedPolicy> parsed = ParsePolicy(text.str(), "example.yaml");
  ASSERT_TRUE(parsed.ok()) << parsed.status();
  EXPECT_THAT(parsed->warnings, ::testing::IsEmpty());
  EXPECT_EQ(parsed->policy.services.size(), 2u);
  EXPECT_EQ(parsed->policy.mode, EnforcementMode::kAudit);
}

}  // namespace
}  // namespace holdfast
