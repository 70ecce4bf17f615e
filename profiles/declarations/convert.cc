#include "profiles/declarations/convert.h"

#include <algorithm>

#include "absl/status/status.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"
#include "profiles/declarations/mapping.h"
#include "profiles/plist/keys.h"

namespace holdfast::profiles {
namespace {

using plist::Dict;
using plist::Value;

constexpr absl::string_view kAssetKeys[] = {"CredentialsAssetReference", "IdentityAssetReference"};

const Value* At(const Dict& dict, absl::string_view path) {
  const std::pair<absl::string_view, absl::string_view> parts = absl::StrSplit(path, absl::MaxSplits('.', 1));
  const Value* value = dict.Find(parts.first);
  if (value == nullptr || parts.second.empty()) return value;
  const Dict* inner = value->As<Dict>();
  return inner == nullptr ? nullptr : At(*inner, parts.second);
}

void Put(Dict& dict, absl::string_view path, Value value) {
  const std::pair<std::string, std::string> parts = absl::StrSplit(path, absl::MaxSplits('.', 1));
  if (parts.second.empty()) return dict.Set(parts.first, std::move(value));
  const Value* there = dict.Find(parts.first);
  if (there == nullptr || there->As<Dict>() == nullptr) dict.Set(parts.first, Dict{});
  Put(*dict.Find(parts.first)->As<Dict>(), parts.second, std::move(value));
}

const DeclarationKind* KindOf(const Dict& payload) {
  const std::string type = plist::Text(payload, "PayloadType");
  for (const DeclarationKind& kind : DeclarationKinds()) {
    if (kind.payload_type != type) continue;
    if (kind.fixed.path.empty() || plist::Text(payload, kind.fixed.path) == kind.fixed.value) return &kind;
  }
  return nullptr;
}

// Paths of a dictionary's leaves, a list being one. Dictionaries that a key stands for as a whole are leaves.
template <class IsWhole>
void Leaves(const Dict& dict, const std::string& prefix, const IsWhole& is_whole,
            std::vector<std::string>& out) {
  for (const plist::Entry& entry : dict.entries()) {
    const std::string path = absl::StrCat(prefix, entry.key);
    const Dict* inner = entry.value.As<Dict>();
    if (inner != nullptr && !is_whole(path)) {
      Leaves(*inner, path + ".", is_whole, out);
    } else {
      out.push_back(path);
    }
  }
}

bool KnowsPayloadKey(const DeclarationKind& kind, absl::string_view path) {
  if (path == kind.fixed.path || absl::StartsWith(path, "Payload")) return true;
  if (std::find(kind.secrets.begin(), kind.secrets.end(), path) != kind.secrets.end()) return true;
  return std::any_of(kind.keys.begin(), kind.keys.end(),
                     [&](const KeyPair& key) { return key.payload == path || key.and_ == path; });
}

absl::Status CheckPayloadKeys(const DeclarationKind& kind, const Dict& payload) {
  std::vector<std::string> paths;
  Leaves(payload, "", [&](const std::string& path) { return KnowsPayloadKey(kind, path); }, paths);
  for (const std::string& path : paths) {
    if (KnowsPayloadKey(kind, path)) continue;
    return absl::InvalidArgumentError(absl::StrCat("the declaration ", kind.type, " has no key for ", path,
                                                   "; leave it out, or use a profile"));
  }
  return absl::OkStatus();
}

std::string Composed(const std::string& bundle_id, const std::string& requirement) {
  return requirement.empty() ? bundle_id : absl::StrCat(bundle_id, " {", requirement, "}");
}

Value ToDeclaration(const KeyPair& key, const Value& value, const Dict& payload) {
  if (key.form == KeyForm::kComposed && value.As<std::string>() != nullptr) {
    const Value* requirement = At(payload, key.and_);
    const std::string* text = requirement == nullptr ? nullptr : requirement->As<std::string>();
    return Composed(*value.As<std::string>(), text == nullptr ? "" : *text);
  }
  if (key.form == KeyForm::kSwitch) {
    if (const int64_t* number = value.As<int64_t>()) return *number != 0;
  }
  return value;
}

void FromDeclaration(const KeyPair& key, const Value& value, Dict& payload) {
  const std::string* text = value.As<std::string>();
  if (key.form == KeyForm::kComposed && text != nullptr) {
    const size_t brace = text->find(" {");
    if (brace != std::string::npos && absl::EndsWith(*text, "}")) {
      Put(payload, key.and_, text->substr(brace + 2, text->size() - brace - 3));
    }
    return Put(payload, key.payload, text->substr(0, brace));
  }
  const bool* flag = value.As<bool>();
  if (key.form == KeyForm::kSwitch && flag != nullptr) {
    return Put(payload, key.payload, int64_t{*flag ? 1 : 0});
  }
  Put(payload, key.payload, value);
}

bool IsAsset(absl::string_view path) {
  return std::any_of(std::begin(kAssetKeys), std::end(kAssetKeys),
                     [&](absl::string_view key) { return absl::EndsWith(path, key); });
}

}  // namespace

absl::string_view DeclarationTypeFor(const plist::Value& payload) {
  const Dict* dict = payload.As<Dict>();
  const DeclarationKind* kind = dict == nullptr ? nullptr : KindOf(*dict);
  return kind == nullptr ? absl::string_view() : kind->type;
}

absl::StatusOr<Declaration> DeclarationOfPayload(const plist::Value& payload, absl::string_view identifier) {
  const Dict* dict = payload.As<Dict>();
  const DeclarationKind* kind = dict == nullptr ? nullptr : KindOf(*dict);
  if (kind == nullptr) {
    const std::string vpn = plist::Text(payload, "VPNType");
    return absl::InvalidArgumentError(
        absl::StrCat("macOS has no declaration for ", plist::Text(payload, "PayloadType"),
                     vpn.empty() ? "" : absl::StrCat(" with VPNType ", vpn), "; use a profile"));
  }
  if (absl::Status keys = CheckPayloadKeys(*kind, *dict); !keys.ok()) return keys;
  Declaration out{std::string(kind->type), std::string(identifier), "", {}};
  for (const KeyPair& key : kind->keys) {
    const Value* value = At(*dict, key.payload);
    if (value != nullptr) Put(out.payload, key.declaration, ToDeclaration(key, *value, *dict));
  }
  return out;
}

void SetAssets(absl::string_view credentials, absl::string_view identity, Declaration& declaration) {
  Value* authentication = declaration.payload.Find("Authentication");
  if (authentication == nullptr && absl::EndsWith(declaration.type, "webcontent-filter.plugin") &&
      !(credentials.empty() && identity.empty())) {
    declaration.payload.Set("Authentication", Dict{});
    authentication = declaration.payload.Find("Authentication");
  }
  Dict* dict = authentication == nullptr ? nullptr : authentication->As<Dict>();
  if (dict == nullptr) return;
  if (!identity.empty()) dict->Set("IdentityAssetReference", std::string(identity));
  if (credentials.empty()) return;
  // With EAP the user's name and password are EAP's.
  const Value* eap = At(*dict, "ExtendedAuth.Enabled");
  const bool in_eap = eap != nullptr && eap->As<bool>() != nullptr && *eap->As<bool>();
  Put(*dict, in_eap ? "ExtendedAuth.CredentialsAssetReference" : "CredentialsAssetReference",
      std::string(credentials));
}

std::optional<plist::Dict> PayloadOfDeclaration(const Declaration& declaration,
                                                std::vector<std::string>* unknown) {
  const auto kinds = DeclarationKinds();
  const auto kind = std::find_if(kinds.begin(), kinds.end(),
                                 [&](const DeclarationKind& k) { return k.type == declaration.type; });
  if (kind == kinds.end()) return std::nullopt;
  Dict out;
  out.Set("PayloadType", std::string(kind->payload_type));
  out.Set("PayloadIdentifier", declaration.identifier);
  if (!kind->fixed.path.empty()) out.Set(std::string(kind->fixed.path), std::string(kind->fixed.value));
  const auto pair_of = [&](absl::string_view path) {
    return std::find_if(kind->keys.begin(), kind->keys.end(),
                        [&](const KeyPair& key) { return key.declaration == path; });
  };
  std::vector<std::string> paths;
  Leaves(
      declaration.payload, "", [&](const std::string& path) { return pair_of(path) != kind->keys.end(); },
      paths);
  for (const std::string& path : paths) {
    const auto key = pair_of(path);
    // A key that has a dot in its own name is at no path.
    const Value* value = key == kind->keys.end() ? nullptr : At(declaration.payload, path);
    if (value != nullptr) {
      FromDeclaration(*key, *value, out);
    } else if (unknown != nullptr && !IsAsset(path)) {
      unknown->push_back(path);
    }
  }
  return out;
}

}  // namespace holdfast::profiles
