#include "profiles/mobileconfig/source.h"

#include "absl/strings/str_cat.h"
#include "base/error.h"
#include "profiles/plist/plist.h"
#include "profiles/signature/unwrap.h"

namespace holdfast::profiles {

absl::StatusOr<ProfileSource> Decode(absl::string_view bytes, absl::string_view name) {
  HOLDFAST_ASSIGN_OR_RETURN(Unwrapped unwrapped, Unwrap(bytes, name));
  HOLDFAST_ASSIGN_OR_RETURN(plist::Document document, plist::Parse(unwrapped.content, name));
  if (document.root.As<plist::Dict>() == nullptr) {
    return absl::InvalidArgumentError(absl::StrCat("reading the profile '", name, "': its root is ",
                                                   document.root.TypeName(),
                                                   "; a profile is a <dict> with a PayloadContent"));
  }
  ProfileSource source;
  source.name = std::string(name);
  source.root = std::move(document.root);
  source.warnings = std::move(document.warnings);
  source.comments = std::move(document.comments);
  source.is_signed = unwrapped.is_signed;
  source.signature_intact = unwrapped.intact;
  source.signer = std::move(unwrapped.signer);
  source.chain = std::move(unwrapped.chain);
  RedactSecrets(source.root);
  return source;
}

}  // namespace holdfast::profiles
