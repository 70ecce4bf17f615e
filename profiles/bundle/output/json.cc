#include "base/text/json.h"

#include "base/text/width.h"
#include "profiles/bundle/output/facts.h"
#include "profiles/bundle/output/output.h"
#include "profiles/bundle/provider_types.h"
#include "profiles/lint/output/output.h"
#include "profiles/plist/keys.h"

namespace holdfast::bundle {
namespace {

using text::JsonWriter;
using text::Printable;

// As documents of the program spell them.
absl::string_view KindWord(Kind kind) {
  switch (kind) {
    case Kind::kApp:
      return "app";
    case Kind::kSystemExtension:
      return "systemExtension";
    case Kind::kAppExtension:
      return "appExtension";
    case Kind::kFramework:
      return "framework";
    case Kind::kXpcService:
      return "xpcService";
    case Kind::kDriver:
      break;
  }
  return "driver";
}

// An object for each: the writer knows no bare texts in arrays.
void WriteNames(absl::string_view key, const std::vector<std::string>& names, JsonWriter& json) {
  json.Array(key);
  for (const std::string& name : names) json.Object().Text("name", Printable(name)).EndObject();
  json.EndArray();
}

void WriteSlice(const ProgramSlice& slice, JsonWriter& json) {
  json.Object()
      .Text("architecture", slice.image.architecture)
      .Text("platform", slice.image.platform)
      .Text("minimumMacOS", slice.image.minimum_os.ToString())
      .Text("sdk", slice.image.sdk.ToString())
      .Bool("signed", slice.signature.has_value());
  if (slice.signature) {
    json.Text("identifier", Printable(slice.signature->identifier))
        .Text("team", Printable(slice.signature->team_id))
        .Text("cdHash", slice.signature->cd_hash)
        .Bool("hardenedRuntime", slice.signature->hardened_runtime);
  }
  json.EndObject();
}

void WriteProviders(const Bundle& bundle, JsonWriter& json) {
  json.Array("providers");
  for (const Provider& provider : bundle.providers) {
    const ProviderType* type = FindProviderType(provider.point);
    json.Object()
        .Text("point", Printable(provider.point))
        .Text("type", type != nullptr ? type->name : "unknown")
        .Text("class", Printable(provider.class_name))
        .EndObject();
  }
  json.EndArray();
}

void WriteSigning(const Bundle& bundle, JsonWriter& json) {
  const profiles::CodeSignature* signature = bundle.Signature();
  const bool named = signature != nullptr && signature->certificate;
  const std::optional<DesignatedRequirement> requirement = bundle.Requirement();
  json.Text("signing", SigningOf(bundle))
      .Text("certificate", named ? Printable(signature->certificate->common_name) : "")
      .Text("team", signature != nullptr ? Printable(signature->team_id) : "")
      .Text("requirement", requirement ? Printable(requirement->text) : "")
      .Bool("requirementDerived", requirement && requirement->derived);
}

void WriteBundle(const Inspection& inspection, const Bundle& bundle, JsonWriter& json) {
  json.Object()
      .Text("path", Printable(bundle.path))
      .Text("kind", KindWord(bundle.kind))
      .Text("identifier", Printable(bundle.Identifier()))
      .Text("app", bundle.app ? Printable(inspection.bundles[*bundle.app].path) : "")
      .Text("version", Printable(plist::Text(bundle.info, "CFBundleVersion")))
      .Text("shortVersion", Printable(plist::Text(bundle.info, "CFBundleShortVersionString")))
      .Text("minimumMacOS", Printable(plist::Text(bundle.info, "LSMinimumSystemVersion")));
  WriteSigning(bundle, json);
  WriteProviders(bundle, json);
  json.Text("machService", Printable(MachServiceOf(bundle)));
  WriteNames("appGroups", AppGroupsOf(bundle), json);
  WriteNames("networkExtensions", Texts(bundle.Entitlement(kNetworkExtension)), json);
  json.Array("architectures");
  for (const ProgramSlice& slice : bundle.program) WriteSlice(slice, json);
  json.EndArray().EndObject();
}

}  // namespace

std::string RenderJson(const Inspection& inspection) {
  const lint::Report report{inspection.findings, inspection.bundles.size()};
  JsonWriter json;
  json.Object()
      .Number("errors", static_cast<int64_t>(report.Count(lint::Severity::kError)))
      .Number("warnings", static_cast<int64_t>(report.Count(lint::Severity::kWarning)))
      .Number("infos", static_cast<int64_t>(report.Count(lint::Severity::kInfo)));
  json.Array("bundles");
  for (const Bundle& bundle : inspection.bundles) WriteBundle(inspection, bundle, json);
  json.EndArray().Array("findings");
  for (const lint::Finding& finding : inspection.findings) lint::WriteFinding(finding, json);
  json.EndArray().EndObject();
  return json.Take() + "\n";
}

}  // namespace holdfast::bundle
