#include "profiles/files/read_trees.h"

#include <algorithm>
#include <filesystem>

#include "absl/strings/str_cat.h"
#include "base/error.h"
#include "profiles/declarations/as_profile.h"
#include "profiles/declarations/declaration.h"
#include "profiles/mobileconfig/read.h"

namespace holdfast::profiles {
namespace {

namespace fs = std::filesystem;

constexpr size_t kMaxFiles = 100'000;

struct Named {
  fs::path path;
  std::string below;       // of a folder that was given
  bool asked_for = false;  // by its own name, not by its folder's
};

absl::Status AddTree(const std::string& path, std::vector<Named>& files) {
  std::error_code error;
  if (!fs::exists(path, error)) {
    return absl::NotFoundError(
        absl::StrCat("reading the profiles of '", path, "': there is no such file or folder"));
  }
  if (!fs::is_directory(path, error)) {
    files.push_back({path, fs::path(path).filename().string(), true});
    return absl::OkStatus();
  }
  std::vector<Named> found;
  for (fs::recursive_directory_iterator it(path, fs::directory_options::skip_permission_denied, error), end;
       it != end && found.size() < kMaxFiles; it.increment(error)) {
    const fs::path extension = it->path().extension();
    const bool ours = extension == ".mobileconfig" || extension == ".json";
    if (ours && it->is_regular_file(error)) {
      found.push_back({it->path(), it->path().lexically_relative(path).string()});
    }
  }
  std::sort(found.begin(), found.end(), [](const Named& a, const Named& b) { return a.path < b.path; });
  files.insert(files.end(), found.begin(), found.end());
  return absl::OkStatus();
}

// What stands in a folder and is neither is passed over.
void AddFile(const Named& file, std::vector<TreeFile>& files) {
  const std::string name = file.path.lexically_normal().string();
  absl::StatusOr<std::string> bytes = ReadProfileBytes(file.path.string());
  absl::StatusOr<Profile> profile = bytes.ok() ? ReadProfileOrDeclaration(*bytes, name) : bytes.status();
  if (!profile.ok() && !file.asked_for && file.path.extension() == ".json") return;
  files.push_back({file.below, bytes.ok() ? *std::move(bytes) : "",
                   profile.ok() ? *std::move(profile) : Unreadable(name, profile.status())});
}

}  // namespace

absl::StatusOr<Profile> ReadProfileOrDeclaration(absl::string_view bytes, absl::string_view name) {
  return LooksLikeDeclaration(bytes) ? ReadDeclarationAsProfile(bytes, name) : Read(bytes, name);
}

absl::StatusOr<std::vector<TreeFile>> ReadTreeFiles(const std::vector<std::string>& paths) {
  std::vector<Named> named;
  for (const std::string& path : paths) HOLDFAST_RETURN_IF_ERROR(AddTree(path, named));
  std::vector<TreeFile> files;
  for (const Named& file : named) AddFile(file, files);
  if (files.empty()) return absl::NotFoundError("there is no profile and no declaration in these folders");
  return files;
}

absl::StatusOr<std::vector<Profile>> ReadTrees(const std::vector<std::string>& paths) {
  HOLDFAST_ASSIGN_OR_RETURN(std::vector<TreeFile> files, ReadTreeFiles(paths));
  std::vector<Profile> profiles;
  for (TreeFile& file : files) profiles.push_back(std::move(file.profile));
  return profiles;
}

}  // namespace holdfast::profiles
