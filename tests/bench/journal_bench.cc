// Durable batched appends: the journal beside a bare SQLite loop that inserts the same rows into the same
// table with the same PRAGMAs, in the same run, round by round in turn. The bar is 60 % of the bare loop at
// 100 and 1000 rows a transaction; exits 1 below it.
//   journal_bench [FOLDER]     FOLDER decides which disk (default: a new folder in $TMPDIR or /tmp)
#include <sqlite3.h>
#include <stdlib.h>
#include <unistd.h>

#include <algorithm>
#include <chrono>
#include <cstdio>
#include <filesystem>
#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "storage/journal/journal.h"

namespace {

using namespace holdfast;  // NOLINT: a program of its own

constexpr size_t kPayload = 100;
constexpr int kRounds = 9;
constexpr double kBar = 0.60;

void Require(bool ok, const std::string& what) {
  if (ok) return;
  fprintf(stderr, "journal_bench: %s\n", what.c_str());
  exit(2);
}

double Seconds(const auto& work) {
  const auto begin = std::chrono::steady_clock::now();
  work();
  return std::chrono::duration<double>(std::chrono::steady_clock::now() - begin).count();
}

std::vector<journal::Draft> MakeDrafts(size_t count) {
  const SystemClock clock;
  std::vector<journal::Draft> drafts;
  for (size_t i = 0; i < count; ++i) {
    drafts.push_back({.at = clock.Now(),
                      .kind = static_cast<uint16_t>(20 + i % 5),
                      .subject = absl::StrCat("6F1D2C3B-0000-4000-8000-00000000000", i % 5),
                      .payload = std::string(kPayload, static_cast<char>('a' + i % 26))});
  }
  return drafts;
}

// The baseline: what SQLite alone does with these rows.
class BareLoop {
 public:
  explicit BareLoop(const std::string& path) {
    Require(
        sqlite3_open_v2(path.c_str(), &db_, SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE | SQLITE_OPEN_NOMUTEX,
                        nullptr) == SQLITE_OK,
        "cannot open " + path);
    Run("PRAGMA journal_mode=WAL; PRAGMA synchronous=FULL;"
        "CREATE TABLE rows(seq INTEGER PRIMARY KEY, boot BLOB NOT NULL, mono INTEGER NOT NULL, wall INTEGER "
        "NOT NULL,"
        " kind INTEGER NOT NULL, payload_version INTEGER NOT NULL, subject TEXT NOT NULL, payload BLOB NOT "
        "NULL,"
        " hash BLOB NOT NULL);"
        "CREATE INDEX rows_by_kind ON rows(kind); CREATE INDEX rows_by_wall ON rows(wall);"
        "CREATE INDEX rows_by_subject ON rows(subject) WHERE subject <> ''");
    sqlite3_prepare_v2(db_, "INSERT INTO rows VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)", -1, &insert_, nullptr);
  }
  ~BareLoop() {
    sqlite3_finalize(insert_);
    sqlite3_close(db_);
  }
  void Append(const std::vector<journal::Draft>& drafts) {
    Run("BEGIN IMMEDIATE");
    for (const journal::Draft& draft : drafts) Insert(draft);
    Run("COMMIT");
  }

 private:
  void Run(const char* sql) { Require(sqlite3_exec(db_, sql, nullptr, nullptr, nullptr) == SQLITE_OK, sql); }
  void Insert(const journal::Draft& draft) {
    static constexpr char kHash[32] = {};
    sqlite3_bind_int64(insert_, 1, ++seq_);
    sqlite3_bind_blob(insert_, 2, draft.at.boot.bytes.data(), 16, SQLITE_STATIC);
    sqlite3_bind_int64(insert_, 3, draft.at.mono.ns);
    sqlite3_bind_int64(insert_, 4, draft.at.wall.ns);
    sqlite3_bind_int(insert_, 5, draft.kind);
    sqlite3_bind_int(insert_, 6, draft.payload_version);
    sqlite3_bind_text(insert_, 7, draft.subject.data(), static_cast<int>(draft.subject.size()),
                      SQLITE_STATIC);
    sqlite3_bind_blob(insert_, 8, draft.payload.data(), static_cast<int>(draft.payload.size()),
                      SQLITE_STATIC);
    sqlite3_bind_blob(insert_, 9, kHash, sizeof kHash, SQLITE_STATIC);
    Require(sqlite3_step(insert_) == SQLITE_DONE, "bare insert");
    sqlite3_reset(insert_);
  }
  sqlite3* db_ = nullptr;
  sqlite3_stmt* insert_ = nullptr;
  int64_t seq_ = 0;
};

double Median(std::vector<double> values) {
  std::nth_element(values.begin(), values.begin() + values.size() / 2, values.end());
  return values[values.size() / 2];
}

// Rows per second of both and their ratio; true when at or above the bar.
bool Measure(const std::string& folder, size_t batch, size_t rows_per_round) {
  SystemClock clock;
  SystemRandom random;
  auto ours = journal::Journal::Open(
      {.path = absl::StrCat(folder, "/journal-", batch), .random = &random, .clock = &clock}, nullptr);
  Require(ours.ok(), std::string(ours.status().message()));
  BareLoop bare(absl::StrCat(folder, "/bare-", batch));
  const std::vector<journal::Draft> drafts = MakeDrafts(batch);
  const size_t batches = std::max<size_t>(1, rows_per_round / batch);
  std::vector<double> our_rates, bare_rates, ratios;
  for (int round = 0; round < kRounds; ++round) {
    const double bare_time = Seconds([&] {
      for (size_t i = 0; i < batches; ++i) bare.Append(drafts);
    });
    const double our_time = Seconds([&] {
      for (size_t i = 0; i < batches; ++i) Require((*ours)->Append(drafts).ok(), "append");
    });
    if (round == 0) continue;  // both files are new: not counted
    const double rows = static_cast<double>(batch * batches);
    our_rates.push_back(rows / our_time);
    bare_rates.push_back(rows / bare_time);
    ratios.push_back(bare_time / our_time);
  }
  const double ratio = Median(ratios);
  printf(
      "journal append, durable, %4zu rows a transaction: %8.0f rows/s; bare SQLite %8.0f rows/s; ratio "
      "%.2f\n",
      batch, Median(our_rates), Median(bare_rates), ratio);
  return ratio >= kBar;
}

}  // namespace

int main(int argc, char** argv) {
  const char* base = argc > 1 ? argv[1] : getenv("TMPDIR");
  std::string folder = absl::StrCat(base != nullptr ? base : "/tmp", "/journal-bench-XXXXXX");
  Require(mkdtemp(folder.data()) != nullptr, "cannot make a folder " + folder);
  bool good = true;
  Measure(folder, 10, 1'000);  // mostly the disk's sync: printed, not judged
  for (const size_t batch : {100, 1000}) good = Measure(folder, batch, 20'000) && good;
  std::filesystem::remove_all(folder);
  printf("bar: %.2f at 100 and 1000 rows: %s\n", kBar, good ? "reached" : "MISSED");
  return good ? 0 : 1;
}
