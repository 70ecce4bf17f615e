// Who signed a Mac's program, and with what: the code signatures in a Mach-O file, thin or universal, on any
// system. The signature itself is not verified; what it claims is read. Bounded: any bytes are taken, none is
// trusted. Thread-safe: no state.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "profiles/macho/image.h"
#include "profiles/macho/requirement.h"
#include "profiles/macho/signing_certificate.h"
#include "profiles/plist/value.h"

namespace holdfast::profiles {

// What one architecture's signature says.
struct CodeSignature {
  std::string architecture;  // "arm64", "x86_64", or "cpu 7"
  std::string identifier;    // "io.holdfast.holdfastd"
  std::string team_id;       // empty when it has none
  bool ad_hoc = false;
  bool hardened_runtime = false;
  bool has_certificate = false;                   // a CMS signature lies beside the code directory
  std::string cd_hash;                            // of its strongest code directory, 40 hexadecimal digits
  std::optional<SigningCertificate> certificate;  // absent: none, or one that cannot be read
  // Dictionaries with their keys in order; absent: none, or such that cannot be read.
  std::optional<plist::Value> entitlements, der_entitlements;
  std::optional<Requirement> requirement;  // the designated one, where the signature says it itself
  std::vector<std::string> problems;       // parts beside the code directories that cannot be read: sentences
  friend bool operator==(const CodeSignature&, const CodeSignature&) = default;
};

// Of a slice with a signature. INVALID_ARGUMENT when its code directories cannot be read or contradict each
// other, NOT_FOUND when it is not signed. `name` is for messages.
absl::StatusOr<CodeSignature> ReadCodeSignature(const Slice& slice, absl::string_view name);

// One per architecture, in the file's order; errors as above and as those of ReadImage.
absl::StatusOr<std::vector<CodeSignature>> ReadCodeSignatures(absl::string_view bytes,
                                                              absl::string_view name);

// The first kind of entitlements that is there, the DER ones before: what macOS goes by. Null: none.
const plist::Value* EntitlementsOf(const CodeSignature& signature);

}  // namespace holdfast::profiles
