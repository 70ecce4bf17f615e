#include <utility>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "base/text/table.h"
#include "base/text/width.h"
#include "profiles/bundle/output/facts.h"
#include "profiles/bundle/output/output.h"
#include "profiles/bundle/provider_types.h"
#include "profiles/lint/output/output.h"
#include "profiles/plist/keys.h"

namespace holdfast::bundle {
namespace {

using text::Printable;
using text::Style;

using Fields = std::vector<std::pair<std::string, text::Cell>>;

void AddField(const std::string& label, const std::string& value, Fields& fields) {
  if (!value.empty()) fields.emplace_back(label, Printable(value));
}

std::string ProviderText(const Provider& provider) {
  const ProviderType* type = FindProviderType(provider.point);
  return absl::StrCat(type != nullptr ? std::string(type->name) : provider.point,
                      provider.class_name.empty() ? "" : absl::StrCat(" (", provider.class_name, ")"));
}

std::string VersionOf(const Bundle& bundle) {
  const std::string version = plist::Text(bundle.info, "CFBundleVersion");
  const std::string shown = plist::Text(bundle.info, "CFBundleShortVersionString");
  return shown.empty() || shown == version ? version : absl::StrCat(shown, " (", version, ")");
}

Fields FieldsOf(const Bundle& bundle) {
  Fields fields;
  AddField("  Version", VersionOf(bundle), fields);
  AddField("  macOS", MinimumOf(bundle), fields);
  AddField("  Programs", absl::StrJoin(Architectures(bundle), ", "), fields);
  AddField("  Signed by", SignerOf(bundle), fields);
  AddField("  Providers",
           absl::StrJoin(bundle.providers, ", ",
                         [](std::string* out, const Provider& provider) {
                           absl::StrAppend(out, ProviderText(provider));
                         }),
           fields);
  AddField("  Mach service", MachServiceOf(bundle), fields);
  AddField("  App groups", absl::StrJoin(AppGroupsOf(bundle), ", "), fields);
  return fields;
}

// On a line of its own and never broken: it is for pasting.
std::string RequirementText(const Bundle& bundle) {
  const std::optional<DesignatedRequirement> requirement = bundle.Requirement();
  if (!requirement) return "";
  return absl::StrCat(
      "  Requirement",
      requirement->derived ? " (not in the signature; as macOS makes it for Developer ID)" : "", ":\n",
      Printable(requirement->text), "\n");
}

std::string BundleText(const Bundle& bundle, const text::Terminal& terminal) {
  const std::string head = absl::StrCat(Printable(bundle.path), ": ", Printable(bundle.Subject()));
  std::string out = absl::StrCat(text::Styled(head, Style::kBold, terminal), "\n");
  if (bundle.kind == Kind::kFramework || bundle.kind == Kind::kXpcService) return out;
  absl::StrAppend(&out, text::RenderFields(FieldsOf(bundle), terminal), RequirementText(bundle));
  return out;
}

// Under its bundle a file needs no more than its path in it.
lint::Finding Below(const Bundle* bundle, lint::Finding finding) {
  if (bundle == nullptr || finding.place.file == bundle->path) return finding;
  finding.place.file.erase(0, bundle->path.size() + 1);
  return finding;
}

std::string FindingsOf(const Inspection& inspection, const Bundle* bundle, bool verbose,
                       const text::Terminal& terminal) {
  std::string out;
  for (const lint::Finding& finding : inspection.findings) {
    if (BundleOf(inspection, finding) != bundle) continue;
    lint::AppendFinding(Below(bundle, finding), verbose, terminal, out);
  }
  return out;
}

std::string Counts(const Inspection& inspection) {
  const size_t bundles = inspection.bundles.size();
  const lint::Report report{inspection.findings, bundles};
  return absl::StrCat(bundles, bundles == 1 ? " bundle: " : " bundles: ", lint::CountsText(report), "\n");
}

}  // namespace

std::string RenderText(const Inspection& inspection, bool verbose, const text::Terminal& terminal) {
  std::string out = FindingsOf(inspection, nullptr, verbose, terminal);
  for (const Bundle& bundle : inspection.bundles) {
    absl::StrAppend(&out, BundleText(bundle, terminal), FindingsOf(inspection, &bundle, verbose, terminal),
                    "\n");
  }
  return out + Counts(inspection);
}

}  // namespace holdfast::bundle
