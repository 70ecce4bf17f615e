// `policy lint` and `policy diff` from the command line: what they print, and what scripts see.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>
#include <sstream>

#include "agent/ctl/app.h"
#include "tests/storage/temp_folder.h"

namespace holdfast::ctl {
namespace {

using ::testing::HasSubstr;

class PolicyFilesTest : public ::testing::Test {
 protected:
  std::string Write(const std::string& name, const std::string& text) {
    std::ofstream(folder_.File(name)) << text;
    return folder_.File(name);
  }
  ExitCode Ctl(std::vector<std::string> arguments) {
    out_.str("");
    err_.str("");
    arguments.insert(arguments.begin(), "policy");
    return ctl::Run(arguments, {out_, err_, {}, absl::UTCTimeZone(), [](absl::Duration) { return false; }});
  }
  // The output without the folder.
  std::string out() const { return Without(out_.str()); }
  std::string err() const { return Without(err_.str()); }

 private:
  std::string Without(std::string text) const {
    for (size_t at; (at = text.find(folder_.path() + "/")) != std::string::npos;)
      text.erase(at, folder_.path().size() + 1);
    return text;
  }
  TempFolder folder_;
  std::ostringstream out_, err_;
};

TEST_F(PolicyFilesTest, AValidFile) {
  EXPECT_EQ(Ctl({"lint", Write("a.yaml", "policyVersion: 7\n")}), ExitCode::kOk);
  EXPECT_EQ(out(), "a.yaml: a valid policy, version 7\n");
  EXPECT_EQ(err(), "");
}

TEST_F(PolicyFilesTest, EveryProblemOfEveryFileWithLineAndColumn) {
  const std::string a =
      Write("a.yaml", "policyVersion: 1\nwake:\n  grace: soon\nfutur: 1\nenforcementMode: on\n");
  const std::string b = Write("b.yaml", "policyVersion: [\n");
  EXPECT_EQ(Ctl({"lint", a, b}), ExitCode::kFailed);
  EXPECT_THAT(out(), HasSubstr("a.yaml:3:10: error: wake.grace: \"soon\" is not a duration"));
  EXPECT_THAT(out(), HasSubstr("a.yaml:4:1: warning: futur: is not a key of this version"));
  EXPECT_THAT(out(),
              HasSubstr("a.yaml:5:18: error: enforcementMode: \"on\" is not one of: off, audit, enforce"));
  EXPECT_THAT(out(), HasSubstr("b.yaml:2:1: error: it is neither YAML nor JSON"));
  EXPECT_EQ(err(), "");
}

TEST_F(PolicyFilesTest, WarningsFailOnlyWhenStrict) {
  const std::string a = Write("a.yaml", "policyVersion: 1\nfuture: 1\n");
  EXPECT_EQ(Ctl({"lint", a}), ExitCode::kOk);
  EXPECT_EQ(Ctl({"lint", "--strict", a}), ExitCode::kFailed);
}

TEST_F(PolicyFilesTest, AFileThatCannotBeReadIsNoFindingAboutAPolicy) {
  EXPECT_EQ(Ctl({"lint", "/no/such/file.yaml"}), ExitCode::kUsage);
  EXPECT_THAT(err(), HasSubstr("/no/such/file.yaml"));
}

TEST_F(PolicyFilesTest, JsonForPrograms) {
  const std::string a = Write("a.yaml", "policyVersion: 1\nwake: {grace: soon}\n");
  EXPECT_EQ(Ctl({"lint", "--json", a}), ExitCode::kFailed);
  EXPECT_THAT(out(), HasSubstr("\"severity\": \"error\""));
  EXPECT_THAT(out(), HasSubstr("\"line\": 2"));
  EXPECT_THAT(out(), HasSubstr("\"column\": 15"));
  EXPECT_THAT(out(), HasSubstr("\"key\": \"wake.grace\""));
  EXPECT_THAT(out(), HasSubstr("\"valid\": false"));
}

TEST_F(PolicyFilesTest, APropertyListIsLintedToo) {
  const std::string a = Write("a.plist",
                              "<plist version=\"1.0\"><dict><key>PolicyVersion</key><integer>1</integer>"
                              "<key>EnforcementMode</key><string>on</string></dict></plist>");
  EXPECT_EQ(Ctl({"lint", a}), ExitCode::kFailed);
  EXPECT_EQ(out(), "a.plist: error: enforcementMode: \"on\" is not one of: off, audit, enforce\n");
}

TEST_F(PolicyFilesTest, DiffNamesWhatChangesByMeaning) {
  const std::string a = Write("a.yaml", "policyVersion: 1\nwake: {grace: 5s}\n");
  const std::string b = Write("b.yaml", "policyVersion: 2\n# only a comment\n");
  EXPECT_EQ(Ctl({"diff", a, b}), ExitCode::kFailed);
  EXPECT_THAT(out(), HasSubstr("wake.grace"));
  EXPECT_THAT(out(), HasSubstr("1m (default)"));
  EXPECT_EQ(err(), "");
  EXPECT_EQ(Ctl({"diff", a, a}), ExitCode::kOk);
  EXPECT_EQ(out(), "No difference.\n");
  EXPECT_EQ(Ctl({"diff", a, b, "--json"}), ExitCode::kFailed);
  EXPECT_THAT(out(), HasSubstr("\"default\": true"));
}

TEST_F(PolicyFilesTest, DiffOfAnInvalidPolicyIsTrouble) {
  const std::string a = Write("a.yaml", "policyVersion: 0\n");
  EXPECT_EQ(Ctl({"diff", a, a}), ExitCode::kUsage);
  EXPECT_THAT(err(), HasSubstr("a.yaml:1: policyVersion: 0 is out of range"));
}

}  // namespace
}  // namespace holdfast::ctl
