#include "agent/signals/mac/installation_source.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/agent/signals/mac/fake_tools.h"

namespace holdfast::signals {
namespace {

using ::testing::ElementsAre;
using ::testing::Field;
using ::testing::HasSubstr;
using ::testing::SizeIs;

class Installation : public ::testing::Test {
 protected:
  void Begin() {
    source.Begin(&told);
    time.RunFor(absl::Seconds(1));
  }
  sim::VirtualTime time;
  FakeTools tools{time};
  Told told;
  InstallationSource source{time, time, tools.Runner()};
};

TEST_F(Installation, IsAsItWasInstalled) {
  tools.prints = {{"launchctl print system/io.holdfast.agent", "{}"}, {"codesign --verify --strict", ""}};
  Begin();
  time.RunFor(absl::Hours(1));
  ASSERT_THAT(told.checks, SizeIs(1));
  EXPECT_EQ(told.checks[0].of, kInstallation);
  EXPECT_THAT(told.checks[0].parts,
              ElementsAre(SelfCheck::Part{"launch_job", true, ""}, SelfCheck::Part{"signature", true, ""}));
}

TEST_F(Installation, AChangedProgramIsFoundWithinMinutes) {
  tools.prints = {{"launchctl", ""}, {"codesign", ""}};
  Begin();
  tools.prints.erase("codesign");  // it fails
  time.RunFor(absl::Minutes(11));
  ASSERT_THAT(told.checks, SizeIs(2));
  EXPECT_FALSE(told.checks[1].parts.at(1).ok);
  EXPECT_THAT(told.checks[1].parts.at(1).detail, HasSubstr("holdfastd is not what was signed"));
}

TEST(ReadInstallation, WhatCouldNotBeAskedProvesNothing) {
  const ToolAnswers answers = {{"launch_job", std::string()},
                               {"signature", absl::DeadlineExceededError("codesign took too long")}};
  EXPECT_THAT(ReadInstallation(answers, {}).parts, ElementsAre(Field(&SelfCheck::Part::name, "launch_job")));
}

}  // namespace
}  // namespace holdfast::signals
