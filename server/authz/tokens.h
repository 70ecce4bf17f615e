// Bearer secrets: PREFIX_ID_SECRET, where the id is public and names the token in lists and logs, and only
// the SHA-256 of the secret is kept. The secret has 256 bits of its own, so a plain hash is enough.
#pragma once

#include <optional>
#include <string>

#include "absl/strings/string_view.h"
#include "base/random.h"
#include "base/sha256.h"

namespace holdfast::server {

inline constexpr absl::string_view kEnrollmentPrefix = "hfe";
inline constexpr absl::string_view kAdminPrefix = "hfa";

struct NewToken {
  std::string text;  // shown once
  std::string id;    // 16 hex digits
  Sha256Digest secret_hash{};
};
NewToken MakeToken(absl::string_view prefix, RandomSource& random);

struct PresentedToken {
  std::string id;
  Sha256Digest secret_hash{};
};
// Nothing when the text is not a token of this prefix.
std::optional<PresentedToken> ReadToken(absl::string_view prefix, absl::string_view text);

// In time that does not depend on where they differ.
bool SameSecret(const Sha256Digest& a, const Sha256Digest& b);

}  // namespace holdfast::server
