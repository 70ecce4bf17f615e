// Which certificate signed a program, as the CMS message in its code signature carries it. Nothing is
// verified: whether the certificate is Apple's is a Mac's to say. Thread-safe: no state.
#pragma once

#include <string>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"

namespace holdfast::profiles {

// By Apple's mark in the leaf certificate.
enum class Authority {
  kUnknown,      // no mark that is known here
  kDeveloperId,  // for distribution outside of the App Store
  kAppStore,     // by the App Store itself
  kDevelopment,  // for development on known Macs
};

struct SigningCertificate {
  std::string common_name;  // "Developer ID Application: Example Ltd (ABCDE12345)"
  Authority authority = Authority::kUnknown;
  friend bool operator==(const SigningCertificate&, const SigningCertificate&) = default;
};

// INVALID_ARGUMENT when it is no CMS message, or has no certificate of its signer. `name` is for messages.
absl::StatusOr<SigningCertificate> ReadSigningCertificate(absl::string_view cms, absl::string_view name);

}  // namespace holdfast::profiles
