// `profiles show -output stdout-xml` (and the older `profiles -C -o stdout-xml`): the installed profiles of
// the Mac and of each user. Of a payload's content nothing is kept, since it may hold secrets, but the system
// extensions that nobody may remove.
#pragma once

#include <optional>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "agent/signals/parse/text_lines.h"
#include "core/system_facts.h"
#include "profiles/plist/value.h"

namespace holdfast::parse {

// The command; only root sees the Mac's own profiles.
const std::vector<std::string>& ProfilesTool();

using TeamAndBundle = std::pair<std::string, std::string>;

struct InstalledPayload {
  std::string type, identifier, uuid, display_name;
  std::set<TeamAndBundle> not_removable;  // extensions, where it is a policy of them
  friend bool operator==(const InstalledPayload&, const InstalledPayload&) = default;
};

struct InstalledProfile {
  std::string user;  // short name; empty: the Mac's own
  std::string identifier, uuid, display_name, organization, description;
  std::string type;                  // "Configuration"
  std::string verification_state;    // "verified"
  std::optional<int64_t> installed;  // Unix seconds
  bool removal_disallowed = false;
  std::vector<InstalledPayload> payloads;
  friend bool operator==(const InstalledProfile&, const InstalledProfile&) = default;
};

struct ProfileList {
  std::vector<InstalledProfile> profiles;  // as printed; none on a Mac without
  std::vector<OddLine> odd;                // without line numbers
};

// INVALID_ARGUMENT when it is no property list, or none of that command.
absl::StatusOr<ProfileList> ReadProfileList(absl::string_view bytes);

// The same profiles in the same order, each as a .mobileconfig would have it, as far as the list tells: for
// who compares them with what is wanted. Their secrets are redacted; of certificates and identities nothing
// is kept.
absl::StatusOr<std::vector<plist::Value>> ReadProfileTrees(absl::string_view bytes);

// Managed: profiles of the Mac itself on one that an MDM manages, and those that a person may not remove. The
// output names no installer, so a person's own profile of the first kind is taken for the MDM's.
std::vector<ConfigurationFacts> ConfigurationsOf(const ProfileList& list);

// The extensions that the Mac's own profiles keep a person from removing (NonRemovableSystemExtensions,
// NonRemovableFromUISystemExtensions; macOS 15 and later heed them).
std::set<TeamAndBundle> NotRemovable(const ProfileList& list);

// Whether a profile of the Mac itself that is managed, as above, has a payload of this type.
bool IsManagedForDevice(const ProfileList& list, absl::string_view payload_type);

}  // namespace holdfast::parse
