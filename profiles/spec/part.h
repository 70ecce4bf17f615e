// One part of a profile of a spec: what it reads and what it comes to. A function per kind (parts.h) fills
// it.
#pragma once

#include <functional>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "profiles/generate/envelope.h"
#include "profiles/generate/signer.h"
#include "profiles/spec/section.h"

namespace holdfast::profiles {

// Gives a file that a spec names (a secret, a certificate, a policy). The path is as it stands in the spec.
using SpecFiles = std::function<absl::StatusOr<std::string>(const std::string& path)>;

// A vendor's program that a part runs.
struct Provider {
  std::string bundle_id, team_id;
  std::string requirement;  // what its code must fulfil
  std::string type;         // "packet-tunnel" or "app-proxy"
  bool system_extension = true;
};

// Declarations carry no secret, but the Identifier of an asset that does.
struct AssetReferences {
  std::string credentials, identity;
};

struct Part {
  std::string kind;
  PayloadPart payload;
  std::vector<Provider> providers;
  std::optional<int64_t> order;  // of a transparent proxy
  std::string grade;             // of a content filter
  // {"TEAM123456": "com.example.extension"}: what a policy for system extensions allows.
  std::vector<std::pair<std::string, std::string>> allowed_extensions;
  AssetReferences assets;
  bool device_only = false;  // macOS takes it in a profile for the whole Mac alone
  std::string path;          // in the spec, for messages
  Position at;
};

// What a part may look at beside its own section.
struct PartContext {
  const SpecFiles& files;
  const std::optional<Signer>& holdfast;            // who signed Holdfast
  std::map<std::string, std::string> certificates;  // of the same profile: by id, the payload's UUID
};

// The file that the key names; what is wrong with it is told.
std::optional<std::string> FileOf(SpecSection& section, absl::string_view key, const PartContext& context);
// Its first line: a password, a shared secret. An empty file is told.
std::optional<std::string> SecretOf(SpecSection& section, absl::string_view key, const PartContext& context);
// The UUID of the certificate's payload that the key names; nothing when none is named or it is told.
std::optional<std::string> CertificateOf(SpecSection& section, absl::string_view key,
                                         const PartContext& context);

}  // namespace holdfast::profiles
