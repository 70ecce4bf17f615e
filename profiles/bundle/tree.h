// What lies in a folder, read once: names of files and folders, and their bytes on demand. Nothing outside of
// the folder is ever read: links are followed only where they stay inside. Bounded. Thread-safe once read.
#pragma once

#include <functional>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"

namespace holdfast::bundle {

struct TreeLimits {
  size_t entries = 200'000;
  int depth = 40;
};

// Every path is relative to the folder's parent and written with '/': it begins with the folder's own name.
using Paths = std::set<std::string, std::less<>>;

class Tree {
 public:
  // NOT_FOUND when there is nothing, INVALID_ARGUMENT when it is no folder.
  static absl::StatusOr<Tree> Read(const std::string& path, TreeLimits limits = {});

  const std::string& top() const { return top_; }
  const Paths& folders() const { return folders_; }  // `top` among them
  const std::vector<std::string>& links_outside() const { return links_outside_; }
  const std::vector<std::string>& left_out() const {
    return left_out_;
  }  // folders beyond a limit, or not readable
  // The file that a path leads to, through links inside of the tree; nothing when there is none.
  std::optional<std::string> FindFile(absl::string_view path) const;
  bool HasFolder(absl::string_view path) const {
    return folders_.contains(std::string_view(path.data(), path.size()));
  }
  // NOT_FOUND, or RESOURCE_EXHAUSTED above max_bytes.
  absl::StatusOr<std::string> ReadFile(absl::string_view path, size_t max_bytes) const;

 private:
  absl::Status Walk(const TreeLimits& limits);

  std::string base_;  // absolute, without links; of the folder's parent
  std::string top_;
  Paths folders_;
  std::vector<std::string> links_outside_, left_out_;
};

}  // namespace holdfast::bundle
