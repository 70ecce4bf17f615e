// Takes the content out of a CMS-signed profile. Whether the signer is to be trusted is not decided here.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"

namespace holdfast::profiles {

// What a certificate claims of itself.
struct SignerCertificate {
  std::string subject;  // its common name, else the whole name
  std::string issuer;
  int64_t not_before = 0;  // Unix seconds
  int64_t not_after = 0;
  bool self_issued = false;  // subject and issuer are one: a root, or signed by its own key
  friend bool operator==(const SignerCertificate&, const SignerCertificate&) = default;
};

struct Unwrapped {
  std::string content;
  bool is_signed = false;
  bool intact = false;  // the signature fits the content
  std::string signer;   // common name in the first signer's certificate, as it claims
  // The first signer's certificate, its issuer's, and so on, as far as the message carries them; at most 8.
  std::vector<SignerCertificate> chain;
};

// Bytes that are no CMS message (DER or PEM) come back as they are. INVALID_ARGUMENT when they begin as one
// and cannot be read.
absl::StatusOr<Unwrapped> Unwrap(absl::string_view bytes, absl::string_view name);

}  // namespace holdfast::profiles
