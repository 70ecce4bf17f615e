#include "profiles/bundle/provisioning.h"

#include "absl/strings/str_cat.h"
#include "base/error.h"
#include "profiles/plist/keys.h"
#include "profiles/plist/limits.h"
#include "profiles/plist/plist.h"
#include "profiles/signature/unwrap.h"

namespace holdfast::bundle {
namespace {

absl::Status Read(const Tree& tree, const std::string& path, Provisioning& out) {
  HOLDFAST_ASSIGN_OR_RETURN(const std::string bytes, tree.ReadFile(path, plist::kMaxBytes));
  HOLDFAST_ASSIGN_OR_RETURN(const profiles::Unwrapped unwrapped, profiles::Unwrap(bytes, path));
  HOLDFAST_ASSIGN_OR_RETURN(const plist::Document document, plist::Parse(unwrapped.content, path));
  const plist::Value* granted = plist::SubDict(document.root, "Entitlements");
  if (granted == nullptr) {
    return absl::InvalidArgumentError(absl::StrCat("reading ", path, ": it has no dictionary Entitlements"));
  }
  out.entitlements = *granted;
  const plist::Value* expires = document.root.Find("ExpirationDate");
  const auto* date = expires != nullptr ? expires->As<plist::Date>() : nullptr;
  if (date != nullptr) out.expires = date->unix_seconds;
  return absl::OkStatus();
}

}  // namespace

std::optional<Provisioning> ReadProvisioning(const Tree& tree, const std::string& path) {
  if (!tree.FindFile(path)) return std::nullopt;
  Provisioning out;
  out.path = path;
  const absl::Status read = Read(tree, path, out);
  if (!read.ok()) out.trouble = std::string(read.message());
  return out;
}

}  // namespace holdfast::bundle
