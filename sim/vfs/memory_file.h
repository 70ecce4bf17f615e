// One file of a MemoryVfs: what processes see, what a power failure would leave, who holds which lock.
// Guarded by its MemoryVfs.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "absl/strings/string_view.h"
#include "base/random.h"

namespace holdfast::sim {

// What goes when the machine does.
enum class Loss {
  kNothing,       // the process was killed: the kernel still writes everything
  kUnsynced,      // the power failed: everything that was not synced is gone
  kSomeUnsynced,  // the power failed: of what was not synced a seeded part is there, in torn sectors
};

class MemoryFile {
 public:
  // Locks of one open handle, in SQLite's terms.
  struct Holder {
    int level = 0;  // SQLITE_LOCK_NONE ... SQLITE_LOCK_EXCLUSIVE
    bool mapped = false;
    uint32_t shm_shared = 0, shm_exclusive = 0;  // a bit per slot
  };

  const std::string& image() const { return image_; }
  bool has_unsynced() const { return !pending_.empty(); }

  void Write(uint64_t offset, absl::string_view bytes);
  void Truncate(uint64_t size);
  void Sync();
  // Replaces the content, durably: a test damaging or restoring a file.
  void Replace(std::string bytes);

  // After this the image is what is left. False: not even the name.
  bool Restart(Loss loss, SplitMix64& random);

  void Attach(Holder* holder) { holders_.push_back(holder); }
  void Detach(Holder* holder);
  // Both give a SQLite result code.
  int Lock(Holder& holder, int level);
  bool ReservedByAny() const;

  // Shared memory lives as long as a handle maps it, as that of real processes does.
  void* MapShm(Holder& holder, size_t region, size_t size, bool extend);
  int LockShm(Holder& holder, int offset, int count, int flags);
  void UnmapShm(Holder& holder);

 private:
  struct Pending {
    uint64_t offset;     // of a write; the size of a truncation
    size_t begin, size;  // in pending_bytes_
    bool truncation;
  };
  void ApplyTorn(const Pending& write, SplitMix64& random);
  absl::string_view BytesOf(const Pending& write) const;

  std::string image_;
  std::string durable_;
  std::vector<Pending> pending_;
  std::string pending_bytes_;
  bool ever_synced_ = false;

  std::vector<Holder*> holders_;
  std::vector<std::unique_ptr<uint64_t[]>> shm_;
  // Of connections that a Restart killed and that are not closed yet: SQLite still holds pointers into it.
  std::vector<std::unique_ptr<uint64_t[]>> retired_shm_;
};

}  // namespace holdfast::sim
