// history, from the daemon and from the journal itself.
#include "absl/strings/str_split.h"
#include "base/random.h"
#include "storage/journal/journal.h"
#include "tests/agent/ctl/ctl_fixture.h"
#include "tests/storage/temp_folder.h"

namespace holdfast::ctl {
namespace {

using ::testing::AllOf;
using ::testing::HasSubstr;
using ::testing::Not;

TEST_F(CtlTest, HistoryIsOldestFirstAndFiltered) {
  const Result all = Ctl({"history"});
  EXPECT_LT(all.out.find("agent_started"), all.out.find("network up on en0"));
  const Result some = Ctl({"history", "--kind", "path", "--kind", "agent_started"});
  EXPECT_THAT(some.out, AllOf(HasSubstr("39"), HasSubstr("42"), Not(HasSubstr("session"))));
  EXPECT_THAT(Ctl({"history", "--limit", "1"}).out, AllOf(HasSubstr("42"), Not(HasSubstr("41"))));
  EXPECT_THAT(Ctl({"history", "--service", "Lab"}).out, AllOf(HasSubstr("41"), Not(HasSubstr("42"))));
  EXPECT_EQ(Ctl({"history", "--since", "2d", "--kind", "nonsense"}).code, ExitCode::kFailed);
}

TEST_F(CtlTest, HistoryNamesTheService) {
  daemon_.Do([&] { daemon_.delegate.rows = control::ExampleRows(); });
  EXPECT_THAT(Ctl({"history"}).out, HasSubstr("10:56:40  Lab      session        session disconnected"));
}

TEST_F(CtlTest, HistoryFollowsNewRows) {
  int looks = 0;
  const auto wait = [&](absl::Duration) {
    daemon_.Do([&] {
      journal::Row row = daemon_.delegate.rows.back();
      row.seq += 1;
      daemon_.delegate.rows.push_back(row);
    });
    return ++looks <= 2;
  };
  const Result result =
      RunOn({"history", "--follow", "--limit", "1", "--json", "--socket", daemon_.socket()}, {}, wait);
  std::vector<std::string> lines = absl::StrSplit(result.out, '\n', absl::SkipEmpty());
  ASSERT_EQ(lines.size(), 3u) << result.out;
  EXPECT_THAT(lines[0], HasSubstr("\"seq\":\"42\""));
  EXPECT_THAT(lines[1], HasSubstr("\"seq\":\"43\""));
  EXPECT_THAT(lines[2], HasSubstr("\"seq\":\"44\""));
}

class WithoutDaemon : public ::testing::Test {
 protected:
  Result Ctl(std::vector<std::string> arguments) {
    arguments.insert(arguments.end(), {"--state-dir", folder_.path()});
    return RunOn(arguments);
  }
  TempFolder folder_;
};

TEST_F(WithoutDaemon, SaysSo) {
  for (const auto& command : std::vector<std::vector<std::string>>{{"status"},
                                                                   {"why", "x"},
                                                                   {"connect", "x"},
                                                                   {"policy", "show"},
                                                                   {"history"},
                                                                   {"history", "--follow"}}) {
    const Result result = Ctl(command);
    EXPECT_EQ(result.code, ExitCode::kNotRunning) << command[0];
    EXPECT_THAT(result.err, HasSubstr("holdfastd"));
    if (command.back() != "--follow") EXPECT_THAT(result.err, HasSubstr("start it")) << command[0];
  }
  EXPECT_EQ(Ctl({"version"}).out, "holdfastctl " HOLDFAST_VERSION "\nholdfastd not running\n");
}

TEST_F(WithoutDaemon, HistoryReadsTheJournalItself) {
  SystemClock clock;
  SeededRandom random(1);
  journal::OpenOptions options;
  options.path = folder_.File("journal.db");
  options.random = &random;
  options.clock = &clock;
  options.encode_epoch_began = [](const std::string&, std::optional<uint64_t>) { return ""; };
  options.encode_gap = [](uint64_t, uint64_t, uint64_t, const Sha256Digest&) { return ""; };
  options.encode_pruned = [](uint64_t, const Sha256Digest&) { return ""; };
  journal::OpenReport report;
  auto journal = journal::Journal::Open(options, &report);
  ASSERT_TRUE(journal.ok()) << journal.status();
  const journal::Row example = control::ExampleRows()[3];
  ASSERT_TRUE(
      (*journal)->Append({{clock.Now(), example.kind, example.payload_version, "", example.payload}}).ok());
  const Result result = Ctl({"history", "--kind", "path"});
  EXPECT_EQ(result.code, ExitCode::kOk) << result.err;
  EXPECT_THAT(result.out, HasSubstr("network up on en0"));
  EXPECT_THAT(result.err, HasSubstr("are read from"));
  EXPECT_EQ(Ctl({"history", "--service", "Lab"}).code, ExitCode::kUsage);
}

}  // namespace
}  // namespace holdfast::ctl
