// Who signed a Mac's program: the code directories of a Mach-O file, thin or universal, on any system. The
// signature itself is not verified; what it claims is read. Bounded: any bytes are taken, none is trusted.
// Pure and thread-safe.
#pragma once

#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"

namespace holdfast::profiles {

// What the code directory of one architecture says.
struct CodeSignature {
  std::string architecture;  // "arm64", "x86_64", or "cpu 7"
  std::string identifier;    // "io.holdfast.holdfastd"
  std::string team_id;       // empty when it has none
  bool ad_hoc = false;
  bool hardened_runtime = false;
  bool has_certificate = false;  // a CMS signature lies beside the code directory
  friend bool operator==(const CodeSignature&, const CodeSignature&) = default;
};

// One per architecture, in the file's order. INVALID_ARGUMENT when it is no Mach-O file or a length in it
// points outside, NOT_FOUND when an architecture is not signed. `name` is for messages.
absl::StatusOr<std::vector<CodeSignature>> ReadCodeSignatures(absl::string_view bytes,
                                                              absl::string_view name);

}  // namespace holdfast::profiles
