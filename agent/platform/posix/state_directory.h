// StateFiles in a folder that belongs to the daemon.
#pragma once

#include <string>

#include "agent/platform/state_files.h"

namespace holdfast::platform {

class StateDirectory final : public StateFiles {
 public:
  // Makes the folder (0700) when it is missing. An error names the path and what is wrong with it: not a
  // folder, not writable.
  static absl::StatusOr<StateDirectory> Open(const std::string& path);

  absl::StatusOr<std::optional<std::string>> Read(const std::string& name) const override;
  absl::Status Write(const std::string& name, const std::string& bytes) override;
  absl::Status Remove(const std::string& name) override;

 private:
  explicit StateDirectory(std::string path) : path_(std::move(path)) {}
  std::string PathOf(const std::string& name) const { return path_ + "/" + name; }
  std::string path_;
};

}  // namespace holdfast::platform
