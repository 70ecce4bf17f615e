// What a store does to its files beside SQLite: look, rename, lock. The real ones, or a simulation's that go
// with its VFS.
#pragma once

#include <memory>
#include <string>

#include "absl/status/status.h"
#include "absl/status/statusor.h"

namespace holdfast::sqlite {

class FileLock {
 public:
  virtual ~FileLock() = default;  // releases
};

class Files {
 public:
  virtual ~Files() = default;
  virtual bool Exists(const std::string& path) = 0;
  // Durable when it returns OK. An existing `to` is ALREADY_EXISTS: nothing is overwritten.
  virtual absl::Status Rename(const std::string& from, const std::string& to) = 0;
  // An absent file is OK.
  virtual absl::Status Remove(const std::string& path) = 0;
  // Advisory, exclusive, ends with the process at the latest. FAILED_PRECONDITION when it is held, naming the
  // path and the holder's pid where known.
  virtual absl::StatusOr<std::unique_ptr<FileLock>> Lock(const std::string& path) = 0;
};

// The file system of the machine; stateless, any thread.
Files& RealFiles();

}  // namespace holdfast::sqlite
