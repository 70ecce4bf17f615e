// A profile's file, decoded: the tree that the reader of facts, and any rule over profiles, works on. The
// secrets are gone from it.
#pragma once

#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "profiles/plist/oddity.h"
#include "profiles/plist/value.h"
#include "profiles/signature/unwrap.h"

namespace holdfast::profiles {

// Of a declaration that is looked at as the profile that would say the same.
struct DeclarationOrigin {
  std::string type;  // "com.apple.configuration.network.vpn.ikev2"; empty: it is a profile
  std::vector<std::string> unknown_keys;  // paths that no payload has a key for
  friend bool operator==(const DeclarationOrigin&, const DeclarationOrigin&) = default;
};

struct ProfileSource {
  std::string name;  // for messages: the file
  plist::Value root;
  std::vector<plist::Oddity> warnings;
  std::vector<plist::Comment> comments;  // those that speak to Holdfast
  bool is_signed = false;
  bool signature_intact = false;
  std::string signer;
  std::vector<SignerCertificate> chain;
  DeclarationOrigin declaration;
  std::string unreadable;  // not empty: why nothing of the above could be read
  friend bool operator==(const ProfileSource&, const ProfileSource&) = default;
};

// Takes a .mobileconfig in any form: XML or binary, plain or CMS-signed (DER, PEM).
absl::StatusOr<ProfileSource> Decode(absl::string_view bytes, absl::string_view name);

// Puts plist::Redacted in the place of passwords, shared secrets, keys, certificates' contents and a
// vendor's own values. Decode has done it.
void RedactSecrets(plist::Value& root);

}  // namespace holdfast::profiles
