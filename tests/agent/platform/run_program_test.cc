#include "agent/platform/posix/run_program.h"

#include <gtest/gtest.h>
#include <sys/wait.h>

namespace holdfast::platform {
namespace {

absl::StatusOr<ProgramEnd> Shell(const std::string& script, absl::Duration limit = absl::Seconds(60)) {
  return RunProgram({"/bin/sh", "-c", script}, limit);
}

TEST(RunProgram, KeepsWhatItPrinted) {
  const auto end = Shell("echo one; echo two");
  ASSERT_TRUE(end.ok()) << end.status();
  EXPECT_TRUE(end->ok());
  EXPECT_EQ(end->out, "one\ntwo\n");
}

TEST(RunProgram, FindsItInThePathAndGivesItNoInput) {
  const auto end = RunProgram({"cat"}, absl::Seconds(60));
  ASSERT_TRUE(end.ok()) << end.status();
  EXPECT_TRUE(end->ok());
  EXPECT_EQ(end->out, "");
}

TEST(RunProgram, SaysHowItEnded) {
  EXPECT_EQ(WEXITSTATUS(Shell("exit 3")->status), 3);
  EXPECT_TRUE(WIFSIGNALED(Shell("kill -SEGV $$")->status));
  EXPECT_EQ(RunProgram({"/nowhere/at/all"}, absl::Seconds(9)).status().code(), absl::StatusCode::kNotFound);
}

TEST(RunProgram, OneThatTakesTooLongIsKilled) {
  const auto end = Shell("echo begun; exec sleep 1000", absl::Milliseconds(500));
  ASSERT_TRUE(end.ok());
  EXPECT_FALSE(end->in_time);
  EXPECT_EQ(end->out, "begun\n");
  // Also one that says that it has no more to say.
  EXPECT_FALSE(Shell("exec >&-; exec sleep 1000", absl::Milliseconds(500))->in_time);
}

TEST(RunProgram, MuchOutputIsCutAndDoesNotBlockIt) {
  const auto end = Shell("head -c 5000000 /dev/zero");
  ASSERT_TRUE(end.ok());
  EXPECT_TRUE(end->ok());
  EXPECT_GE(end->out.size(), size_t{1} << 20);
  EXPECT_LT(end->out.size(), size_t{2} << 20);
}

}  // namespace
}  // namespace holdfast::platform
