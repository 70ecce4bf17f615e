#include "profiles/generate/envelope.h"

#include <utility>

#include "absl/strings/str_cat.h"
#include "base/ids.h"

namespace holdfast::profiles {
namespace {

struct CommonKeys {
  std::string type, identifier, display_name, description, organization;
};

std::string UuidOf(absl::string_view type, absl::string_view identifier) {
  return Uuid::FromName(absl::StrCat(type, "/", identifier)).ToString();
}

void SetCommon(const CommonKeys& keys, plist::Dict& out) {
  out.Set("PayloadType", keys.type);
  out.Set("PayloadIdentifier", keys.identifier);
  out.Set("PayloadUUID", UuidOf(keys.type, keys.identifier));
  out.Set("PayloadVersion", int64_t{1});  // of the format: the only one there is
  out.Set("PayloadDisplayName", keys.display_name);
  out.Set("PayloadDescription", keys.description);
  if (!keys.organization.empty()) out.Set("PayloadOrganization", keys.organization);
}

}  // namespace

std::string PartIdentifier(const Envelope& envelope, absl::string_view name) {
  return absl::StrCat(envelope.identifier, ".payload.", name);
}

std::string PartUuid(const Envelope& envelope, absl::string_view type, absl::string_view name) {
  return UuidOf(type, PartIdentifier(envelope, name));
}

plist::Value MakeProfile(const Envelope& envelope, std::vector<PayloadPart> parts) {
  plist::Dict profile;
  SetCommon({"Configuration", envelope.identifier, envelope.display_name, envelope.description,
             envelope.organization},
            profile);
  profile.Set("PayloadScope", envelope.scope == ProfileScope::kUser ? "User" : "System");
  if (envelope.removal_disallowed) profile.Set("PayloadRemovalDisallowed", true);
  plist::Array content;
  for (PayloadPart& part : parts) {
    plist::Dict payload;
    // A payload with the profile's own identifier is taken for the profile by some management servers.
    SetCommon({part.type, PartIdentifier(envelope, part.name), part.display_name, part.description,
               envelope.organization},
              payload);
    for (plist::Entry& entry : part.content.entries()) payload.Set(entry.key, std::move(entry.value));
    content.emplace_back(std::move(payload));
  }
  profile.Set("PayloadContent", std::move(content));
  return profile;
}

}  // namespace holdfast::profiles
