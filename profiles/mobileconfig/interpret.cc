// The envelope: what every profile has, and which reader takes which payload.
#include "absl/strings/str_cat.h"
#include "profiles/mobileconfig/payloads.h"
#include "profiles/mobileconfig/read.h"
#include "profiles/plist/keys.h"

namespace holdfast::profiles {
namespace {

using plist::Value;

Payload PublicKeys(const Value& payload) {
  return {Text(payload, "PayloadType"), Text(payload, "PayloadIdentifier"), Text(payload, "PayloadUUID"),
          Text(payload, "PayloadDisplayName")};
}

void ReadEnvelope(const ProfileSource& source, Profile& profile) {
  const Value& root = source.root;
  profile.identifier = Text(root, "PayloadIdentifier");
  if (profile.identifier.empty()) profile.identifier = source.name;
  profile.uuid = Text(root, "PayloadUUID");
  profile.display_name = Text(root, "PayloadDisplayName");
  profile.scope_declared = !Text(root, "PayloadScope").empty();
  profile.scope = Text(root, "PayloadScope") == "User" ? ProfileScope::kUser : ProfileScope::kSystem;
  profile.is_signed = source.is_signed;
  profile.signer = source.signer;
}

void ReadPayload(const Value& payload, Profile& profile) {
  const Payload keys = PublicKeys(payload);
  profile.payloads.push_back(keys);
  if (keys.type == kVpnPayload) {
    // Stable over re-reading, different for each payload of the profile.
    const Uuid fallback =
        Uuid::FromName(absl::StrCat(profile.identifier, "/", profile.payloads.size(), "/", keys.identifier));
    ReadVpn(payload, fallback, profile);
  } else if (keys.type == kFilterPayload) {
    ReadFilter(payload, profile);
  } else if (keys.type == kDnsProxyPayload) {
    ReadDnsProxy(payload, profile);
  } else if (keys.type == kExtensionPolicyPayload) {
    ReadExtensionPolicy(payload, profile);
  }
}

}  // namespace

Profile Interpret(ProfileSource source) {
  Profile profile;
  ReadEnvelope(source, profile);
  if (const auto* payloads = plist::SubArray(source.root, "PayloadContent")) {
    for (const Value& payload : *payloads) ReadPayload(payload, profile);
  }
  profile.source.pointer = std::make_shared<const ProfileSource>(std::move(source));
  return profile;
}

}  // namespace holdfast::profiles
