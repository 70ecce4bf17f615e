#include "agent/ctl/explain_facts.h"

#include <algorithm>
#include <utility>

#include "absl/strings/numbers.h"

namespace holdfast::ctl {
namespace {

template <class Enum, class Name>
Enum Named(Name name_of, const std::string& name, int last) {
  for (int i = 0; i <= last; ++i) {
    if (name_of(static_cast<Enum>(i)) == name) return static_cast<Enum>(i);
  }
  return static_cast<Enum>(0);
}

FlowService ServiceOf(const v1::LocalService& from) {
  FlowService out;
  ServiceFacts& facts = out.facts;
  if (const auto id = Uuid::Parse(from.service_id()); id.ok()) facts.id = *id;
  facts.name = from.name();
  facts.type =
      Named<ServiceType>(ServiceTypeName, from.type(), static_cast<int>(ServiceType::kTransparentProxy));
  facts.provider_bundle_id = from.provider_bundle_id();
  facts.enabled = from.enabled();
  facts.on_demand = from.on_demand();
  // Invalid is what a service is before its back end has told anything.
  const auto status =
      Named<SessionStatus>(SessionStatusName, from.status(), static_cast<int>(SessionStatus::kDisconnecting));
  if (status != SessionStatus::kInvalid) out.status = status;
  if (from.has_include_all_networks()) out.include_all_networks = from.include_all_networks();
  if (from.has_enforce_routes()) out.enforce_routes = from.enforce_routes();
  return out;
}

ProxyFacts ProxyOf(const v1::LocalProxy& from) {
  ProxyFacts out{from.bundle_id(), from.name(), from.profile_identifier(), OrderState::kMissing, 0};
  if (absl::SimpleAtoi(from.order(), &out.order)) out.order_state = OrderState::kValid;
  return out;
}

FilterFacts FilterOf(const v1::LocalFilter& from) {
  FilterFacts out;
  out.bundle_id = from.bundle_id();
  out.name = from.name();
  out.grade = from.grade();
  out.enabled = from.enabled();
  if (from.running() != "unknown") out.running = from.running() == "yes";
  return out;
}

NetworkFacts NetworkOf(const v1::LocalNetwork& from) {
  NetworkFacts out;
  out.route_v4 = from.route_v4();
  out.route_v6 = from.route_v6();
  for (const v1::LocalInterface& interface : from.interfaces()) {
    out.interfaces.push_back({interface.name(), interface.up(), interface.tunnel()});
  }
  return out;
}

FlowService ServiceOf(const parse::NeConfiguration& from) {
  FlowService out;
  out.facts = *from.service;
  out.per_app = from.per_app;
  if (from.per_app) out.apps = from.app_rules;
  out.exempt_apps = from.exempt_apps;
  out.include_all_networks = from.posture->include_all_networks;
  out.enforce_routes = from.posture->enforce_routes;
  out.exclude_local_networks = from.exclude_local_networks;
  out.exclude_apns = from.exclude_apns;
  out.rules = from.on_demand_rules;
  out.match_domains = from.match_domains;
  return out;
}

}  // namespace

FlowFacts FactsOf(const v1::GetStatusResponse& status) {
  FlowFacts out;
  out.sources = {"holdfastd"};
  for (const v1::LocalService& service : status.services()) {
    // A rule without a configuration is listed too.
    if (!service.service_id().empty()) out.services.push_back(ServiceOf(service));
  }
  for (const v1::LocalProxy& proxy : status.proxies()) out.proxies.push_back(ProxyOf(proxy));
  for (const v1::LocalFilter& filter : status.filters()) out.filters.push_back(FilterOf(filter));
  if (status.has_network()) out.network = NetworkOf(status.network());
  if (status.has_dns_proxies()) {
    out.dns_proxies.emplace();
    for (const v1::LocalDnsProxy& proxy : status.dns_proxies().proxies()) {
      out.dns_proxies->push_back({proxy.bundle_id(), proxy.name(), "", proxy.enabled()});
    }
  }
  return out;
}

FlowFacts FactsOf(const parse::NePreferences& preferences, const std::string& source) {
  FlowFacts out;
  out.sources = {source};
  out.dns_proxies.emplace();
  for (const parse::NeConfiguration& configuration : preferences.configurations) {
    if (configuration.service) out.services.push_back(ServiceOf(configuration));
    if (configuration.filter) out.filters.push_back(*configuration.filter);
    if (configuration.dns_proxy) out.dns_proxies->push_back(*configuration.dns_proxy);
  }
  return out;
}

void AddRules(FlowFacts file, FlowFacts& daemon) {
  for (FlowService& told : file.services) {
    const auto known = std::find_if(daemon.services.begin(), daemon.services.end(),
                                    [&](const FlowService& s) { return s.facts.id == told.facts.id; });
    if (known == daemon.services.end()) {
      daemon.services.push_back(std::move(told));
      continue;
    }
    told.facts = known->facts;
    told.status = known->status;
    if (known->include_all_networks) told.include_all_networks = known->include_all_networks;
    if (known->enforce_routes) told.enforce_routes = known->enforce_routes;
    *known = std::move(told);
  }
  if (!daemon.dns_proxies) daemon.dns_proxies = std::move(file.dns_proxies);
  daemon.sources.insert(daemon.sources.end(), file.sources.begin(), file.sources.end());
}

}  // namespace holdfast::ctl
