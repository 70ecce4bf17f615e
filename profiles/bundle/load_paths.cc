#include "profiles/bundle/load_paths.h"

#include <algorithm>
#include <filesystem>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/strip.h"

namespace holdfast::bundle {
namespace {

constexpr absl::string_view kExecutable = "@executable_path", kLoader = "@loader_path", kRpath = "@rpath/";

std::optional<std::string> Normal(const std::string& path) {
  std::string out = std::filesystem::path(path).lexically_normal().generic_string();
  if (absl::EndsWith(out, "/")) out.pop_back();
  if (out == ".." || absl::StartsWith(out, "../")) return std::nullopt;
  return out;
}

// `rest` is empty or begins with '/': "@loader_pathological" is no variable.
bool Takes(absl::string_view* path, absl::string_view variable) {
  return absl::ConsumePrefix(path, variable) && (path->empty() || path->front() == '/');
}

}  // namespace

std::optional<std::string> Expand(const std::string& path, const Loader& loader) {
  absl::string_view rest = path;
  if (Takes(&rest, kExecutable)) return Normal(absl::StrCat(loader.executable_folder, rest));
  rest = path;
  if (Takes(&rest, kLoader)) return Normal(absl::StrCat(loader.loader_folder, rest));
  return std::nullopt;
}

std::vector<std::string> Candidates(const std::string& library, const Loader& loader) {
  std::vector<std::string> out;
  absl::string_view rest = library;
  if (!absl::ConsumePrefix(&rest, kRpath)) {
    if (const auto path = Expand(library, loader)) out.push_back(*path);
    return out;
  }
  for (const std::string& rpath : loader.rpaths) {
    if (const auto folder = Expand(rpath, loader)) out.push_back(absl::StrCat(*folder, "/", rest));
  }
  return out;
}

bool SearchesElsewhere(const Loader& loader) {
  return std::any_of(loader.rpaths.begin(), loader.rpaths.end(),
                     [](const std::string& rpath) { return absl::StartsWith(rpath, "/"); });
}

}  // namespace holdfast::bundle
