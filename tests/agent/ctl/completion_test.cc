#include <cstdlib>
#include <fstream>

#include "absl/strings/str_cat.h"
#include "tests/agent/ctl/ctl_fixture.h"

namespace holdfast::ctl {
namespace {

using ::testing::AllOf;
using ::testing::HasSubstr;

TEST(Completion, IsAScriptThatTheShellsAccept) {
  const Result bash = RunOn({"completion", "bash"});
  EXPECT_THAT(bash.out, AllOf(HasSubstr("why) words="), HasSubstr("--follow"), HasSubstr("complete -F")));
  EXPECT_THAT(RunOn({"completion", "zsh"}).out,
              AllOf(HasSubstr("#compdef holdfastctl"), HasSubstr("'history:What")));
  EXPECT_THAT(bash.out, HasSubstr("--json nelog scutil-list"));
  EXPECT_EQ(RunOn({"completion", "fish"}).code, ExitCode::kUsage);
  const std::string path = ::testing::TempDir() + "/holdfastctl-completion";
  std::ofstream(path) << bash.out;
  EXPECT_EQ(std::system(absl::StrCat("bash -n ", path).c_str()), 0);
}

}  // namespace
}  // namespace holdfast::ctl
