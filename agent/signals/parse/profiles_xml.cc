#include "agent/signals/parse/profiles_xml.h"

#include <algorithm>

#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/time/time.h"
#include "base/error.h"
#include "profiles/mobileconfig/source.h"
#include "profiles/plist/keys.h"
#include "profiles/plist/plist.h"

namespace holdfast::parse {
namespace {

using plist::Array;
using plist::Dict;
using plist::Value;

constexpr absl::string_view kComputer = "_computerlevel";
constexpr absl::string_view kCertificates = "com.apple.security.";
constexpr absl::string_view kExtensionPolicy = "com.apple.system-extension-policy";

// "true" as a text, as the command prints it; a boolean counts too.
bool IsTrue(const Value& dict, absl::string_view key) {
  return Switch(dict, key).value_or(absl::AsciiStrToLower(Text(dict, key)) == "true");
}

// "2023-03-31 01:14:38 +0000"
std::optional<int64_t> DateAt(const Value& dict, absl::string_view key) {
  const Value* value = dict.Find(key);
  if (const auto* date = value == nullptr ? nullptr : value->As<plist::Date>()) return date->unix_seconds;
  absl::Time time;
  if (!absl::ParseTime("%Y-%m-%d %H:%M:%S %z", Text(dict, key), &time, nullptr)) return std::nullopt;
  return absl::ToUnixSeconds(time);
}

// {"TEAM123456": ["com.example.filter"]}
void ReadExtensions(const Value* content, absl::string_view key, std::set<TeamAndBundle>* out) {
  const Value* teams = content == nullptr ? nullptr : content->Find(key);
  const Dict* dict = teams == nullptr ? nullptr : teams->As<Dict>();
  if (dict == nullptr) return;
  for (const auto& [team, value] : dict->entries()) {
    const Array* bundles = value.As<Array>();
    if (bundles == nullptr) continue;
    for (const Value& bundle : *bundles) {
      if (const auto* name = bundle.As<std::string>()) out->emplace(team, *name);
    }
  }
}

InstalledPayload ReadPayload(const Value& payload) {
  InstalledPayload out{Text(payload, "PayloadType"),
                       Text(payload, "PayloadIdentifier"),
                       Text(payload, "PayloadUUID"),
                       Text(payload, "PayloadDisplayName"),
                       {}};
  if (out.type != kExtensionPolicy) return out;
  for (const char* key : {"NonRemovableSystemExtensions", "NonRemovableFromUISystemExtensions"}) {
    ReadExtensions(payload.Find("PayloadContent"), key, &out.not_removable);
  }
  return out;
}

void ReadPayloads(const Value& profile, InstalledProfile& out) {
  const auto* payloads = plist::SubArray(profile, "ProfileItems");
  if (payloads == nullptr) return;
  for (const Value& payload : *payloads) out.payloads.push_back(ReadPayload(payload));
}

InstalledProfile ReadProfile(const Value& profile, absl::string_view user) {
  InstalledProfile out;
  out.user = std::string(user);
  out.identifier = Text(profile, "ProfileIdentifier");
  out.uuid = Text(profile, "ProfileUUID");
  out.display_name = Text(profile, "ProfileDisplayName");
  out.organization = Text(profile, "ProfileOrganization");
  out.description = Text(profile, "ProfileDescription");
  out.type = Text(profile, "ProfileType");
  out.verification_state = Text(profile, "ProfileVerificationState");
  out.installed = DateAt(profile, "ProfileInstallDate");
  out.removal_disallowed = IsTrue(profile, "ProfileRemovalDisallowed");
  ReadPayloads(profile, out);
  return out;
}

void ReadLevel(const std::string& key, const Value& value, ProfileList& list) {
  const Array* profiles = value.As<Array>();
  if (profiles == nullptr) {
    list.odd.push_back(
        {0, absl::StrCat("the entry \"", key, "\" is a ", value.TypeName(), ", no list of profiles")});
    return;
  }
  for (const Value& profile : *profiles) {
    if (Text(profile, "ProfileIdentifier").empty()) {
      list.odd.push_back({0, absl::StrCat("an element of \"", key, "\" has no ProfileIdentifier")});
    } else {
      list.profiles.push_back(ReadProfile(profile, key == kComputer ? "" : key));
    }
  }
}

// The list keeps a payload's own keys apart from those that every payload has.
Value PayloadTree(const Value& item) {
  const Dict* listed = item.As<Dict>();
  Dict out;
  if (listed == nullptr) return out;
  for (const plist::Entry& entry : listed->entries()) {
    if (entry.key != "PayloadContent") out.Set(entry.key, entry.value);
  }
  const Value* content = plist::SubDict(item, "PayloadContent");
  if (absl::StartsWith(Text(item, "PayloadType"), kCertificates)) {
    out.Set("PayloadContent", plist::Redacted{});
  } else if (content != nullptr) {
    for (const plist::Entry& entry : content->As<Dict>()->entries()) out.Set(entry.key, entry.value);
  }
  return out;
}

Value ProfileTree(const Value& listed, absl::string_view level) {
  Dict out;
  for (const plist::Entry& entry : listed.As<Dict>()->entries()) {
    // Those with a counterpart in the file; dates and states have none.
    for (absl::string_view key :
         {"Identifier", "UUID", "DisplayName", "Organization", "Description", "Type", "Version"}) {
      if (entry.key == absl::StrCat("Profile", key)) out.Set(absl::StrCat("Payload", key), entry.value);
    }
  }
  out.Set("PayloadScope", level == kComputer ? "System" : "User");
  if (IsTrue(listed, "ProfileRemovalDisallowed")) out.Set("PayloadRemovalDisallowed", true);
  Array payloads;
  if (const auto* array = plist::SubArray(listed, "ProfileItems")) {
    for (const Value& item : *array) payloads.push_back(PayloadTree(item));
  }
  out.Set("PayloadContent", std::move(payloads));
  Value tree(std::move(out));
  profiles::RedactSecrets(tree);
  return tree;
}

bool HasPayload(const InstalledProfile& profile, absl::string_view type) {
  return std::any_of(profile.payloads.begin(), profile.payloads.end(),
                     [&](const InstalledPayload& payload) { return payload.type == type; });
}

}  // namespace

const std::vector<std::string>& ProfilesTool() {
  static const std::vector<std::string>& tool = *new std::vector<std::string>{
      "/usr/bin/profiles", "show", "-type", "configuration", "-output", "stdout-xml"};
  return tool;
}

absl::StatusOr<std::vector<plist::Value>> ReadProfileTrees(absl::string_view bytes) {
  HOLDFAST_ASSIGN_OR_RETURN(const plist::Document document, plist::Parse(bytes, "list of profiles"));
  std::vector<Value> out;
  const Dict* root = document.root.As<Dict>();
  if (root == nullptr) return out;
  for (const auto& [key, value] : root->entries()) {
    const Array* listed = value.As<Array>();
    if (listed == nullptr) continue;
    for (const Value& profile : *listed) {
      if (!Text(profile, "ProfileIdentifier").empty()) out.push_back(ProfileTree(profile, key));
    }
  }
  return out;
}

absl::StatusOr<ProfileList> ReadProfileList(absl::string_view bytes) {
  HOLDFAST_ASSIGN_OR_RETURN(const plist::Document document, plist::Parse(bytes, "list of profiles"));
  const Dict* root = document.root.As<Dict>();
  if (root == nullptr) return absl::InvalidArgumentError("its root is no <dict>");
  ProfileList list;
  for (const auto& [key, value] : root->entries()) ReadLevel(key, value, list);
  if (list.profiles.empty() && !list.odd.empty() && root->Find(kComputer) == nullptr) {
    return absl::InvalidArgumentError(
        "it is a property list, but not that of `profiles show -output stdout-xml`: no entry is a list of "
        "profiles");
  }
  return list;
}

namespace {

bool IsEnrolled(const ProfileList& list) {
  return std::any_of(list.profiles.begin(), list.profiles.end(),
                     [](const auto& profile) { return HasPayload(profile, "com.apple.mdm"); });
}

bool IsManaged(const InstalledProfile& profile, bool enrolled) {
  return profile.removal_disallowed || (enrolled && profile.user.empty());
}

}  // namespace

std::vector<ConfigurationFacts> ConfigurationsOf(const ProfileList& list) {
  const bool enrolled = IsEnrolled(list);
  std::vector<ConfigurationFacts> facts;
  for (const InstalledProfile& profile : list.profiles) {
    facts.push_back({profile.identifier, Provenance::kProfile, IsManaged(profile, enrolled)});
  }
  return facts;
}

std::set<TeamAndBundle> NotRemovable(const ProfileList& list) {
  std::set<TeamAndBundle> extensions;
  for (const InstalledProfile& profile : list.profiles) {
    if (!profile.user.empty()) continue;
    for (const InstalledPayload& payload : profile.payloads) {
      extensions.insert(payload.not_removable.begin(), payload.not_removable.end());
    }
  }
  return extensions;
}

bool IsManagedForDevice(const ProfileList& list, absl::string_view payload_type) {
  const bool enrolled = IsEnrolled(list);
  return std::any_of(list.profiles.begin(), list.profiles.end(), [&](const InstalledProfile& profile) {
    return profile.user.empty() && IsManaged(profile, enrolled) && HasPayload(profile, payload_type);
  });
}

}  // namespace holdfast::parse
