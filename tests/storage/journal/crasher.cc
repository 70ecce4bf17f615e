// The victim of the kill test: journal_crasher PATH. Appends without end, prints the newest number after each
// append that returned OK, and now and then acknowledges and prunes.
#include <unistd.h>

#include <cstdio>
#include <cstdlib>

#include "absl/strings/str_cat.h"
#include "storage/journal/journal.h"

namespace {

using namespace holdfast;  // NOLINT: a program of its own

void Check(const absl::Status& status) {
  if (status.ok()) return;
  fprintf(stderr, "journal_crasher: %s\n", status.ToString().c_str());
  exit(1);
}

void Say(uint64_t seq) {
  const std::string line = absl::StrCat(seq, "\n");
  if (write(STDOUT_FILENO, line.data(), line.size()) < 0) exit(1);
}

}  // namespace

int main(int argc, char** argv) {
  if (argc != 2) return 2;
  SystemClock clock;
  SystemRandom random;
  journal::OpenOptions options{.path = argv[1], .random = &random, .clock = &clock};
  auto journal = journal::Journal::Open(options, nullptr);
  Check(journal.status());
  for (uint64_t round = 1;; ++round) {
    std::vector<journal::Draft> drafts;
    for (uint64_t i = 0, count = 1 + random.Next64() % 20; i < count; ++i) {
      // A row says its own number, so that a doubled or a lost one shows.
      const uint64_t seq = (*journal)->head().seq + 1 + i;
      drafts.push_back({.at = clock.Now(), .kind = 20, .subject = "S", .payload = absl::StrCat(seq)});
    }
    Check((*journal)->Append(drafts).status());
    Say((*journal)->head().seq);
    if (round % 16 != 0) continue;
    Check((*journal)->SetAcked((*journal)->head().epoch, (*journal)->head().seq / 2));
    Check((*journal)->Prune({.oldest = clock.Now().wall}).status());
  }
}
