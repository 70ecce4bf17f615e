// Signs a profile: CMS SignedData with the content inside, in DER, as a Mac takes it. Thread-safe.
#pragma once

#include <string>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"

namespace holdfast::profiles {

struct SigningIdentity {
  std::string certificate;  // PEM, one
  std::string key;          // PEM, not encrypted
  std::string chain;        // PEM, any number of issuers; may be empty
};

// INVALID_ARGUMENT when a part cannot be read, or the key is not the certificate's. Whether the certificate
// is valid now, and who trusts it, is not looked at.
absl::StatusOr<std::string> Sign(absl::string_view content, const SigningIdentity& identity);

}  // namespace holdfast::profiles
