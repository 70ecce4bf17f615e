// A file system in memory for SQLite that fails on command, so that stores are tested against a full disk,
// I/O errors, kills and power failures, thousands of times a second and by seed. It has shared memory, so
// stores run with the PRAGMAs of production (WAL, synchronous=FULL).
//
//   MemoryVfs disk({.seed = 7});
//   options.vfs = disk.name();  options.files = &disk.files();     // a journal; a Database needs the name
//   only disk.HaltAt(Op::kSync, 5);                                     // the power fails at the fifth sync
//   from now
//   ... until the store reports an error; destroy it ...
//   disk.Restart(Loss::kSomeUnsynced);                             // and open it again
//
// Any thread may use it; for a reproducible run one thread must. Every connection must be closed before it
// dies.
#pragma once

#include <array>
#include <cstdint>
#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <vector>

#include "base/random.h"
#include "base/time.h"
#include "sim/vfs/memory_file.h"
#include "storage/sqlite/files.h"

struct sqlite3_vfs;

namespace holdfast::sim {

// A call of SQLite that can be made to fail. Truncations count as writes.
enum class Op { kRead, kWrite, kSync, kOpen };
inline constexpr size_t kOps = 4;

struct MemoryVfsOptions {
  uint64_t seed = 1;
  // SQLite's date functions read it; nullptr: always 2000-01-01T00:00:00Z.
  const Clock* clock = nullptr;
};

class MemoryVfs {
 public:
  // Registers itself under a name of its own, never as the default. SQLite has one random generator per
  // process: it is seeded here (again by Restart), so two MemoryVfs in use at once share its sequence.
  explicit MemoryVfs(MemoryVfsOptions options = {});
  ~MemoryVfs();
  MemoryVfs(const MemoryVfs&) = delete;
  MemoryVfs& operator=(const MemoryVfs&) = delete;

  const char* name() const { return name_.c_str(); }
  // Renames are durable at once. Locks end with Restart.
  sqlite::Files& files() { return *files_; }

  // The `nth` call from now (1: the next one) fails with an I/O error; it does nothing.
  void FailAt(Op op, uint64_t nth);
  // The machine stops at the `nth` call from now: that call and all after it fail until Restart.
  void HaltAt(Op op, uint64_t nth);
  void Halt();
  // Forgets planned failures; a machine that stopped stays stopped.
  void ClearFaults();
  bool halted() const;

  // No more than this in all files together: SQLITE_FULL beyond. Nothing: no limit.
  void SetCapacity(std::optional<uint64_t> bytes);
  uint64_t used() const;

  // The machine is up again, planned failures and locks are gone, and files are what `loss` leaves of them.
  // Connections opened before are dead: all they can do is close.
  void Restart(Loss loss);

  // Calls so far.
  uint64_t count(Op op) const;

  // A file's bytes as processes see them; nothing when there is no such file.
  std::optional<std::string> Contents(const std::string& path) const;
  // Puts a file there durably: damaged, or restored from elsewhere.
  void SetContents(const std::string& path, std::string bytes);
  std::vector<std::string> List() const;

 private:
  friend class MemoryFiles;
  friend struct VfsMethods;
  struct Fault {
    Op op;
    uint64_t at;  // of count_
    bool halts;
  };
  // Counts the call; false when it must fail. The mutex is held.
  bool Enter(Op op);
  bool Fits(const MemoryFile& file, uint64_t new_size) const;
  void SeedSqlite();

  mutable std::mutex mutex_;
  const std::string name_;
  const MemoryVfsOptions options_;
  SplitMix64 random_;
  std::map<std::string, std::shared_ptr<MemoryFile>> by_path_;
  std::vector<std::string> locked_;
  std::array<uint64_t, kOps> count_{};
  std::vector<Fault> faults_;
  std::optional<uint64_t> capacity_;
  uint64_t used_ = 0;
  bool halted_ = false;
  uint64_t boot_ = 1;  // handles and locks of an earlier one are dead
  std::unique_ptr<sqlite::Files> files_;
  std::unique_ptr<sqlite3_vfs> vfs_;
};

}  // namespace holdfast::sim
