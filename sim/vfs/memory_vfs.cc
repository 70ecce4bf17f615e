#include "sim/vfs/memory_vfs.h"

#include <sqlite3.h>

#include <algorithm>
#include <atomic>

#include "absl/strings/str_cat.h"
#include "sim/vfs/memory_files.h"
#include "sim/vfs/vfs_methods.h"

namespace holdfast::sim {
namespace {

std::string UniqueName() {
  static std::atomic<uint64_t> counter = 0;
  return absl::StrCat("holdfast-memory-", ++counter);
}

}  // namespace

MemoryVfs::MemoryVfs(MemoryVfsOptions options)
    : name_(UniqueName()),
      options_(options),
      random_{options.seed},
      files_(std::make_unique<MemoryFiles>(*this)),
      vfs_(VfsMethods::Make(*this, name_.c_str())) {
  SeedSqlite();
  sqlite3_vfs_register(vfs_.get(), /*makeDflt=*/0);
}

MemoryVfs::~MemoryVfs() {
  sqlite3_vfs_unregister(vfs_.get());
}

// SQLite seeds its generator from the default VFS, which is not this one.
void MemoryVfs::SeedSqlite() {
  const int seed = static_cast<int>(random_.Next() | 1);
  sqlite3_test_control(SQLITE_TESTCTRL_PRNG_SEED, seed, static_cast<sqlite3*>(nullptr));
}

void MemoryVfs::FailAt(Op op, uint64_t nth) {
  std::lock_guard lock(mutex_);
  faults_.push_back({op, count_[static_cast<size_t>(op)] + nth, /*halts=*/false});
}

void MemoryVfs::HaltAt(Op op, uint64_t nth) {
  std::lock_guard lock(mutex_);
  faults_.push_back({op, count_[static_cast<size_t>(op)] + nth, /*halts=*/true});
}

void MemoryVfs::Halt() {
  std::lock_guard lock(mutex_);
  halted_ = true;
}

void MemoryVfs::ClearFaults() {
  std::lock_guard lock(mutex_);
  faults_.clear();
}

bool MemoryVfs::halted() const {
  std::lock_guard lock(mutex_);
  return halted_;
}

void MemoryVfs::SetCapacity(std::optional<uint64_t> bytes) {
  std::lock_guard lock(mutex_);
  capacity_ = bytes;
}

uint64_t MemoryVfs::used() const {
  std::lock_guard lock(mutex_);
  return used_;
}

uint64_t MemoryVfs::count(Op op) const {
  std::lock_guard lock(mutex_);
  return count_[static_cast<size_t>(op)];
}

bool MemoryVfs::Enter(Op op) {
  if (halted_) return false;
  const uint64_t now = ++count_[static_cast<size_t>(op)];
  for (const Fault& fault : faults_) {
    if (fault.op != op || fault.at != now) continue;
    halted_ = fault.halts;
    return false;
  }
  return true;
}

bool MemoryVfs::Fits(const MemoryFile& file, uint64_t new_size) const {
  const uint64_t size = file.image().size();
  return !capacity_ || new_size <= size || used_ + (new_size - size) <= *capacity_;
}

void MemoryVfs::Restart(Loss loss) {
  std::lock_guard lock(mutex_);
  ++boot_;
  halted_ = false;
  faults_.clear();
  locked_.clear();
  used_ = 0;
  for (auto it = by_path_.begin(); it != by_path_.end();) {
    if (it->second->Restart(loss, random_)) {
      used_ += it->second->image().size();
      ++it;
    } else {
      it = by_path_.erase(it);
    }
  }
  SeedSqlite();
}

std::optional<std::string> MemoryVfs::Contents(const std::string& path) const {
  std::lock_guard lock(mutex_);
  const auto found = by_path_.find(path);
  if (found == by_path_.end()) return std::nullopt;
  return found->second->image();
}

void MemoryVfs::SetContents(const std::string& path, std::string bytes) {
  std::lock_guard lock(mutex_);
  std::shared_ptr<MemoryFile>& file = by_path_[path];
  if (file == nullptr) file = std::make_shared<MemoryFile>();
  used_ += bytes.size() - file->image().size();
  file->Replace(std::move(bytes));
}

std::vector<std::string> MemoryVfs::List() const {
  std::lock_guard lock(mutex_);
  std::vector<std::string> paths;
  for (const auto& [path, file] : by_path_) paths.push_back(path);
  return paths;
}

}  // namespace holdfast::sim
