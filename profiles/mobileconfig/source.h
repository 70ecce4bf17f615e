// A profile's file, decoded: the tree that the reader of facts, and any rule over profiles, works on. The
// secrets are gone from it.
#pragma once

#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "profiles/plist/oddity.h"
#include "profiles/plist/value.h"

namespace holdfast::profiles {

struct ProfileSource {
  std::string name;  // for messages: the file
  plist::Value root;
  std::vector<plist::Oddity> warnings;
  bool is_signed = false;
  bool signature_intact = false;
  std::string signer;
};

// Takes a .mobileconfig in any form: XML or binary, plain or CMS-signed (DER, PEM).
absl::StatusOr<ProfileSource> Decode(absl::string_view bytes, absl::string_view name);

// Puts plist::Redacted in the place of passwords, shared secrets, keys, certificates' contents and a
// vendor's own values. Decode has done it.
void RedactSecrets(plist::Value& root);

}  // namespace holdfast::profiles
