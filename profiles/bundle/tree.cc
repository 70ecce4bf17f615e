#include "profiles/bundle/tree.h"

#include <filesystem>
#include <system_error>
#include <utility>

#include "absl/status/status.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "base/error.h"
#include "base/file.h"

namespace holdfast::bundle {
namespace {

namespace fs = std::filesystem;

bool IsInside(absl::string_view path, absl::string_view folder) {
  return path == folder || absl::StartsWith(path, absl::StrCat(folder, "/"));
}

// What the link points at need not be there.
bool LeadsInside(const fs::path& link, const fs::path& root) {
  std::error_code error;
  const fs::path to = fs::read_symlink(link, error);
  if (error) return false;
  const fs::path target = fs::weakly_canonical(link.parent_path() / to, error);
  return !error && IsInside(target.string(), root.string());
}

}  // namespace

absl::StatusOr<Tree> Tree::Read(const std::string& path, TreeLimits limits) {
  std::error_code error;
  const fs::path whole = fs::canonical(path, error);
  if (error) return ErrnoStatus(error.value(), "opening", path);
  if (!fs::is_directory(whole, error)) {
    return absl::InvalidArgumentError(
        absl::StrCat("opening ", path,
                     ": it is no folder: give an app, an extension, or a folder with some in it (a "
                     "package is expanded with `pkgutil --expand-full`)"));
  }
  Tree tree;
  tree.top_ = whole.filename().string();
  tree.base_ = whole.parent_path().string();
  if (tree.top_.empty())
    return absl::InvalidArgumentError("opening /: give one app or folder, not a whole disk");
  HOLDFAST_RETURN_IF_ERROR(tree.Walk(limits));
  return tree;
}

absl::Status Tree::Walk(const TreeLimits& limits) {
  std::error_code error;
  const fs::path root = fs::path(base_) / top_;
  fs::recursive_directory_iterator at(root, fs::directory_options::skip_permission_denied, error);
  if (error) return ErrnoStatus(error.value(), "reading the folder", root.string());
  folders_.insert(top_);
  size_t entries = 0;
  for (const fs::recursive_directory_iterator end; at != end; at.increment(error)) {
    if (error) break;
    const std::string path = at->path().lexically_relative(base_).generic_string();
    if (++entries > limits.entries) {
      left_out_.push_back(path);
      return absl::OkStatus();
    }
    const fs::file_status status = at->symlink_status(error);
    if (fs::is_symlink(status)) {
      if (!LeadsInside(at->path(), root)) links_outside_.push_back(path);
    } else if (fs::is_directory(status)) {
      folders_.insert(path);
      if (at.depth() < limits.depth) continue;
      left_out_.push_back(path);
      at.disable_recursion_pending();
    }
  }
  if (error) left_out_.push_back(top_);
  return absl::OkStatus();
}

std::optional<std::string> Tree::FindFile(absl::string_view path) const {
  std::error_code error;
  const fs::path target = fs::canonical(fs::path(base_) / fs::path(std::string(path)), error);
  if (error || !IsInside(target.string(), absl::StrCat(base_ == "/" ? "" : base_, "/", top_)))
    return std::nullopt;
  if (!fs::is_regular_file(target, error)) return std::nullopt;
  return target.lexically_relative(base_).generic_string();
}

absl::StatusOr<std::string> Tree::ReadFile(absl::string_view path, size_t max_bytes) const {
  const std::optional<std::string> found = FindFile(path);
  if (!found) return absl::NotFoundError(absl::StrCat("reading ", path, ": there is no such file"));
  return holdfast::ReadFile(absl::StrCat(base_, "/", *found), max_bytes);
}

}  // namespace holdfast::bundle
