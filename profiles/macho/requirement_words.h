// How the language of code requirements spells what a requirement holds. Pure.
#pragma once

#include <cstdint>
#include <string>

#include "absl/strings/string_view.h"

namespace holdfast::profiles {

// H"01ab"
std::string HashWord(absl::string_view bytes);
// A text in quotes, which it cannot leave; bytes that are no plain text in hexadecimal.
std::string QuotedWord(absl::string_view bytes);
// A certificate's field, "subject.OU": a word of the language, not a text; quoted when it is none.
std::string FieldWord(absl::string_view field);
// "1.2.840.113635.100.6.2.6", from the content octets that DER has for it.
std::string OidWord(absl::string_view oid);
// Which certificate of the chain: "leaf", "root", or its number from the leaf on.
std::string CertificateWord(uint32_t slot);

}  // namespace holdfast::profiles
