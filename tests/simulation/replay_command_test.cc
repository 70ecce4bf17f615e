// `holdfastctl policy replay` on the journal of a simulated Mac, as a file.
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <stdlib.h>

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <sstream>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_replace.h"
#include "absl/strings/str_split.h"
#include "agent/ctl/app.h"
#include "agent/daemon/journal_options.h"
#include "base/random.h"
#include "storage/journal/journal.h"
#include "tests/simulation/policies.h"
#include "tests/simulation/world.h"
#include "tests/storage/temp_folder.h"

namespace holdfast::simulation {
namespace {

using ::testing::AllOf;
using ::testing::HasSubstr;
using ::testing::Not;
using ::testing::StartsWith;

class ReplayCommand : public ::testing::Test {
 protected:
  // Half an hour in which somebody disconnects once, and the agent brings the tunnel back.
  void RecordALife() {
    World world({.seed = 1, .devices = 1, .policies_change = false});
    world.HealAndRun(absl::Minutes(15));
    world.device(0).mac().UserDisconnect(world.device(0).service());
    world.time().RunFor(absl::Minutes(15));
    world.Check();
    ASSERT_THAT(world.violations(), ::testing::IsEmpty());
    Write(world.device(0).Rows());
  }
  void Write(const std::vector<journal::Row>& rows) {
    SystemRandom random;
    SystemClock clock;
    journal::OpenReport report;
    auto journal = journal::Journal::Open(agent::JournalOptions(journal_path(), random, clock), &report);
    ASSERT_TRUE(journal.ok()) << journal.status();
    std::vector<journal::Draft> drafts;
    for (size_t i = 1; i < rows.size(); ++i) {  // the first one is about the journal itself
      drafts.push_back({rows[i].at, rows[i].kind, rows[i].payload_version, rows[i].subject, rows[i].payload});
    }
    const auto written = (*journal)->Append(drafts);
    ASSERT_TRUE(written.ok()) << written.status();
  }
  std::string Draft(const std::string& text) {
    std::ofstream(folder_.File("draft.yaml")) << text;
    return folder_.File("draft.yaml");
  }
  std::string journal_path() const { return folder_.File("journal.db"); }

  ctl::ExitCode Replay(const std::string& draft, std::vector<std::string> more = {}) {
    std::vector<std::string> arguments = {"policy",     "replay",    "--policy",
                                          Draft(draft), "--journal", journal_path()};
    arguments.insert(arguments.end(), more.begin(), more.end());
    out_.str("");
    err_.str("");
    return ctl::Run(arguments, {out_, err_, {}, absl::UTCTimeZone(), [](absl::Duration) { return false; }});
  }

  TempFolder folder_;
  std::ostringstream out_, err_;
};

TEST_F(ReplayCommand, ThePolicyThatWasInForceChangesNothing) {
  RecordALife();
  ASSERT_EQ(Replay(PlainPolicy(1)), ctl::ExitCode::kOk) << err_.str();
  EXPECT_THAT(out_.str(), AllOf(StartsWith("This is a model"), HasSubstr("1 run of the agent"),
                                HasSubstr("The draft would have decided as it was decided.")));
}

TEST_F(ReplayCommand, ADraftThatAllowsTheStopIsNoViolationAndStartsLess) {
  RecordALife();
  const std::string lenient = absl::StrReplaceAll(
      PlainPolicy(1),
      {{"authentication: machine\n    alwaysConnected: {enabled: true}",
        "authentication: machine\n    alwaysConnected: {enabled: true, allowDisconnect: true}"}});
  ASSERT_NE(lenient, PlainPolicy(1));
  ASSERT_EQ(Replay(lenient), ctl::ExitCode::kOk) << err_.str();
  EXPECT_THAT(out_.str(),
              AllOf(HasSubstr("The first one, from which on it is a model: row "),
                    HasSubstr("only the record: start (always_connected)"),
                    HasSubstr("excused/allowed_disconnect"), Not(HasSubstr("as it was decided"))));
}

TEST_F(ReplayCommand, WhatDiffersIsToldInItsOrder) {
  RecordALife();
  const std::string slow = absl::StrReplaceAll(
      PlainPolicy(1),
      {{"alwaysConnected: {enabled: true}", "alwaysConnected: {enabled: true, reconnectAfter: 3s}"}});
  ASSERT_EQ(Replay(slow), ctl::ExitCode::kOk) << err_.str();
  std::vector<std::string> moments;
  for (absl::string_view line : absl::StrSplit(out_.str(), '\n')) {
    if (absl::StartsWith(line, "  20")) moments.emplace_back(line.substr(2, 24));
  }
  EXPECT_GT(moments.size(), 2u) << out_.str();
  EXPECT_TRUE(std::is_sorted(moments.begin(), moments.end())) << out_.str();
}

TEST_F(ReplayCommand, AsJson) {
  RecordALife();
  const std::string audit =
      absl::StrReplaceAll(PlainPolicy(1), {{"enforcementMode: enforce", "enforcementMode: audit"}});
  ASSERT_EQ(Replay(audit, {"--json"}), ctl::ExitCode::kOk) << err_.str();
  EXPECT_THAT(out_.str(),
              AllOf(HasSubstr("\"model\""), HasSubstr("\"divergences\""), HasSubstr("\"noted\"")));
}

TEST_F(ReplayCommand, WhatCannotBeReplayedIsSaid) {
  EXPECT_NE(Replay(PlainPolicy(1)), ctl::ExitCode::kOk);  // no such journal
  EXPECT_THAT(err_.str(), HasSubstr(journal_path()));
  RecordALife();
  EXPECT_NE(Replay("policyVersion: soon\n"), ctl::ExitCode::kOk);
  EXPECT_THAT(err_.str(), HasSubstr("policyVersion"));
  EXPECT_EQ(Replay(PlainPolicy(1), {"--since", "yesterday-ish"}), ctl::ExitCode::kUsage);
  EXPECT_EQ(Replay(PlainPolicy(1), {"--since", "2031-01-01"}), ctl::ExitCode::kUsage);
  EXPECT_THAT(err_.str(),
              AllOf(HasSubstr("nothing was recorded since 2031-01-01"), HasSubstr("its last row")));
  EXPECT_EQ(Replay(PlainPolicy(1), {"--policy", folder_.File("none.yaml")}), ctl::ExitCode::kUsage);
}

}  // namespace
}  // namespace holdfast::simulation
