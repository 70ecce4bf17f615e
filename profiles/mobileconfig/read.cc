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
  const bool folder = fs::is_directory(path, error);
  const std::vector<fs::path> files = folder ? ProfilesIn(path) : std::vector<fs::path>{path};
  if (files.empty()) {
    return absl::NotFoundError(
        absl::StrCat("reading the profiles of '", path, "': the folder holds no *.mobileconfig"));
  }
  std::vector<Profile> profiles;
  for (const fs::path& file : files) {
    HOLDFAST_ASSIGN_OR_RETURN(const std::string bytes, ReadBytes(file));
    const std::string name = file.filename().string();
    absl::StatusOr<Profile> profile = Read(bytes, name);
    profiles.push_back(profile.ok() ? *std::move(profile) : Unreadable(name, profile.status()));
  }
  return profiles;
}

}  // namespace holdfast::profiles
