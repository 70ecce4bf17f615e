// What is told of a bundle, in words.
#pragma once

#include <string>
#include <vector>

#include "profiles/bundle/inspect.h"

namespace holdfast::bundle {

// "13.0 and later"; empty: not known.
std::string MinimumOf(const Bundle& bundle);
// "arm64", "x86_64".
std::vector<std::string> Architectures(const Bundle& bundle);
// "Developer ID Application: Example (ABCDE12345), team ABCDE12345, hardened runtime".
std::string SignerOf(const Bundle& bundle);
// "developer-id", "app-store", "development", "ad-hoc", "unsigned" or "unknown".
std::string SigningOf(const Bundle& bundle);
std::string MachServiceOf(const Bundle& bundle);
std::vector<std::string> AppGroupsOf(const Bundle& bundle);
// The bundle that a finding is about: the innermost with its file; null: the folder itself.
const Bundle* BundleOf(const Inspection& inspection, const lint::Finding& finding);

}  // namespace holdfast::bundle
