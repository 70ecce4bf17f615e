// What a rehearsal in a child process decides, and for how long.
#include "agent/doctor/rehearsal.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace holdfast::doctor {
namespace {

using ::testing::HasSubstr;

class Rehearsal : public ::testing::Test {
 protected:
  absl::Status On(const std::string& build, const std::string& script,
                  absl::Duration limit = absl::Seconds(60)) {
    return Rehearse(files_, build, [&] {
      ++runs_;
      return RunChild({"/bin/sh", "-c", script}, limit, "g");
    });
  }
  platform::MemoryStateFiles files_;
  int runs_ = 0;
};

TEST_F(Rehearsal, IsHeldOncePerBuild) {
  EXPECT_TRUE(On("24A1", "exit 0").ok());
  EXPECT_TRUE(On("24A1", "kill -SEGV $$").ok());
  EXPECT_EQ(runs_, 1);
}

TEST_F(Rehearsal, ACrashHoldsUntilTheBuildChanges) {
  const absl::Status crashed = On("24A1", "printf 'ok\\tg\\tcreate\\tsaid\\t\\n'; kill -SEGV $$");
  EXPECT_EQ(crashed.code(), absl::StatusCode::kFailedPrecondition);
  EXPECT_THAT(std::string(crashed.message()), HasSubstr("24A1"));
  EXPECT_THAT(std::string(crashed.message()), HasSubstr("the last that it said was about create"));
  EXPECT_EQ(On("24A1", "exit 0"), crashed);
  EXPECT_EQ(runs_, 1);
  EXPECT_TRUE(On("24A2", "exit 0").ok());
  EXPECT_EQ(runs_, 2);
}

TEST_F(Rehearsal, ACallThatDoesNotComeBackIsAsBad) {
  EXPECT_FALSE(On("24A1", "exec sleep 1000", absl::Milliseconds(50)).ok());
  EXPECT_FALSE(On("24A1", "exit 0").ok());
}

TEST_F(Rehearsal, WhatDidNotRunProvesNothingAndIsTriedAgain) {
  EXPECT_TRUE(On("24A1", "exit 2").ok());
  EXPECT_TRUE(Rehearse(files_, "24A1", [] { return RunChild({"/nowhere"}, absl::Seconds(9), "g"); }).ok());
  EXPECT_FALSE(On("24A1", "kill -SEGV $$").ok());
}

TEST_F(Rehearsal, AFileThatIsNotOursIsNoAnswer) {
  ASSERT_TRUE(files_.Write("rehearsal", "24A1").ok());
  EXPECT_FALSE(On("24A1", "kill -SEGV $$").ok());
}

}  // namespace
}  // namespace holdfast::doctor
