// Renames and locks of a MemoryVfs.
#pragma once

#include <memory>
#include <string>

#include "storage/sqlite/files.h"

namespace holdfast::sim {

class MemoryVfs;

class MemoryFiles final : public sqlite::Files {
 public:
  explicit MemoryFiles(MemoryVfs& vfs) : vfs_(vfs) {}
  bool Exists(const std::string& path) override;
  absl::Status Rename(const std::string& from, const std::string& to) override;
  absl::Status Remove(const std::string& path) override;
  absl::StatusOr<std::unique_ptr<sqlite::FileLock>> Lock(const std::string& path) override;

 private:
  class HeldLock;
  void Unlock(const std::string& path, uint64_t boot);
  MemoryVfs& vfs_;
};

}  // namespace holdfast::sim
