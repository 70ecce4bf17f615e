#include "profiles/compare/comparable.h"

#include "absl/status/status.h"
#include "absl/strings/str_cat.h"
#include "base/error.h"
#include "profiles/declarations/convert.h"
#include "profiles/declarations/declaration.h"
#include "profiles/mobileconfig/source.h"
#include "profiles/plist/keys.h"
#include "profiles/plist/plist.h"
#include "profiles/signature/unwrap.h"

namespace holdfast::profiles {
namespace {

plist::Value Wrapped(const std::string& identifier, plist::Dict payload) {
  plist::Dict root;
  root.Set("PayloadType", "Configuration");
  root.Set("PayloadIdentifier", identifier);
  root.Set("PayloadContent", plist::Array{plist::Value(std::move(payload))});
  return root;
}

void Show(Comparable& out) {
  out.shown = out.root;
  RedactSecrets(out.shown);
}

absl::StatusOr<Comparable> FromDeclaration(absl::string_view bytes, absl::string_view name) {
  HOLDFAST_ASSIGN_OR_RETURN(const Declaration declaration, ReadDeclaration(bytes, name));
  plist::Dict payload;
  payload.Set("PayloadType", declaration.type);
  payload.Set("PayloadIdentifier", declaration.identifier);
  for (const plist::Entry& entry : declaration.payload.entries()) payload.Set(entry.key, entry.value);
  Comparable out{std::string(name), declaration.identifier, "JSON", /*declaration=*/true, {}, {}};
  out.root = Wrapped(out.identifier, std::move(payload));
  Show(out);
  return out;
}

}  // namespace

absl::StatusOr<Comparable> ReadComparable(absl::string_view bytes, absl::string_view name) {
  if (LooksLikeDeclaration(bytes)) return FromDeclaration(bytes, name);
  HOLDFAST_ASSIGN_OR_RETURN(const Unwrapped unwrapped, Unwrap(bytes, name));
  HOLDFAST_ASSIGN_OR_RETURN(plist::Document document, plist::Parse(unwrapped.content, name));
  if (document.root.As<plist::Dict>() == nullptr) {
    return absl::InvalidArgumentError(
        absl::StrCat(name, ": it holds ", document.root.TypeName(), "; a profile is a <dict>"));
  }
  Comparable out{std::string(name),
                 plist::Text(document.root, "PayloadIdentifier"),
                 document.form == plist::Form::kBinary ? "binary" : "XML",
                 /*declaration=*/false,
                 std::move(document.root),
                 {}};
  if (unwrapped.is_signed) out.form = absl::StrCat(out.form, ", signed by ", unwrapped.signer);
  Show(out);
  return out;
}

Comparable AsProfile(const Comparable& declaration) {
  const plist::Dict& payload =
      *declaration.root.Find("PayloadContent")->As<plist::Array>()->front().As<plist::Dict>();
  Declaration same{plist::Text(payload, "PayloadType"), declaration.identifier, "", {}};
  for (const plist::Entry& entry : payload.entries()) {
    if (entry.key != "PayloadType" && entry.key != "PayloadIdentifier")
      same.payload.Set(entry.key, entry.value);
  }
  std::optional<plist::Dict> translated = PayloadOfDeclaration(same, nullptr);
  if (!translated) return declaration;
  Comparable out = declaration;
  out.root = Wrapped(out.identifier, *std::move(translated));
  Show(out);
  return out;
}

}  // namespace holdfast::profiles
