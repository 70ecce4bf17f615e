// Writes the journal that tests/golden/journal/vN.db is: journal_fixture PATH. Once per released schema; the
// file is checked in and never made again.
#include <cstdio>

#include "absl/strings/str_cat.h"
#include "base/error.h"
#include "storage/journal/journal.h"

namespace holdfast::journal {
namespace {

class FixedClock final : public Clock {
 public:
  Stamp Now() const override {
    return {.boot = {{0xb0, 0x07}},
            .mono = {seconds * 1'000'000'000},
            .wall = {(kStart + seconds) * 1'000'000'000}};
  }
  int64_t seconds = 1;

 private:
  static constexpr int64_t kStart = 1'795'219'200;  // 2026-11-21T00:00:00Z
};

absl::Status Write(const std::string& path) {
  FixedClock clock;
  SeededRandom random(1);
  OpenOptions options{.path = path, .random = &random, .clock = &clock};
  options.encode_pruned = [](uint64_t through, const Sha256Digest& hash) {
    return absl::StrCat("pruned ", through, " ", ToHex(hash));
  };
  HOLDFAST_ASSIGN_OR_RETURN(const std::unique_ptr<Journal> journal, Journal::Open(options, nullptr));
  for (int i = 0; i < 99; ++i) {
    ++clock.seconds;
    const Draft draft{.at = clock.Now(),
                      .kind = static_cast<uint16_t>(i % 3 == 0 ? 20 : 50),
                      .subject = i % 2 == 0 ? "Zürich VPN" : "",
                      .payload = absl::StrCat("payload ", i)};
    HOLDFAST_RETURN_IF_ERROR(journal->Append({draft}).status());
  }
  HOLDFAST_RETURN_IF_ERROR(journal->SetAcked(journal->head().epoch, 90));
  HOLDFAST_RETURN_IF_ERROR(journal->SetMeta("device_id", "fixture"));
  clock.seconds += 86400;
  const WallTime oldest = clock.Now().wall - absl::Seconds(86400 + 20);
  HOLDFAST_RETURN_IF_ERROR(journal->Prune({.oldest = oldest}).status());
  return journal->Close();
}

}  // namespace
}  // namespace holdfast::journal

int main(int argc, char** argv) {
  if (argc != 2) {
    fprintf(stderr, "usage: journal_fixture PATH\n");
    return 2;
  }
  const absl::Status status = holdfast::journal::Write(argv[1]);
  if (!status.ok()) fprintf(stderr, "journal_fixture: %s\n", status.ToString().c_str());
  return status.ok() ? 0 : 1;
}
