// Who may set what. A local administrator can install managed preferences by hand, so all that could weaken
// enforcement or move trust counts only from where an administrator of the fleet put it. Constant data and
// pure functions; thread-safe.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "absl/strings/string_view.h"
#include "absl/types/span.h"
#include "core/policy/document.h"

namespace holdfast {

enum class PolicySource : uint8_t {
  kManagedDevice = 0,  // managed preferences that MDM installed for the device
  kManagedUser = 1,    // managed preferences that MDM installed for one user
  kUnmanaged = 2,      // preferences that no MDM installed, or a policy file that others than root can write
  kFile = 3,           // --policy: a file that only root can write
  kServer = 4,         // a bundle with a good signature by a pinned key
};
absl::string_view PolicySourceName(PolicySource source);  // "managed preferences of the device"

// Sections and keys that any source may set, in PascalCase: "Privacy". All others are guarded.
absl::Span<const absl::string_view> OpenKeys();
bool IsTrusted(PolicySource source);
// `path` in PascalCase, with or without indices: "Override.Mode", "Services[0].Match.Name".
bool MaySet(PolicySource source, absl::string_view path);

struct RefusedKey {
  Position at;
  std::string path;  // in YAML spelling
  std::string why;
};

// Takes the keys out of a document's root that its source may not set, in either spelling.
std::vector<RefusedKey> TakeUntrusted(PolicySource source, DocumentValue& root);

}  // namespace holdfast
