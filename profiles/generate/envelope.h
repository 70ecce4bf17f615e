// What every configuration profile has around its payloads: identifiers, UUIDs, versions, scope. The same
// names give the same UUIDs, so that a profile that is generated again replaces the one before. Pure and
// thread-safe.
#pragma once

#include <string>
#include <vector>

#include "absl/strings/string_view.h"
#include "profiles/plist/value.h"

namespace holdfast::profiles {

struct PayloadPart {
  std::string type;          // "com.apple.servicemanagement"
  std::string name;          // last part of its identifier: "service-management"
  std::string display_name;  // as System Settings shows it
  std::string description;
  plist::Dict content;
};

struct Envelope {
  std::string identifier;  // installing another profile with the same one replaces this
  std::string display_name;
  std::string description;
  std::string organization;  // empty: none
};

// For the whole device (PayloadScope System). The parts' types are unlike each other.
plist::Value MakeProfile(const Envelope& envelope, std::vector<PayloadPart> parts);

}  // namespace holdfast::profiles
