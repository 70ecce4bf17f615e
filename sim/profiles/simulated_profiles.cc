#include "sim/profiles/simulated_profiles.h"

#include <algorithm>
#include <array>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "profiles/plist/keys.h"
#include "profiles/plist/write.h"

namespace holdfast::sim {
namespace {

using plist::Array;
using plist::Dict;
using plist::Entry;
using plist::Value;

constexpr char kComputer[] = "_computerlevel";
constexpr char kPerson[] = "user";  // the short name of who has the profiles that are a user's

constexpr std::array<absl::string_view, 6> kOfEveryPayload = {"PayloadDisplayName",  "PayloadIdentifier",
                                                              "PayloadOrganization", "PayloadType",
                                                              "PayloadUUID",         "PayloadVersion"};

Value WithoutSecrets(const Value& value) {
  if (const Array* array = value.As<Array>()) {
    Array out;
    for (const Value& item : *array) {
      if (item.As<plist::Redacted>() == nullptr) out.push_back(WithoutSecrets(item));
    }
    return out;
  }
  const Dict* dict = value.As<Dict>();
  if (dict == nullptr) return value;
  Dict out;
  for (const Entry& entry : dict->entries()) {
    if (entry.value.As<plist::Redacted>() == nullptr) out.Set(entry.key, WithoutSecrets(entry.value));
  }
  return out;
}

Dict Item(const Dict& payload) {
  Dict out, content;
  for (const Entry& entry : payload.entries()) {
    const bool common =
        std::find(kOfEveryPayload.begin(), kOfEveryPayload.end(), entry.key) != kOfEveryPayload.end();
    (common ? out : content).Set(entry.key, entry.value);
  }
  out.Set("PayloadContent", std::move(content));
  return out;
}

Dict Listed(const Value& root) {
  Dict out;
  for (absl::string_view key :
       {"Description", "DisplayName", "Identifier", "Organization", "Type", "UUID", "Version"}) {
    const Value* value = root.Find(absl::StrCat("Payload", key));
    if (value != nullptr) out.Set(absl::StrCat("Profile", key), *value);
  }
  if (plist::Switch(root, "PayloadRemovalDisallowed").value_or(false)) {
    out.Set("ProfileRemovalDisallowed", "true");  // a text there
  }
  Array items;
  if (const auto* payloads = plist::SubArray(root, "PayloadContent")) {
    for (const Value& payload : *payloads) {
      if (const Dict* dict = payload.As<Dict>()) items.emplace_back(Item(*dict));
    }
  }
  out.Set("ProfileItems", std::move(items));
  return out;
}

}  // namespace

absl::StatusOr<std::string> ProfilesShow(const SimulatedMac& mac) {
  Dict root;
  for (const profiles::Profile& profile : mac.profiles()) {
    if (profile.source.pointer == nullptr) continue;
    const std::string level = profile.scope == ProfileScope::kUser ? kPerson : kComputer;
    if (root.Find(level) == nullptr) root.Set(level, Array{});
    root.Find(level)->As<Array>()->emplace_back(Listed(WithoutSecrets(profile.source->root)));
  }
  return plist::WriteXml(root);
}

}  // namespace holdfast::sim
