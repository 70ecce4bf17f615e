// A fleet's profiles from a short YAML file (docs/profiles.md): what follows from something else is not
// written there, and what macOS would refuse, or silently leave out, is refused before. The same file gives
// the same bytes. Pure but for `files`; thread-safe when that is.
#pragma once

#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "profiles/spec/part.h"

namespace holdfast::profiles {

enum class SpecForm { kProfile, kDeclaration };

struct SpecFile {
  std::string name;  // "vpn.mobileconfig", "vpn.ikev2.json"
  std::string bytes;
  bool secret = false;  // may hold what only its owner should read
};

struct SpecResult {
  std::vector<SpecFile> files;
  std::vector<std::string> warnings;  // "SOURCE:LINE: KEY: what"
};

// INVALID_ARGUMENT with every problem, one a line: "fleet.yaml:12: profiles[0].parts[1].order: what".
// `source` names the text.
absl::StatusOr<SpecResult> GenerateFromSpec(absl::string_view text, absl::string_view source, SpecForm form,
                                            const SpecFiles& files);

}  // namespace holdfast::profiles
