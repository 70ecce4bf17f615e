// `profile generate` from the command line: what is written, and what is refused with which words.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>
#include <sstream>

#include "agent/ctl/app.h"
#include "base/file.h"
#include "tests/profiles/mach_o.h"
#include "tests/storage/temp_folder.h"

namespace holdfast::ctl {
namespace {

using ::testing::HasSubstr;
using ::testing::StartsWith;

class GenerateTest : public ::testing::Test {
 protected:
  std::string Write(const std::string& name, const std::string& bytes) {
    std::ofstream(folder_.File(name), std::ios::binary) << bytes;
    return folder_.File(name);
  }
  ExitCode Ctl(std::vector<std::string> arguments) {
    out_.str("");
    err_.str("");
    arguments.insert(arguments.begin(), {"profile", "generate"});
    return ctl::Run(arguments, {out_, err_, {}, absl::UTCTimeZone(), [](absl::Duration) { return false; }});
  }
  TempFolder folder_;
  std::ostringstream out_, err_;
};

TEST_F(GenerateTest, PrintsAProfile) {
  EXPECT_EQ(Ctl({"service-management", "privacy", "--team-id", "ABCDE12345"}), ExitCode::kOk) << err_.str();
  EXPECT_THAT(out_.str(), StartsWith("<?xml"));
  EXPECT_THAT(out_.str(), HasSubstr("ABCDE12345"));
  EXPECT_EQ(err_.str(), "");
}

TEST_F(GenerateTest, WritesAFileThatPolicyLintReads) {
  const std::string policy = Write("policy.yaml", "policyVersion: 3\nreconnect: {settle: 4s}\n");
  const std::string profile = folder_.File("holdfast.mobileconfig");
  ASSERT_EQ(Ctl({"preferences", "--policy", policy, "-o", profile}), ExitCode::kOk) << err_.str();
  EXPECT_EQ(out_.str(), "");
  std::ostringstream out, err;
  const Io io{out, err, {}, absl::UTCTimeZone(), nullptr};
  EXPECT_EQ(ctl::Run({"policy", "lint", "--strict", profile}, io), ExitCode::kOk) << out.str();
  EXPECT_EQ(ctl::Run({"policy", "diff", policy, profile}, io), ExitCode::kOk) << out.str();
}

TEST_F(GenerateTest, TheProgramsSignatureTellsTheTeam) {
  const std::string program = Write("holdfastd", profiles::Program());
  EXPECT_EQ(Ctl({"privacy", "--program", program}), ExitCode::kOk) << err_.str();
  EXPECT_THAT(out_.str(), HasSubstr("certificate leaf[subject.OU] = \"ABCDE12345\""));
}

TEST_F(GenerateTest, AnAdHocBuildIsRefusedWithTheReason) {
  const std::string program = Write("holdfastd", profiles::Universal({profiles::Program(profiles::AdHoc())}));
  EXPECT_EQ(Ctl({"privacy", "--program", program}), ExitCode::kFailed);
  EXPECT_EQ(out_.str(), "");
  EXPECT_THAT(err_.str(), HasSubstr("holdfastd (arm64) is signed ad hoc"));
  EXPECT_THAT(err_.str(), HasSubstr("by team"));
}

TEST_F(GenerateTest, WithoutATeamItSaysHowToGiveOne) {
  EXPECT_EQ(Ctl({"privacy"}), ExitCode::kFailed);
  EXPECT_THAT(err_.str(), HasSubstr("give --team-id, or --program"));
}

TEST_F(GenerateTest, OptionsThatContradictEachOtherAreRefused) {
  EXPECT_EQ(Ctl({"privacy", "--team-id", "ABCDE12345", "--program", "x"}), ExitCode::kUsage);
  EXPECT_EQ(Ctl({"background-tasks-asset", "--launch-job", "x"}), ExitCode::kUsage);
  EXPECT_EQ(Ctl({"wifi"}), ExitCode::kUsage);
}

TEST_F(GenerateTest, AFileThatIsNotThereIsNamed) {
  EXPECT_EQ(Ctl({"privacy", "--program", folder_.File("none")}), ExitCode::kFailed);
  EXPECT_THAT(err_.str(), HasSubstr(folder_.File("none")));
  EXPECT_EQ(Ctl({"notifications", "-o", folder_.File("none/x")}), ExitCode::kFailed);
  EXPECT_THAT(err_.str(), HasSubstr(folder_.File("none/x")));
}

}  // namespace
}  // namespace holdfast::ctl
