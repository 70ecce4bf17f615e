// What every configuration profile has around its payloads: identifiers, UUIDs, versions, scope. The same
// names give the same UUIDs, so that a profile that is generated again replaces the one before. Pure and
// thread-safe.
#pragma once

#include <string>
#include <vector>

#include "absl/strings/string_view.h"
#include "core/facts.h"
#include "profiles/plist/value.h"

namespace holdfast::profiles {

struct PayloadPart {
  std::string type;          // "com.apple.servicemanagement"
  std::string name;          // last part of its identifier, unlike the others': "service-management"
  std::string display_name;  // as System Settings shows it
  std::string description;
  plist::Dict content;
};

struct Envelope {
  std::string identifier;  // installing another profile with the same one replaces this
  std::string display_name;
  std::string description;
  std::string organization;  // empty: none
  ProfileScope scope = ProfileScope::kSystem;
  bool removal_disallowed = false;
};

// The PayloadIdentifier and PayloadUUID of that part, by which other payloads name it.
std::string PartIdentifier(const Envelope& envelope, absl::string_view name);
std::string PartUuid(const Envelope& envelope, absl::string_view type, absl::string_view name);

plist::Value MakeProfile(const Envelope& envelope, std::vector<PayloadPart> parts);

}  // namespace holdfast::profiles
