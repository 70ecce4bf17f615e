// Which service, filter or proxy would carry one program's traffic to one destination, as far as it follows
// from configurations, routes and states of sessions, and what does not follow from them. A reading of what
// is written down, not a question to macOS. Pure; thread-safe.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "core/facts.h"
#include "core/system_facts.h"

namespace holdfast {

struct Flow {
  std::string app;   // a bundle (or signing) identifier, or an absolute path
  std::string host;  // a name in lower case, without a dot at its end, or an address without brackets
  std::optional<uint16_t> port;
  friend bool operator==(const Flow&, const Flow&) = default;
};

// `destination` is HOST, HOST:PORT, an address, or [IPV6]:PORT. INVALID_ARGUMENT says what is wrong with it.
absl::StatusOr<Flow> MakeFlow(absl::string_view app, absl::string_view destination);

// A rule of a per-app VPN.
struct AppRule {
  std::string identifier;  // of the code signature; empty: by path
  std::string path;
  std::vector<std::string> domains;  // empty: every destination
  friend bool operator==(const AppRule&, const AppRule&) = default;
};

// What On Demand does when names are asked for, of a rule "evaluate".
struct DomainRule {
  std::vector<std::string> domains;
  bool connects = false;  // if needed; else never
  friend bool operator==(const DomainRule&, const DomainRule&) = default;
};

struct OnDemandRule {
  std::string action;                   // "connect", "disconnect", "evaluate", "ignore"
  std::vector<std::string> conditions;  // about the network; none: it always matches
  std::vector<DomainRule> domains;      // of "evaluate"
  friend bool operator==(const OnDemandRule&, const OnDemandRule&) = default;
};

// A VPN service and what its configuration says of traffic. Nothing where it is not known.
struct FlowService {
  ServiceFacts facts;
  std::optional<SessionStatus> status;
  bool per_app = false;
  std::optional<std::vector<AppRule>> apps;  // of a per-app VPN
  std::vector<std::string> exempt_apps;      // identifiers it does not carry
  std::optional<bool> include_all_networks, enforce_routes;
  std::optional<bool> exclude_local_networks, exclude_apns;
  std::optional<std::vector<OnDemandRule>> rules;  // in their order
  std::vector<std::string> match_domains;          // asked at its resolvers while it is connected
};

struct FlowFacts {
  std::vector<std::string> sources;  // "holdfastd", a file
  std::vector<FlowService> services;
  std::vector<ProxyFacts> proxies;  // their declared order, where it is known
  std::vector<FilterFacts> filters;
  std::optional<std::vector<DnsProxyFacts>> dns_proxies;
  std::optional<NetworkFacts> network;
};

// What takes part, in the order in which it is told: the name is asked for, filters look, somebody carries.
enum class FlowLayer : uint8_t { kDns, kFilter, kPerApp, kProxy, kTunnel, kOnDemand, kNetwork };
absl::string_view FlowLayerName(FlowLayer layer);  // "on demand"

enum class FlowPart : uint8_t {
  kCarries,   // it takes the traffic
  kMayCarry,  // it takes it, or not: the reason says what it depends on
  kSees,      // it looks and carries nothing itself
  kMaySee,
  kWouldStart,  // it is not connected, and this traffic starts it
  kMayStart,
  kNot,
};
absl::string_view FlowPartName(FlowPart part);  // "may carry"

struct FlowStep {
  FlowLayer layer = FlowLayer::kNetwork;
  FlowPart part = FlowPart::kNot;
  std::string name;    // the service's, the filter's; "en0"
  std::string why;     // "IncludeAllNetworks is on and it is connected"
  std::string source;  // what it is derived from: "its configuration", "the routes"
  friend bool operator==(const FlowStep&, const FlowStep&) = default;
};

struct FlowAnswer {
  std::string carrier;   // one sentence
  bool certain = false;  // nothing that is not known could change the carrier
  std::vector<FlowStep> steps;
  std::vector<std::string> unknown;  // sentences
};

FlowAnswer ExplainFlow(const Flow& flow, const FlowFacts& facts);

}  // namespace holdfast
