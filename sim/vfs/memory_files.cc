#include "sim/vfs/memory_files.h"

#include <algorithm>

#include "absl/strings/str_cat.h"
#include "sim/vfs/memory_vfs.h"

namespace holdfast::sim {
namespace {

absl::Status Halted(const std::string& path) {
  return absl::UnavailableError(absl::StrCat("cannot reach ", path, ": the machine has stopped"));
}

}  // namespace

class MemoryFiles::HeldLock final : public sqlite::FileLock {
 public:
  HeldLock(MemoryFiles& files, std::string path, uint64_t boot)
      : files_(files), path_(std::move(path)), boot_(boot) {}
  ~HeldLock() override { files_.Unlock(path_, boot_); }

 private:
  MemoryFiles& files_;
  std::string path_;
  uint64_t boot_;
};

bool MemoryFiles::Exists(const std::string& path) {
  std::lock_guard lock(vfs_.mutex_);
  return vfs_.by_path_.contains(path);
}

absl::Status MemoryFiles::Rename(const std::string& from, const std::string& to) {
  std::lock_guard lock(vfs_.mutex_);
  if (vfs_.halted_) return Halted(from);
  if (vfs_.by_path_.contains(to)) {
    return absl::AlreadyExistsError(absl::StrCat("cannot rename ", from, ": ", to, " exists"));
  }
  auto node = vfs_.by_path_.extract(from);
  if (node.empty())
    return absl::NotFoundError(absl::StrCat("cannot rename ", from, ": there is no such file"));
  node.key() = to;
  vfs_.by_path_.insert(std::move(node));
  return absl::OkStatus();
}

absl::Status MemoryFiles::Remove(const std::string& path) {
  std::lock_guard lock(vfs_.mutex_);
  if (vfs_.halted_) return Halted(path);
  const auto found = vfs_.by_path_.find(path);
  if (found == vfs_.by_path_.end()) return absl::OkStatus();
  vfs_.used_ -= found->second->image().size();
  vfs_.by_path_.erase(found);
  return absl::OkStatus();
}

absl::StatusOr<std::unique_ptr<sqlite::FileLock>> MemoryFiles::Lock(const std::string& path) {
  std::lock_guard lock(vfs_.mutex_);
  if (vfs_.halted_) return Halted(path);
  if (std::find(vfs_.locked_.begin(), vfs_.locked_.end(), path) != vfs_.locked_.end()) {
    return absl::FailedPreconditionError(
        absl::StrCat("cannot lock ", path, ": this process holds it; close the other one first"));
  }
  vfs_.locked_.push_back(path);
  return std::make_unique<HeldLock>(*this, path, vfs_.boot_);
}

void MemoryFiles::Unlock(const std::string& path, uint64_t boot) {
  std::lock_guard lock(vfs_.mutex_);
  if (boot != vfs_.boot_) return;
  vfs_.locked_.erase(std::remove(vfs_.locked_.begin(), vfs_.locked_.end(), path), vfs_.locked_.end());
}

}  // namespace holdfast::sim
