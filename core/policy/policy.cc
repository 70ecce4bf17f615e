#include "core/policy/policy.h"

#include "absl/strings/str_split.h"
#include "core/policy/published_hosts.h"

namespace holdfast {

absl::string_view EnforcementModeName(EnforcementMode mode) {
  switch (mode) {
    case EnforcementMode::kOff:
      return "off";
    case EnforcementMode::kAudit:
      return "audit";
    case EnforcementMode::kEnforce:
      return "enforce";
  }
  return "unknown";
}

bool ServiceMatch::Matches(const ServiceFacts& service) const {
  if (!interface_name.empty()) return false;  // an interface is not a configuration
  const bool any = identifier || !name.empty() || !payload_identifier.empty() ||
                   !provider_bundle_identifier.empty() || type;
  return any && (!identifier || *identifier == service.id) && (name.empty() || name == service.name) &&
         (payload_identifier.empty() || payload_identifier == service.payload_identifier) &&
         (provider_bundle_identifier.empty() || provider_bundle_identifier == service.provider_bundle_id) &&
         (!type || *type == service.type);
}

FailureAction OnFailure::For(FailureCause cause) const {
  switch (cause) {
    case FailureCause::kAuthentication:
      return authentication;
    case FailureCause::kCertificate:
      return certificate;
    case FailureCause::kNoNetwork:
      return no_network;
    case FailureCause::kServerUnreachable:
      return server_unreachable;
    case FailureCause::kConfigurationGone:
      return configuration_removed;
    default:
      return other;
  }
}

std::vector<Endpoint> PublishedHosts() {
  std::vector<Endpoint> hosts;
  const absl::string_view items = kPublishedHosts.substr(1, kPublishedHosts.size() - 2);
  for (const absl::string_view item : absl::StrSplit(items, ", ")) {
    if (Endpoint host; ParseEndpoint(item, &host)) hosts.push_back(std::move(host));
  }
  return hosts;
}

}  // namespace holdfast
