#include "profiles/mobileconfig/read.h"

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <iterator>

#include "absl/strings/str_cat.h"
#include "base/error.h"
#include "profiles/plist/limits.h"

namespace holdfast::profiles {
namespace {

namespace fs = std::filesystem;

// One byte more than may be is enough to be refused.
absl::StatusOr<std::string> ReadBytes(const fs::path& path) {
  std::ifstream in(path, std::ios::binary);
  if (!in)
    return absl::NotFoundError(absl::StrCat("reading the profile '", path.string(), "': cannot open it"));
  std::string bytes(plist::kMaxBytes + 1, '\0');
  in.read(bytes.data(), static_cast<std::streamsize>(bytes.size()));
  bytes.resize(static_cast<size_t>(in.gcount()));
  return bytes;
}

std::vector<fs::path> ProfilesIn(const fs::path& folder) {
  std::vector<fs::path> paths;
  std::error_code error;
  for (const auto& entry : fs::directory_iterator(folder, error)) {
    if (entry.path().extension() == ".mobileconfig") paths.push_back(entry.path());
  }
  std::sort(paths.begin(), paths.end());
  return paths;
}

constexpr size_t kMaxFiles = 100'000;

absl::Status NoSuch(const std::string& path) {
  return absl::NotFoundError(
      absl::StrCat("reading the profiles of '", path, "': there is no such file or folder"));
}

absl::Status AddTree(const std::string& path, std::vector<fs::path>& files) {
  std::error_code error;
  if (!fs::exists(path, error)) return NoSuch(path);
  if (!fs::is_directory(path, error)) {
    files.push_back(path);
    return absl::OkStatus();
  }
  std::vector<fs::path> found;
  for (fs::recursive_directory_iterator it(path, fs::directory_options::skip_permission_denied, error), end;
       it != end && found.size() < kMaxFiles; it.increment(error)) {
    if (it->path().extension() == ".mobileconfig" && it->is_regular_file(error)) found.push_back(it->path());
  }
  std::sort(found.begin(), found.end());
  files.insert(files.end(), found.begin(), found.end());
  return absl::OkStatus();
}

// A file that cannot be read is a profile that cannot be.
Profile ReadFileAs(const fs::path& file, const std::string& name) {
  const absl::StatusOr<std::string> bytes = ReadBytes(file);
  absl::StatusOr<Profile> profile = bytes.ok() ? Read(*bytes, name) : bytes.status();
  return profile.ok() ? *std::move(profile) : Unreadable(name, profile.status());
}

}  // namespace

absl::StatusOr<Profile> Read(absl::string_view bytes, absl::string_view name) {
  HOLDFAST_ASSIGN_OR_RETURN(ProfileSource source, Decode(bytes, name));
  return Interpret(std::move(source));
}

Profile Unreadable(absl::string_view name, const absl::Status& why) {
  ProfileSource source;
  source.name = std::string(name);
  source.root = plist::Dict();
  source.unreadable = std::string(why.message());
  return Interpret(std::move(source));
}

absl::StatusOr<std::vector<Profile>> ReadPath(const std::string& path) {
  std::error_code error;
  if (!fs::exists(path, error)) return NoSuch(path);
  const bool folder = fs::is_directory(path, error);
  const std::vector<fs::path> files = folder ? ProfilesIn(path) : std::vector<fs::path>{path};
  if (files.empty()) {
    return absl::NotFoundError(
        absl::StrCat("reading the profiles of '", path, "': the folder holds no *.mobileconfig"));
  }
  std::vector<Profile> profiles;
  for (const fs::path& file : files) {
    profiles.push_back(ReadFileAs(file, file.filename().string()));
  }
  return profiles;
}

absl::StatusOr<std::vector<Profile>> ReadTrees(const std::vector<std::string>& paths) {
  std::vector<fs::path> files;
  for (const std::string& path : paths) HOLDFAST_RETURN_IF_ERROR(AddTree(path, files));
  if (files.empty()) return absl::NotFoundError("the folders hold no *.mobileconfig");
  std::vector<Profile> profiles;
  for (const fs::path& file : files) profiles.push_back(ReadFileAs(file, file.lexically_normal().string()));
  return profiles;
}

}  // namespace holdfast::profiles
