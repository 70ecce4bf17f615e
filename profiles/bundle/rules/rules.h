// The groups of rules. Each has its texts and its check in one file. Checks are pure.
#pragma once

#include "profiles/bundle/context.h"
#include "profiles/lint/rule.h"

namespace holdfast::bundle {

// Folders, names and property lists.
const lint::RuleGroup& LayoutRules();
void CheckTree(Context& context);
void CheckLayout(Context& context, const Bundle& bundle);
// Versions of bundles and of macOS, platforms and architectures.
const lint::RuleGroup& VersionRules();
void CheckVersions(Context& context, const Bundle& bundle);
// Kinds of providers and how they are packaged.
const lint::RuleGroup& ProviderRules();
void CheckProviders(Context& context, const Bundle& bundle);
// How an app and its extension talk, and what they share.
const lint::RuleGroup& ServiceRules();
void CheckServices(Context& context, const Bundle& bundle);
const lint::RuleGroup& EntitlementRules();
void CheckEntitlements(Context& context, const Bundle& bundle);
const lint::RuleGroup& ProvisioningRules();
void CheckProvisioning(Context& context, const Bundle& bundle);
const lint::RuleGroup& SignatureRules();
void CheckSignature(Context& context, const Bundle& bundle);
// Libraries and where dyld looks for them.
const lint::RuleGroup& LoadingRules();
void CheckLoading(Context& context, const Bundle& bundle);

}  // namespace holdfast::bundle
