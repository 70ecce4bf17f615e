#include "profiles/bundle/inspect.h"

#include <algorithm>
#include <array>
#include <utility>

#include "absl/status/status.h"
#include "absl/strings/str_cat.h"
#include "base/error.h"
#include "profiles/bundle/context.h"
#include "profiles/bundle/read.h"
#include "profiles/bundle/rules/rules.h"
#include "profiles/bundle/tree.h"

namespace holdfast::bundle {
namespace {

// A bundle of which nothing can be read has no program, no keys and no providers: what is missing follows.
bool IsReadable(const Bundle& bundle) {
  return bundle.info_trouble.empty();
}

}  // namespace

absl::StatusOr<Inspection> Inspect(const std::string& path, const Options& options) {
  HOLDFAST_ASSIGN_OR_RETURN(const Tree tree, Tree::Read(path));
  Inspection out;
  out.bundles = ReadBundles(tree);
  if (out.bundles.empty()) {
    return absl::InvalidArgumentError(
        absl::StrCat("inspecting ", path,
                     ": no app, extension or framework is in it; give the folder of one, or that "
                     "of an expanded package (`pkgutil --expand-full`)"));
  }
  Context context(tree, out.bundles, options);
  CheckTree(context);
  for (const Bundle& bundle : out.bundles) {
    CheckLayout(context, bundle);
    if (!IsReadable(bundle)) continue;
    CheckVersions(context, bundle);
    CheckProviders(context, bundle);
    CheckServices(context, bundle);
    CheckEntitlements(context, bundle);
    CheckProvisioning(context, bundle);
    CheckSignature(context, bundle);
    CheckLoading(context, bundle);
  }
  out.findings = context.Take();
  std::sort(out.findings.begin(), out.findings.end(), lint::ReadsBefore);
  return out;
}

absl::Span<const lint::RuleGroup* const> RuleGroups() {
  static const std::array kGroups = {&LayoutRules(),    &VersionRules(),     &ProviderRules(),
                                     &ServiceRules(),   &EntitlementRules(), &ProvisioningRules(),
                                     &SignatureRules(), &LoadingRules()};
  return kGroups;
}

}  // namespace holdfast::bundle
