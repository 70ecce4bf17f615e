#include "profiles/bundle/bundle.h"

#include "absl/strings/str_cat.h"
#include "profiles/plist/keys.h"

namespace holdfast::bundle {

absl::string_view KindName(Kind kind) {
  switch (kind) {
    case Kind::kApp:
      return "app";
    case Kind::kSystemExtension:
      return "system extension";
    case Kind::kAppExtension:
      return "app extension";
    case Kind::kFramework:
      return "framework";
    case Kind::kXpcService:
      return "XPC service";
    case Kind::kDriver:
      break;
  }
  return "driver extension";
}

std::string Bundle::Name() const {
  return path.substr(path.rfind('/') + 1);
}

std::string Bundle::Identifier() const {
  return plist::Text(info, "CFBundleIdentifier");
}

std::string Bundle::Subject() const {
  const std::string identifier = Identifier();
  return absl::StrCat(KindName(kind), " '", identifier.empty() ? Name() : identifier, "'");
}

const profiles::CodeSignature* Bundle::Signature() const {
  for (const ProgramSlice& slice : program) {
    if (slice.signature) return &*slice.signature;
  }
  return nullptr;
}

const plist::Value* Bundle::Entitlement(absl::string_view key) const {
  const profiles::CodeSignature* signature = Signature();
  const plist::Value* all = signature != nullptr ? profiles::EntitlementsOf(*signature) : nullptr;
  return all != nullptr ? all->Find(key) : nullptr;
}

std::optional<DesignatedRequirement> Bundle::Requirement() const {
  using profiles::Authority;
  const profiles::CodeSignature* signature = Signature();
  if (signature == nullptr) return std::nullopt;
  if (signature->requirement && !signature->requirement->complete) return std::nullopt;
  if (signature->requirement) return DesignatedRequirement{signature->requirement->text, false};
  const Authority authority =
      signature->certificate ? signature->certificate->authority : Authority::kUnknown;
  const bool other = authority == Authority::kAppStore || authority == Authority::kDevelopment;
  if (signature->ad_hoc || signature->team_id.empty() || other) return std::nullopt;
  return DesignatedRequirement{profiles::DeveloperIdRequirement(signature->identifier, signature->team_id),
                               true};
}

bool Bundle::HasEntitlement(absl::string_view key) const {
  const plist::Value* value = Entitlement(key);
  const bool* flag = value != nullptr ? value->As<bool>() : nullptr;
  return flag != nullptr && *flag;
}

std::vector<std::string> Texts(const plist::Value* value) {
  std::vector<std::string> out;
  if (value == nullptr) return out;
  if (const auto* text = value->As<std::string>()) out.push_back(*text);
  if (const auto* array = value->As<plist::Array>()) {
    for (const plist::Value& item : *array) {
      if (const auto* text = item.As<std::string>()) out.push_back(*text);
    }
  }
  return out;
}

}  // namespace holdfast::bundle
