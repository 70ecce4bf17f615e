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

std::vector<fs::path> ProfilesIn(const fs::path& folder) {
  std::vector<fs::path> paths;
  std::error_code error;
  for (const auto& entry : fs::directory_iterator(folder, error)) {
    if (entry.path().extension() == ".mobileconfig") paths.push_back(entry.path());
  }
  std::sort(paths.begin(), paths.end());
  return paths;
}

// A file that cannot be read is a profile that cannot be.
Profile ReadFileAs(const fs::path& file, const std::string& name) {
  const absl::StatusOr<std::string> bytes = ReadProfileBytes(file.string());
  absl::StatusOr<Profile> profile = bytes.ok() ? Read(*bytes, name) : bytes.status();
  return profile.ok() ? *std::move(profile) : Unreadable(name, profile.status());
}

}  // namespace

absl::StatusOr<std::string> ReadProfileBytes(const std::string& path) {
  std::ifstream in(path, std::ios::binary);
  if (!in) return absl::NotFoundError(absl::StrCat("reading the profile '", path, "': cannot open it"));
  std::string bytes(plist::kMaxBytes + 1, '\0');  // one more is enough to be refused
  in.read(bytes.data(), static_cast<std::streamsize>(bytes.size()));
  bytes.resize(static_cast<size_t>(in.gcount()));
  return bytes;
}

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
  if (!fs::exists(path, error)) {
    return absl::NotFoundError(
        absl::StrCat("reading the profiles of '", path, "': there is no such file or folder"));
  }
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

}  // namespace holdfast::profiles
