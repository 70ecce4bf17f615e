#include "profiles/bundle/output/facts.h"

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "profiles/plist/keys.h"

namespace holdfast::bundle {

using profiles::Authority;
using profiles::CodeSignature;

std::string MinimumOf(const Bundle& bundle) {
  std::string version = plist::Text(bundle.info, "LSMinimumSystemVersion");
  if (version.empty() && !bundle.program.empty() && bundle.program.front().image.platform == "macOS") {
    version = bundle.program.front().image.minimum_os.ToString();
  }
  return version.empty() ? "" : absl::StrCat(version, " and later");
}

std::vector<std::string> Architectures(const Bundle& bundle) {
  std::vector<std::string> out;
  for (const ProgramSlice& slice : bundle.program) out.push_back(slice.image.architecture);
  return out;
}

std::string SignerOf(const Bundle& bundle) {
  const CodeSignature* signature = bundle.Signature();
  if (signature == nullptr) return bundle.program.empty() ? "" : "nobody: not signed";
  if (signature->ad_hoc) return "nobody: signed ad hoc";
  const std::string name =
      signature->certificate ? signature->certificate->common_name : "a certificate that cannot be read";
  return absl::StrCat(name,
                      signature->team_id.empty() ? ", no team" : absl::StrCat(", team ", signature->team_id),
                      signature->hardened_runtime ? ", hardened runtime" : "");
}

std::string SigningOf(const Bundle& bundle) {
  const CodeSignature* signature = bundle.Signature();
  if (signature == nullptr) return "unsigned";
  if (signature->ad_hoc) return "ad-hoc";
  switch (signature->certificate ? signature->certificate->authority : Authority::kUnknown) {
    case Authority::kDeveloperId:
      return "developer-id";
    case Authority::kAppStore:
      return "app-store";
    case Authority::kDevelopment:
      return "development";
    case Authority::kUnknown:
      break;
  }
  return "unknown";
}

std::string MachServiceOf(const Bundle& bundle) {
  const plist::Value* extension = plist::SubDict(bundle.info, "NetworkExtension");
  return extension != nullptr ? plist::Text(*extension, "NEMachServiceName") : "";
}

std::vector<std::string> AppGroupsOf(const Bundle& bundle) {
  return Texts(bundle.Entitlement("com.apple.security.application-groups"));
}

const Bundle* BundleOf(const Inspection& inspection, const lint::Finding& finding) {
  const Bundle* innermost = nullptr;
  for (const Bundle& bundle : inspection.bundles) {
    const bool inside = finding.place.file == bundle.path ||
                        absl::StartsWith(finding.place.file, absl::StrCat(bundle.path, "/"));
    if (inside) innermost = &bundle;
  }
  return innermost;
}

}  // namespace holdfast::bundle
