#include "core/policy/markdown.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cstdlib>
#include <fstream>
#include <sstream>

#include "absl/strings/str_cat.h"
#include "core/policy/schema.h"
#include "core/policy/spelling.h"

namespace holdfast {
namespace {

TEST(PolicyMarkdown, IsWhatDocsPolicyMdHolds) {
  const char* root = std::getenv("HOLDFAST_SOURCE");
  ASSERT_NE(root, nullptr) << "run it with ctest";
  std::ifstream file(std::string(root) + "/docs/policy.md");
  std::stringstream text;
  text << file.rdbuf();
  EXPECT_TRUE(text.str() == PolicyMarkdown())
      << "docs/policy.md is not what the schema says. Regenerate it:\n"
         "  ninja -C build/dev holdfast_policy_doc && build/bin/holdfast_policy_doc > docs/policy.md";
}

TEST(PolicyMarkdown, HasEveryKey) {
  const std::string text = PolicyMarkdown();
  for (const SchemaKey& key : PolicySchema()) {
    EXPECT_THAT(text, ::testing::HasSubstr(absl::StrCat("| `", YamlSpelling(key.path), "` |")));
  }
}

TEST(PolicyMarkdown, StatesTheBoundOfTheDefaults) {
  EXPECT_THAT(PolicyMarkdown(), ::testing::HasSubstr("the bound is 16m2s;"));
}

}  // namespace
}  // namespace holdfast
