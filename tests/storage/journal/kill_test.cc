// kill -9 of a process that appends as fast as it can, beside a reader, at random moments.
#include <fcntl.h>
#include <gtest/gtest.h>
#include <signal.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include <filesystem>

#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "storage/journal/reader.h"
#include "tests/storage/journal/fixture.h"
#include "tests/storage/temp_folder.h"

namespace holdfast::journal {
namespace {

std::string CrasherPath() {
  return (std::filesystem::read_symlink("/proc/self/exe").parent_path() / "journal_crasher").string();
}

class Victim {
 public:
  explicit Victim(const std::string& journal) {
    int ends[2];
    EXPECT_EQ(pipe2(ends, O_CLOEXEC), 0);
    pid_ = fork();
    if (pid_ == 0) {
      prctl(PR_SET_PDEATHSIG, SIGKILL);  // a test that is killed leaves nothing running
      dup2(ends[1], STDOUT_FILENO);
      const std::string program = CrasherPath();
      execl(program.c_str(), program.c_str(), journal.c_str(), nullptr);
      _exit(127);
    }
    close(ends[1]);
    output_ = ends[0];
  }
  ~Victim() { close(output_); }

  // Reads what it acknowledged until it has said `lines` more, or died. False when it died.
  bool Read(int lines) {
    for (; lines > 0; --lines) {
      std::string line;
      for (char c = 0; c != '\n'; line.push_back(c)) {
        if (read(output_, &c, 1) != 1) return false;
      }
      EXPECT_TRUE(absl::SimpleAtoi(line, &acknowledged_)) << line;
    }
    return true;
  }
  void Kill() {
    kill(pid_, SIGKILL);
    while (Read(1)) {
    }
    int status = 0;
    waitpid(pid_, &status, 0);
    EXPECT_TRUE(WIFSIGNALED(status)) << "it ended by itself, with status " << status;
  }
  uint64_t acknowledged() const { return acknowledged_; }

 private:
  pid_t pid_ = 0;
  int output_ = -1;
  uint64_t acknowledged_ = 0;
};

// Every stored row is there once, in order, and says its own number.
void CheckRows(Journal& journal) {
  EXPECT_TRUE(VerifyAll(journal, 1000).ok()) << VerifyAll(journal, 1000);
  const std::vector<Row> rows = AllRows(journal);
  ASSERT_FALSE(rows.empty());
  EXPECT_EQ(rows.back().seq, journal.head().seq);
  EXPECT_EQ(rows.back().seq - rows.front().seq + 1, rows.size());
  for (const Row& row : rows) {
    if (row.kind == 20) ASSERT_EQ(row.payload, absl::StrCat(row.seq));
  }
}

TEST(Kill, NothingAcknowledgedIsLostOrDoubled) {
  if (!std::filesystem::exists(CrasherPath())) GTEST_SKIP() << "build journal_crasher beside this test";
  TempFolder folder;
  const std::string path = folder.File("journal.db");
  uint64_t seed = 0;
  SystemRandom().Fill(&seed, sizeof seed);
  if (const char* given = getenv("HOLDFAST_SEED"); given != nullptr)
    ASSERT_TRUE(absl::SimpleAtoi(given, &seed));
  RecordProperty("seed", absl::StrCat(seed));
  SCOPED_TRACE(absl::StrCat("HOLDFAST_SEED=", seed));
  SplitMix64 random{seed};
  uint64_t promised = 0;
  for (int kill = 0; kill < 20; ++kill) {
    SCOPED_TRACE(absl::StrCat("kill ", kill));
    Victim victim(path);
    ASSERT_TRUE(victim.Read(1)) << "the victim did not start";
    auto reader = Reader::Open(path);
    ASSERT_TRUE(reader.ok()) << reader.status();
    for (uint64_t i = 0, rounds = random.Below(12); i < rounds; ++i) {
      ASSERT_TRUE(victim.Read(1 + static_cast<int>(random.Below(4))));
      ASSERT_GE((*reader)->head()->seq, victim.acknowledged());
    }
    usleep(static_cast<useconds_t>(random.Below(5000)));  // the moment of the kill; nothing waits for it
    victim.Kill();
    reader->reset();

    World world(seed + static_cast<uint64_t>(kill));
    OpenReport report;
    auto journal = world.Open(path, &report);
    ASSERT_NE(journal, nullptr);
    EXPECT_EQ(report.corruption, "");
    EXPECT_GE(journal->head().seq, std::max(promised, victim.acknowledged()));
    promised = journal->head().seq;
    CheckRows(*journal);
    if (HasFailure()) return;
  }
}

}  // namespace
}  // namespace holdfast::journal
