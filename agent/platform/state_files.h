// Small files that outlive the process: the device's identity, the last good policies. Not for rows.
#pragma once

#include <map>
#include <optional>
#include <string>

#include "absl/status/status.h"
#include "absl/status/statusor.h"

namespace holdfast::platform {

class StateFiles {
 public:
  virtual ~StateFiles() = default;
  // Nothing when there is no such file.
  virtual absl::StatusOr<std::optional<std::string>> Read(const std::string& name) const = 0;
  // Atomic and durable: after a crash the file holds either what it held or all of `bytes`. Readable by its
  // owner only.
  virtual absl::Status Write(const std::string& name, const std::string& bytes) = 0;
  // OK when there is no such file.
  virtual absl::Status Remove(const std::string& name) = 0;
};

// For tests and simulation: what a disk would hold, kept by whoever outlives the agent.
class MemoryStateFiles final : public StateFiles {
 public:
  absl::StatusOr<std::optional<std::string>> Read(const std::string& name) const override {
    const auto it = files_.find(name);
    if (it == files_.end()) return std::optional<std::string>();
    return std::optional<std::string>(it->second);
  }
  absl::Status Write(const std::string& name, const std::string& bytes) override {
    files_[name] = bytes;
    return absl::OkStatus();
  }
  absl::Status Remove(const std::string& name) override {
    files_.erase(name);
    return absl::OkStatus();
  }

 private:
  std::map<std::string, std::string> files_;
};

}  // namespace holdfast::platform
