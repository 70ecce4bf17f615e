// history, from the daemon and from the journal itself.
#include <cstdlib>
#include <fstream>

#include "absl/strings/str_join.h"
#include "absl/strings/str_split.h"
#include "base/file.h"
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

class WithJournal : public WithoutDaemon {
 protected:
  void SetUp() override {
    journal::OpenOptions options;
    options.path = folder_.File("journal.db");
    options.random = &random;
    options.clock = &clock;
    options.encode_epoch_began = [](const std::string&, std::optional<uint64_t>) { return ""; };
    options.encode_gap = [](uint64_t, uint64_t, uint64_t, const Sha256Digest&) { return ""; };
    options.encode_pruned = [](uint64_t, const Sha256Digest&) { return ""; };
    journal = journal::Journal::Open(options, nullptr);
    ASSERT_TRUE(journal.ok()) << journal.status();
  }
  Result Verify(const std::string& text) {
    const std::string file = folder_.File("export");
    std::ofstream(file, std::ios::binary) << text;
    return Ctl({"history", "verify", file});
  }

  SystemClock clock;
  SeededRandom random{1};
  absl::StatusOr<std::unique_ptr<journal::Journal>> journal;
};

TEST_F(WithJournal, AnExportIsCheckedAnywhereAndAnyChangeIsFound) {
  for (const char* subject : {"Zürich \"VPN\"", "\"canonical\":\"00\"", "", "x", "\xff\n"}) {
    ASSERT_TRUE((*journal)->Append({{clock.Now(), 20, 1, subject, std::string("\0payload", 8)}}).ok());
  }
  const Result exported = Ctl({"history", "export"});
  ASSERT_EQ(exported.code, ExitCode::kOk) << exported.err;
  const Result good = Verify(exported.out);
  EXPECT_EQ(good.code, ExitCode::kOk) << good.err;
  EXPECT_THAT(good.out, AllOf(HasSubstr("6 rows, 1 to 6"), HasSubstr(ToHex((*journal)->head().hash))));
  for (size_t i = 0; i < exported.out.size(); ++i) {
    std::string changed = exported.out;
    changed[i] = changed[i] == '1' ? '2' : '1';
    ASSERT_NE(Verify(changed).code, ExitCode::kOk) << "byte " << i << ": " << changed;
  }
  std::vector<std::string> lines = absl::StrSplit(exported.out, '\n', absl::SkipEmpty());
  ASSERT_EQ(lines.size(), 7u);
  for (size_t i = 0; i < lines.size(); ++i) {
    std::vector<std::string> fewer = lines, twice = lines, swapped = lines;
    fewer.erase(fewer.begin() + static_cast<ptrdiff_t>(i));
    // A row in the middle may be missing because the journal no longer had it: that is told.
    const Result missing = Verify(absl::StrJoin(fewer, "\n"));
    const bool told = missing.code == ExitCode::kOk && absl::StrContains(missing.out, "In 1 places");
    EXPECT_TRUE(told ? i > 1 && i < 6 : missing.code != ExitCode::kOk || i == 1) << i << missing.out;
    twice.insert(twice.begin() + static_cast<ptrdiff_t>(i), lines[i]);
    EXPECT_NE(Verify(absl::StrJoin(twice, "\n")).code, ExitCode::kOk) << i;
    if (i == 0) continue;
    std::swap(swapped[i], swapped[i == 6 ? 5 : i + 1]);
    EXPECT_NE(Verify(absl::StrJoin(swapped, "\n")).code, ExitCode::kOk) << i;
  }
  EXPECT_NE(Verify("").code, ExitCode::kOk);
  EXPECT_EQ(Ctl({"history", "verify", folder_.File("none")}).code, ExitCode::kUsage);
}

// Written from docs/journal.md alone, and without a line of ours.
TEST_F(WithJournal, AScriptOfAFewLinesAgrees) {
  if (std::system("python3 -c '' 2>/dev/null") != 0) GTEST_SKIP() << "python3 is not installed";
  for (int i = 0; i < 40; ++i) {
    ASSERT_TRUE(
        (*journal)->Append({{clock.Now(), 20, 1, "Zürich", std::string(static_cast<size_t>(i), '\7')}}).ok());
  }
  const std::string file = folder_.File("export");
  ASSERT_EQ(Ctl({"history", "export", "--output", file}).code, ExitCode::kOk);
  const std::string script =
      absl::StrCat("python3 ", getenv("HOLDFAST_SOURCE"), "/tests/storage/journal/verify_journal.py export ",
                   file, " >/dev/null 2>&1");
  EXPECT_EQ(std::system(script.c_str()), 0);
  std::string text = *ReadFile(file, 1 << 20);
  text[text.rfind("canonical") + 200] ^= 1;
  std::ofstream(file, std::ios::binary) << text;
  EXPECT_NE(std::system(script.c_str()), 0);
}

TEST_F(WithJournal, HistoryReadsTheJournalItself) {
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
