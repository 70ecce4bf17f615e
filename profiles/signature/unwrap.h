// Takes the content out of a CMS-signed profile. Whether the signer is to be trusted is not decided here.
#pragma once

#include <string>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"

namespace holdfast::profiles {

struct Unwrapped {
  std::string content;
  bool is_signed = false;
  bool intact = false;  // the signature fits the content
  std::string signer;   // common name in the first signer's certificate, as it claims
};

// Bytes that are no CMS message (DER or PEM) come back as they are. INVALID_ARGUMENT when they begin as one
// and cannot be read.
absl::StatusOr<Unwrapped> Unwrap(absl::string_view bytes, absl::string_view name);

}  // namespace holdfast::profiles
