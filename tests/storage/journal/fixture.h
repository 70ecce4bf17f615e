// A journal to test with: a clock that moves when told, seeded epochs, payloads that can be read back as
// text.
#pragma once

#include <gtest/gtest.h>

#include <memory>
#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "base/random.h"
#include "core/event/event.h"
#include "storage/journal/journal.h"

namespace holdfast::journal {

class TestClock final : public Clock {
 public:
  // 2026-11-21T00:00:00Z.
  static constexpr int64_t kStart = int64_t{1'795'219'200} * 1'000'000'000;
  Stamp Now() const override { return now; }
  void Advance(absl::Duration d) {
    now.mono = now.mono + d;
    now.wall = now.wall + d;
  }
  Stamp now{
      .boot = {{1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16}}, .mono = {1'000}, .wall = {kStart}};
};

inline std::string DigestText(const Sha256Digest& digest) {
  return ToHex(digest).substr(0, 8);
}

// Everything a journal needs but its path.
struct World {
  explicit World(uint64_t seed = 1) : random(seed) {}

  OpenOptions Options(const std::string& path) {
    return {.path = path,
            .vfs = vfs,
            .random = &random,
            .clock = &clock,
            .encode_epoch_began =
                [](const std::string& reason, std::optional<uint64_t> previous) {
                  return absl::StrCat("began ", reason, previous ? " after " + EpochToString(*previous) : "");
                },
            .encode_gap =
                [](uint64_t first, uint64_t last, uint64_t count, const Sha256Digest& hash) {
                  return absl::StrCat("gap ", first, "-", last, " x", count, " ", DigestText(hash));
                },
            .encode_pruned =
                [](uint64_t through, const Sha256Digest& hash) {
                  return absl::StrCat("pruned ", through, " ", DigestText(hash));
                },
            .keep_longer =
                [](uint16_t kind) {
                  return kind == static_cast<uint16_t>(RowKind::kVerdict) ||
                         kind == static_cast<uint16_t>(RowKind::kIncidentOpened);
                },
            .files = files};
  }

  std::unique_ptr<Journal> Open(const std::string& path, OpenReport* report = nullptr) {
    auto journal = Journal::Open(Options(path), report);
    EXPECT_TRUE(journal.ok()) << journal.status();
    return journal.ok() ? *std::move(journal) : nullptr;
  }

  Draft Make(RowKind kind, std::string subject, std::string payload) const {
    return {.at = clock.Now(),
            .kind = static_cast<uint16_t>(kind),
            .subject = std::move(subject),
            .payload = std::move(payload)};
  }

  // Appends `count` rows of one kind, a second apart.
  void Fill(Journal& journal, int count, RowKind kind = RowKind::kSession, size_t payload_size = 100) {
    std::vector<Draft> drafts;
    for (int i = 0; i < count; ++i) {
      clock.Advance(absl::Seconds(1));
      drafts.push_back(Make(kind, "SERVICE", std::string(payload_size, 'p')));
    }
    ASSERT_TRUE(journal.Append(drafts).ok());
  }

  TestClock clock;
  SeededRandom random;
  const char* vfs = nullptr;
  sqlite::Files* files = nullptr;
};

inline std::vector<Row> AllRows(const Journal& journal) {
  std::vector<Row> rows;
  uint64_t after = 0;
  while (true) {
    auto part = journal.ReadAfter(after, 1000, 1 << 20);
    EXPECT_TRUE(part.ok()) << part.status();
    if (!part.ok() || part->empty()) return rows;
    after = part->back().seq;
    rows.insert(rows.end(), part->begin(), part->end());
  }
}

inline absl::Status VerifyAll(Journal& journal, size_t slice = 100) {
  while (true) {
    auto more = journal.VerifySlice(slice);
    if (!more.ok()) return more.status();
    if (!*more) return absl::OkStatus();
  }
}

inline std::vector<uint64_t> Numbers(const std::vector<Row>& rows) {
  std::vector<uint64_t> out;
  for (const Row& row : rows) out.push_back(row.seq);
  return out;
}

}  // namespace holdfast::journal
