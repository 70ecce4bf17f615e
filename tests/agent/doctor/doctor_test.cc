// Doctor against the simulated Mac's library with each symbol missing in turn, and against children that
// crash, hang and fail.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cstdlib>

#include "absl/strings/str_cat.h"
#include "agent/doctor/child.h"
#include "agent/doctor/simulated_target.h"

namespace holdfast::doctor {
namespace {

using ::testing::Contains;
using ::testing::ElementsAre;
using ::testing::Field;
using ::testing::HasSubstr;

std::vector<Finding> Probe(const std::string& without) {
  std::vector<Finding> findings;
  EXPECT_TRUE(OnSimulatedMac(HOLDFAST_NE_DOUBLE, without, [&](const Target& target) {
                ProbeSessions(target, [&](const Finding& finding) { findings.push_back(finding); });
              }).ok());
  return findings;
}

std::vector<Finding> Bad(const std::vector<Finding>& findings) {
  std::vector<Finding> bad;
  for (const Finding& finding : findings) {
    if (finding.name == "on_behalf_of_user") continue;  // never there
    if (finding.state == State::kDegraded || finding.state == State::kFailed) bad.push_back(finding);
  }
  return bad;
}

TEST(Doctor, FindsNothingBadWhereNothingIs) {
  const auto findings = Probe("");
  EXPECT_TRUE(Bad(findings).empty());
  EXPECT_GE(findings.size(), 10u);
}

TEST(Doctor, NamesEachMissingSymbolAndWhatDegrades) {
  for (const std::string& symbol : ne::Symbols([](const char*) -> void* { return nullptr; }).Missing()) {
    SCOPED_TRACE(symbol);
    const auto bad = Bad(Probe(symbol));
    EXPECT_THAT(bad, Contains(Field(&Finding::name, symbol)));
    for (const Finding& finding : bad) EXPECT_NE(finding.remedy, "") << finding.name;
    // What still can be asked is asked, and answers.
    for (const Finding& finding : bad) {
      const bool other_call =
          finding.group == "session calls" && finding.name != "client" && finding.name != "nesessionmanager";
      EXPECT_FALSE(other_call) << finding.name;
    }
  }
}

TEST(Doctor, AnotherLibraryIsRefused) {
  const auto work = [](const Target&) { FAIL(); };
  EXPECT_EQ(OnSimulatedMac("/nowhere.so", "", work).code(), absl::StatusCode::kNotFound);
}

std::vector<Finding> Shell(const std::string& script, absl::Duration limit = absl::Seconds(60)) {
  return RunChild({"/bin/sh", "-c", script}, limit, "probe of a test").findings;
}
const Finding kSaid = {"g", "n", State::kOk, "said", ""};
const std::string kSay = "printf 'ok\\tg\\tn\\tsaid\\t\\n'; ";

TEST(Child, WhatItSaidIsKept) {
  EXPECT_THAT(Shell(kSay), ElementsAre(kSaid));
  EXPECT_THAT(Shell(kSay + "echo something else"), ElementsAre(kSaid));
}

TEST(Child, ACrashIsAFindingThatNamesTheLastThing) {
  const auto findings = Shell(kSay + "kill -SEGV $$");
  ASSERT_EQ(findings.size(), 2u);
  EXPECT_EQ(findings[0], kSaid);
  EXPECT_EQ(findings[1].state, State::kFailed);
  EXPECT_THAT(findings[1].detail, HasSubstr("crashed"));
  EXPECT_THAT(findings[1].detail, HasSubstr("about n"));
}

TEST(Child, OneThatHangsIsEnded) {
  const auto findings = Shell(kSay + "exec sleep 1000", absl::Seconds(1));
  ASSERT_EQ(findings.size(), 2u);
  EXPECT_THAT(findings[1].detail, HasSubstr("longer than 1s"));
}

TEST(Child, OneThatFailsOrIsNotThereSaysSo) {
  EXPECT_THAT(Shell("exit 3").back().detail, HasSubstr("status 3"));
  EXPECT_EQ(RunChild({"/nowhere"}, absl::Seconds(9), "g").findings.back().state, State::kFailed);
}

TEST(Finding, SurvivesItsLine) {
  const Finding odd = {"g", "a\tb", State::kDegraded, "two\nlines", "r"};
  const auto back = FromLine(ToLine(odd).substr(0, ToLine(odd).size() - 1));
  ASSERT_TRUE(back.ok());
  EXPECT_EQ(*back, (Finding{"g", "a b", State::kDegraded, "two lines", "r"}));
  for (const char* bad : {"", "ok", "ok\ta\tb\tc", "fine\ta\tb\tc\td"})
    EXPECT_FALSE(FromLine(bad).ok()) << bad;
}

// The program itself, which starts itself.
TEST(Doctor, TheProgramProbesInAProcessOfItsOwn) {
  const std::string out = ::testing::TempDir() + "/doctor.txt";
  const std::string command =
      absl::StrCat(HOLDFASTCTL, " --state-dir ", ::testing::TempDir(), "/nothing doctor --session-library ",
                   HOLDFAST_NE_DOUBLE, " --without ne_session_stop > ", out);
  EXPECT_EQ(WEXITSTATUS(std::system(command.c_str())), 1);  // no daemon runs there
  std::string text;
  if (FILE* file = std::fopen(out.c_str(), "r")) {
    char buffer[8192];
    text.assign(buffer, std::fread(buffer, 1, sizeof buffer, file));
    std::fclose(file);
  }
  EXPECT_THAT(text, HasSubstr("ne_session_stop: missing"));
  EXPECT_THAT(text, HasSubstr("services cannot be stopped"));
  EXPECT_THAT(text, HasSubstr("get_info: answered"));
  EXPECT_THAT(text, HasSubstr("1 failed"));
}

}  // namespace
}  // namespace holdfast::doctor
