// Any bytes as a journal file: opened (or set aside), read, checked and written without a crash; and what
// opens verifies as far as it says it does.
#include <cstdlib>

#include "sim/vfs/memory_vfs.h"
#include "storage/journal/journal.h"

namespace {

class StillClock final : public holdfast::Clock {
 public:
  holdfast::Stamp Now() const override { return {}; }
};

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  using namespace holdfast;  // NOLINT: a program of its own
  static sim::MemoryVfs* const disk = new sim::MemoryVfs;
  StillClock clock;
  SeededRandom random(1);
  for (const std::string& path : disk->List()) disk->files().Remove(path).IgnoreError();
  disk->SetContents("j.db", std::string(reinterpret_cast<const char*>(data), size));
  journal::OpenOptions options{
      .path = "j.db", .vfs = disk->name(), .random = &random, .clock = &clock, .files = &disk->files()};
  auto journal = journal::Journal::Open(options, nullptr);
  if (!journal.ok()) return 0;
  (*journal)->ReadAfter(0, 100, 1 << 16).IgnoreError();
  (*journal)->Query({.kinds = {20}, .newest_first = true}).IgnoreError();
  (*journal)->Query({.subject = "S"}).IgnoreError();
  (*journal)->Prune({.oldest = {0}, .max_bytes = 1 << 16, .max_unacknowledged_bytes = 1 << 15}).IgnoreError();
  while ((*journal)->VerifySlice(50).value_or(false)) {
  }
  const uint64_t before = (*journal)->head().seq;
  if ((*journal)->Append({{.kind = 20, .payload = "x"}}).ok() && (*journal)->head().seq != before + 1)
    abort();
  return 0;
}
