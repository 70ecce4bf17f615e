// docs/lint is what the tables of rules say.
#include "profiles/lint/document.h"

#include <gtest/gtest.h>

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <set>
#include <sstream>

#include "profiles/docs/all_rules.h"

namespace holdfast::lint {
namespace {

namespace fs = std::filesystem;

fs::path Folder() {
  const char* source = std::getenv("HOLDFAST_SOURCE");
  return fs::path(source == nullptr ? "." : source) / "docs" / "lint";
}

std::string ReadAll(const fs::path& path) {
  std::ifstream in(path, std::ios::binary);
  std::stringstream text;
  text << in.rdbuf();
  return text.str();
}

TEST(LintDocuments, AreCurrent) {
  std::set<std::string> expected = {"README.md"};
  EXPECT_EQ(ReadAll(Folder() / "README.md"), RuleIndex(AllRuleGroups())) << "run holdfast_lint_doc docs/lint";
  for (const RuleGroup* group : AllRuleGroups()) {
    for (const Rule* rule : group->rules) {
      const std::string name = std::string(rule->id) + ".md";
      expected.insert(name);
      EXPECT_EQ(ReadAll(Folder() / name), RuleDocument(*rule, *group)) << "run holdfast_lint_doc docs/lint";
    }
  }
  for (const auto& entry : fs::directory_iterator(Folder())) {
    EXPECT_TRUE(expected.contains(entry.path().filename())) << entry.path() << " describes no rule";
  }
}

}  // namespace
}  // namespace holdfast::lint
