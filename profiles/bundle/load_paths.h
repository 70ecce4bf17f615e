// Where dyld looks for a library, within a tree. Pure.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "profiles/macho/image.h"

namespace holdfast::bundle {

// What @executable_path and @loader_path mean for an image, and what @rpath does: its own search paths, then
// those of the program that loads it.
struct Loader {
  std::string executable_folder;  // "My.app/Contents/MacOS"
  std::string loader_folder;
  std::vector<std::string> rpaths;
};

// A path with @executable_path or @loader_path as one of the tree; nothing when it is another, absolute ones
// among them, or leads out of the tree.
std::optional<std::string> Expand(const std::string& path, const Loader& loader);

// Each place where that library may be, in dyld's order; empty for one of the system.
std::vector<std::string> Candidates(const std::string& library, const Loader& loader);

// Whether one of the search paths leads out of the tree, as /usr/lib/swift does: what lies there is not
// known.
bool SearchesElsewhere(const Loader& loader);

}  // namespace holdfast::bundle
