#include "profiles/declarations/as_profile.h"

#include <string>
#include <utility>
#include <vector>

#include "base/error.h"
#include "base/ids.h"
#include "profiles/declarations/convert.h"
#include "profiles/declarations/declaration.h"
#include "profiles/mobileconfig/read.h"

namespace holdfast::profiles {
namespace {

// What a profile has around its payloads and a declaration has not, from names alone.
void AddEnvelope(plist::Dict& dict, const std::string& identifier, absl::string_view type) {
  if (dict.Find("PayloadType") == nullptr) dict.Set("PayloadType", std::string(type));
  if (dict.Find("PayloadIdentifier") == nullptr) dict.Set("PayloadIdentifier", identifier);
  dict.Set("PayloadUUID", Uuid::FromName(identifier).ToString());
  dict.Set("PayloadVersion", int64_t{1});
}

}  // namespace

absl::StatusOr<Profile> ReadDeclarationAsProfile(absl::string_view bytes, absl::string_view name) {
  HOLDFAST_ASSIGN_OR_RETURN(const Declaration declaration, ReadDeclaration(bytes, name));
  ProfileSource source;
  source.name = std::string(name);
  source.declaration.type = declaration.type;
  plist::Array payloads;
  if (auto payload = PayloadOfDeclaration(declaration, &source.declaration.unknown_keys)) {
    payload->Set("PayloadIdentifier", declaration.identifier + ".payload");
    AddEnvelope(*payload, declaration.identifier + ".payload", "");
    payloads.push_back(*std::move(payload));
  }
  plist::Dict root;
  AddEnvelope(root, declaration.identifier, "Configuration");
  root.Set("PayloadScope", std::string("System"));
  root.Set("PayloadContent", std::move(payloads));
  source.root = std::move(root);
  RedactSecrets(source.root);
  return Interpret(std::move(source));
}

}  // namespace holdfast::profiles
