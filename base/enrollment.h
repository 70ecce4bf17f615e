// The enrollment string: all that an agent needs to find its server, to know it when it answers, and to be
// let in. Text: holdfast1:HOST:PORT:SPKI-SHA256-of-CA:TOKEN, with IPv6 addresses in brackets and the hash in
// 64 hex digits.
#pragma once

#include <string>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "base/endpoint.h"
#include "base/sha256.h"

namespace holdfast {

struct EnrollmentString {
  Endpoint server;
  Sha256Digest ca_spki_sha256{};
  std::string token;
  friend bool operator==(const EnrollmentString&, const EnrollmentString&) = default;
  std::string ToString() const;
  // INVALID_ARGUMENT says which part is wrong; the token never appears in it.
  static absl::StatusOr<EnrollmentString> Parse(absl::string_view text);
};

}  // namespace holdfast
