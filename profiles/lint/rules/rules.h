// The groups of rules. Each has its texts and its check in one file. Checks are pure.
#pragma once

#include <memory>
#include <vector>

#include "absl/types/span.h"
#include "profiles/lint/context.h"

namespace holdfast::lint {

// The reference of what is known from no document.
inline constexpr char kDecompiled[] =
    "Read off the decompiled NetworkExtension framework by others; unverified on a Mac";

// All files of one Mac.
using Fleet = std::vector<std::unique_ptr<FileView>>;

// A provider's designated requirement, for any payload that has one; of the VPN rules.
void CheckRequirement(const PayloadView& payload, const Spot& spot, absl::string_view provider,
                      absl::string_view text, Sink& sink);

// Of one file.
const RuleGroup& FormRules();
void CheckForm(const FileView& file, Sink& sink);
const RuleGroup& SignatureRules();
void CheckSignature(const FileView& file, Sink& sink);
const RuleGroup& EnvelopeRules();
void CheckEnvelope(const FileView& file, Sink& sink);
const RuleGroup& DeliveryRules();
void CheckDelivery(const FileView& file, Sink& sink);
const RuleGroup& KeyRules();
void CheckKeys(const FileView& file, Sink& sink);
const RuleGroup& VpnRules();
void CheckVpn(const FileView& file, Sink& sink);
const RuleGroup& Ikev2Rules();
void CheckIkev2(const FileView& file, Sink& sink);
const RuleGroup& RoutingRules();
void CheckRouting(const FileView& file, Sink& sink);
const RuleGroup& OnDemandRules();
void CheckOnDemand(const FileView& file, Sink& sink);
const RuleGroup& FilterRules();
void CheckFilters(const FileView& file, Sink& sink);
const RuleGroup& DnsRules();
void CheckDns(const FileView& file, Sink& sink);
const RuleGroup& ExtensionRules();
void CheckExtensions(const FileView& file, Sink& sink);
const RuleGroup& SecretRules();
void CheckSecrets(const FileView& file, Sink& sink);

// Of declarations: each alone, and beside the profiles of the same Mac.
const RuleGroup& DeclarationRules();
void CheckDeclaration(const FileView& file, Sink& sink);
void CheckDeclarationsBesideProfiles(const Fleet& fleet, Sink& sink);

// Of transparent proxies: each alone, and all of a Mac.
const RuleGroup& ProxyRules();
void CheckProxies(const FileView& file, Sink& sink);
void CheckProxyOrder(const Fleet& fleet, Sink& sink);

// Of all files of one Mac.
const RuleGroup& FleetRules();
void CheckIdentities(const Fleet& fleet, Sink& sink);
const RuleGroup& AllowanceRules();
void CheckAllowances(const Fleet& fleet, Sink& sink);
const RuleGroup& CompanyRules();
void CheckCompany(const Fleet& fleet, Sink& sink);

}  // namespace holdfast::lint
