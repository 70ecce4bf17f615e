// holdfast_lint_doc DIRECTORY: writes the documents of all rules there.
#include <fstream>
#include <iostream>
#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "profiles/docs/all_rules.h"
#include "profiles/lint/document.h"

namespace {

namespace lint = holdfast::lint;

bool Write(const std::string& path, const std::string& text) {
  std::ofstream file(path, std::ios::binary);
  file << text;
  file.close();
  if (!file)
    std::cerr << "writing " << path << " failed: does the directory exist and may you write there?\n";
  return static_cast<bool>(file);
}

}  // namespace

int main(int argc, char** argv) {
  if (argc != 2) {
    std::cerr << "usage: holdfast_lint_doc DIRECTORY\n";
    return 64;
  }
  const std::string directory = argv[1];
  const std::vector<const lint::RuleGroup*> groups = lint::AllRuleGroups();
  bool ok = Write(directory + "/README.md", lint::RuleIndex(groups));
  for (const lint::RuleGroup* group : groups) {
    for (const lint::Rule* rule : group->rules) {
      ok = Write(absl::StrCat(directory, "/", rule->id, ".md"), lint::RuleDocument(*rule, *group)) && ok;
    }
  }
  return ok ? 0 : 74;
}
