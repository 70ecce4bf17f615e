#include "absl/algorithm/container.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "core/flow/destination.h"
#include "core/flow/flow.h"
#include "core/flow/on_demand.h"

namespace holdfast {
namespace {

constexpr char kConfiguration[] = "its configuration";
constexpr char kSession[] = "its configuration and its state";
constexpr char kRoutes[] = "the routes";

bool IsProxy(const FlowService& service) {
  return service.facts.type == ServiceType::kTransparentProxy;
}
bool IsUp(SessionStatus status) {
  return status == SessionStatus::kConnected || status == SessionStatus::kReasserting;
}

class Explanation {
 public:
  Explanation(const Flow& flow, const FlowFacts& facts) : flow_(flow), facts_(facts) {}
  FlowAnswer Make();

 private:
  void Add(FlowLayer layer, FlowPart part, const std::string& name, std::string why, std::string source) {
    out_.steps.push_back({layer, part, name, std::move(why), std::move(source)});
  }
  void Unknown(std::string what) { out_.unknown.push_back(std::move(what)); }

  void AskName();
  void LookThroughFilters();
  void GoPerApp();
  bool GoPerApp(const FlowService& service);
  void GoThroughProxies();
  void GoThroughProxy(const FlowService& service);
  void TellOrder();
  void GoThroughTunnels();
  FlowStep Tunnel(const FlowService& service) const;
  FlowStep Route(const FlowService& service) const;
  void StartOnDemand();
  void UseNetwork();
  void Conclude();
  std::vector<std::string> Rivals() const;
  std::string Carrier() const;

  std::vector<std::string> Names(FlowLayer layer, FlowPart part) const;
  bool Any(FlowLayer layer, FlowPart part) const { return !Names(layer, part).empty(); }
  // The interface of the default route for this destination; empty: none, or not known.
  std::string DefaultRoute() const {
    if (!facts_.network) return "";
    return IsIpv6(flow_.host) ? facts_.network->route_v6 : facts_.network->route_v4;
  }
  bool DefaultIsTunnel() const { return facts_.network && IsTunnel(*facts_.network, DefaultRoute()); }

  const Flow& flow_;
  const FlowFacts& facts_;
  FlowAnswer out_;
  std::vector<std::string> whole_;  // tunnels that would take everything, if they are connected
};

FlowAnswer Explanation::Make() {
  if (IsLoopback(flow_.host)) {
    out_.carrier = "it does not leave this Mac: the destination is the Mac itself";
    out_.certain = true;
    return std::move(out_);
  }
  AskName();
  LookThroughFilters();
  GoPerApp();
  // A per-app VPN takes its programs' traffic whole.
  if (!Any(FlowLayer::kPerApp, FlowPart::kCarries)) {
    GoThroughProxies();
    GoThroughTunnels();
    StartOnDemand();
    UseNetwork();
  }
  Conclude();
  return std::move(out_);
}

void Explanation::AskName() {
  if (!IsName(flow_.host)) return;
  if (!facts_.dns_proxies) {
    Unknown("whether a DNS proxy is installed");
  } else {
    for (const DnsProxyFacts& proxy : *facts_.dns_proxies) {
      Add(FlowLayer::kDns, proxy.enabled ? FlowPart::kSees : FlowPart::kNot, proxy.name,
          proxy.enabled ? "a DNS proxy is asked for every program's names" : "it is disabled",
          kConfiguration);
    }
  }
  for (const FlowService& service : facts_.services) {
    if (!service.facts.enabled || !InAnyDomain(flow_.host, service.match_domains)) continue;
    const bool down = service.status && !IsUp(*service.status);
    Add(FlowLayer::kDns,
        down             ? FlowPart::kNot
        : service.status ? FlowPart::kSees
                         : FlowPart::kMaySee,
        service.facts.name,
        absl::StrCat("names in ", absl::StrJoin(service.match_domains, ", "),
                     " are asked at its resolvers while it is connected", down ? ", which it is not" : ""),
        service.status ? kSession : kConfiguration);
  }
}

void Explanation::LookThroughFilters() {
  bool firewall = false, inspector = false, same = false;
  for (const FilterFacts& filter : facts_.filters) {
    const std::string what =
        absl::StrCat("a content filter", filter.grade.empty() ? "" : " of the grade ", filter.grade,
                     filter.sockets && filter.packets ? " for sockets and packets"
                     : filter.packets                 ? " for packets"
                                                      : "");
    if (!filter.enabled) {
      Add(FlowLayer::kFilter, FlowPart::kNot, filter.name, "it is disabled", kConfiguration);
    } else if (IsApp(flow_, filter.bundle_id)) {
      Add(FlowLayer::kFilter, FlowPart::kNot, filter.name, "a provider's own traffic does not pass itself",
          kConfiguration);
    } else if (filter.running == false) {
      Add(FlowLayer::kFilter, FlowPart::kMaySee, filter.name,
          absl::StrCat(what, ", enabled and without a process"), "the processes");
      Unknown(absl::StrCat("what macOS does with traffic while '", filter.name, "' has no process"));
    } else {
      Add(FlowLayer::kFilter, FlowPart::kSees, filter.name,
          absl::StrCat(what, ": it lets traffic pass or drops it, by rules of its own that cannot be read"),
          kConfiguration);
      bool& before = filter.grade == "inspector" ? inspector : firewall;
      same = same || before;
      before = true;
    }
  }
  if (same) Unknown("which of two filters of one grade looks first: macOS does not define it");
}

// Whether the rule is about this program, and this destination.
enum class Match { kNo, kProgramOnly, kYes };
Match MatchOf(const Flow& flow, const AppRule& rule) {
  const bool program = IsApp(flow, rule.identifier) || (!rule.path.empty() && rule.path == flow.app);
  if (!program) return Match::kNo;
  return rule.domains.empty() || InAnyDomain(flow.host, rule.domains) ? Match::kYes : Match::kProgramOnly;
}

bool Explanation::GoPerApp(const FlowService& service) {
  Match best = Match::kNo;
  for (const AppRule& rule : *service.apps) best = std::max(best, MatchOf(flow_, rule));
  if (best == Match::kNo) return false;
  const std::string& name = service.facts.name;
  if (!service.facts.enabled) {
    Add(FlowLayer::kPerApp, FlowPart::kNot, name, "it is for this program, and disabled", kConfiguration);
  } else if (best == Match::kProgramOnly) {
    Add(FlowLayer::kPerApp, FlowPart::kNot, name, "it is for this program, and for other destinations",
        kConfiguration);
  } else if (service.status && !IsUp(*service.status) && !service.facts.on_demand) {
    Add(FlowLayer::kPerApp, FlowPart::kNot, name,
        absl::StrCat("it is for this program, and ", SessionStatusName(*service.status)), kSession);
  } else {
    const bool up = service.status && IsUp(*service.status);
    Add(FlowLayer::kPerApp, up || service.facts.on_demand ? FlowPart::kCarries : FlowPart::kMayCarry, name,
        absl::StrCat("a rule of this per-app VPN names the program",
                     up                        ? ""
                     : service.facts.on_demand ? "; it is started when it is not connected"
                                               : ", while it is connected"),
        service.status ? kSession : kConfiguration);
  }
  return true;
}

void Explanation::GoPerApp() {
  for (const FlowService& service : facts_.services) {
    if (!service.per_app) continue;
    if (!service.apps) {
      Unknown(absl::StrCat("which programs the per-app VPN '", service.facts.name, "' is for"));
    } else if (!GoPerApp(service) && flow_.app.front() == '/') {
      Unknown(absl::StrCat("whether '", service.facts.name,
                           "' is for the program at that path: its rules name identifiers"));
    }
  }
}

void Explanation::GoThroughProxies() {
  for (const FlowService& service : facts_.services) {
    if (IsProxy(service) && !service.per_app) GoThroughProxy(service);
  }
  TellOrder();
}

void Explanation::GoThroughProxy(const FlowService& service) {
  const ServiceFacts& facts = service.facts;
  if (!facts.enabled) {
    Add(FlowLayer::kProxy, FlowPart::kNot, facts.name, "it is disabled", kConfiguration);
  } else if (IsApp(flow_, facts.provider_bundle_id)) {
    Add(FlowLayer::kProxy, FlowPart::kNot, facts.name, "a provider's own traffic does not pass itself",
        kConfiguration);
  } else if (service.status && !IsUp(*service.status)) {
    Add(FlowLayer::kProxy, FlowPart::kNot, facts.name,
        absl::StrCat("it is ", SessionStatusName(*service.status)), kSession);
  } else {
    Add(FlowLayer::kProxy, FlowPart::kMayCarry, facts.name,
        absl::StrCat(
            service.status ? "" : "while it runs: ",
            "a transparent proxy takes what its provider asked macOS for, and of that what it likes"),
        service.status ? kSession : kConfiguration);
  }
}

void Explanation::TellOrder() {
  const std::vector<std::string> may = Names(FlowLayer::kProxy, FlowPart::kMayCarry);
  if (may.empty()) return;
  Unknown(
      "which destinations a transparent proxy asked for, and what it bypasses: that lies in its provider");
  if (may.size() < 2) return;
  std::vector<std::string> declared;
  for (const ProxyFacts& proxy : facts_.proxies) {
    declared.push_back(absl::StrCat(
        proxy.name, " (",
        proxy.order_state == OrderState::kValid ? absl::StrCat("Order ", proxy.order) : "no valid Order",
        ")"));
  }
  Unknown(absl::StrCat(
      "which transparent proxy sees the traffic first: the effective order cannot be read; declared is ",
      declared.empty() ? "not known" : absl::StrJoin(declared, ", ")));
}

void Explanation::GoThroughTunnels() {
  for (const FlowService& service : facts_.services) {
    if (IsProxy(service) || service.per_app) continue;
    out_.steps.push_back(Tunnel(service));
    if (out_.steps.back().part == FlowPart::kMayCarry && service.include_all_networks == true) {
      whole_.push_back(absl::StrCat("'", service.facts.name, "'"));
    }
  }
}

FlowStep Explanation::Tunnel(const FlowService& service) const {
  const std::string& name = service.facts.name;
  const std::string source = service.status ? kSession : kConfiguration;
  const std::string when = service.status ? "it is connected" : "while it is connected";
  const auto step = [&](FlowPart part, std::string why) {
    return FlowStep{FlowLayer::kTunnel, part, name, std::move(why), source};
  };
  if (!service.facts.enabled) return step(FlowPart::kNot, "it is disabled");
  if (service.status && !IsUp(*service.status))
    return step(FlowPart::kNot, absl::StrCat("it is ", SessionStatusName(*service.status)));
  if (IsApp(flow_, service.facts.provider_bundle_id))
    return step(FlowPart::kNot, "a provider's own traffic does not pass itself");
  for (const std::string& app : service.exempt_apps) {
    if (IsApp(flow_, app)) return step(FlowPart::kNot, "the program is one of its exceptions");
  }
  if (service.include_all_networks != true) return Route(service);
  // Apple's defaults for a Mac: local networks inside, push notifications outside.
  if (IsPush(flow_.host) && service.exclude_apns.value_or(true)) {
    return step(FlowPart::kNot,
                "IncludeAllNetworks is on, and push notifications stay outside (ExcludeAPNs)");
  }
  if (IsLocal(flow_.host) && service.exclude_local_networks.value_or(false)) {
    return step(FlowPart::kNot,
                "IncludeAllNetworks is on, and local networks stay outside (ExcludeLocalNetworks)");
  }
  return step(service.status ? FlowPart::kCarries : FlowPart::kMayCarry,
              absl::StrCat("IncludeAllNetworks is on: everything passes it ",
                           service.status ? absl::StrCat("and ", when) : when));
}

// Without IncludeAllNetworks the routes decide. Of those only the default one is known, and of that only the
// interface.
FlowStep Explanation::Route(const FlowService& service) const {
  const std::string route = DefaultRoute();
  FlowStep step{FlowLayer::kTunnel, FlowPart::kMayCarry, service.facts.name, "", kRoutes};
  const std::string enforced =
      service.enforce_routes == true ? " (EnforceRoutes: no other interface takes them)" : "";
  const auto up = [](const FlowService& s) {
    return s.status && IsUp(*s.status) && !s.per_app && !IsProxy(s);
  };
  const auto connected = absl::c_count_if(facts_.services, up);
  if (!service.status || !facts_.network) {
    step.why =
        absl::StrCat("it carries the destinations that its routes name while it is connected", enforced);
    step.source = kConfiguration;
  } else if (DefaultIsTunnel() && connected == 1 && !IsLocal(flow_.host)) {
    step.part = FlowPart::kCarries;
    step.why =
        absl::StrCat("the default route is by ", route, ", a tunnel, and no other tunnel is connected");
  } else if (DefaultIsTunnel()) {
    step.why = absl::StrCat("the default route is by ", route, ", a tunnel",
                            connected > 1 ? "; whose, of those that are connected, is not known"
                                          : ", and a local destination may have a route of its own");
  } else {
    step.why =
        absl::StrCat("it is connected, and the default route is by ", route.empty() ? "nothing" : route,
                     ": it carries the destinations that its routes name", enforced);
  }
  return step;
}

void Explanation::StartOnDemand() {
  for (const FlowService& service : facts_.services) {
    if (service.per_app || !service.facts.enabled || !service.facts.on_demand) continue;
    if (service.status && *service.status != SessionStatus::kDisconnected) continue;
    FlowStep step = OnDemandFor(flow_, service);
    if (!service.status && step.part == FlowPart::kWouldStart)
      step.why = absl::StrCat("if it is not connected: ", step.why);
    out_.steps.push_back(std::move(step));
  }
}

void Explanation::UseNetwork() {
  if (!facts_.network) {
    Unknown("the routes and the state of the network: only the daemon knows them");
    return;
  }
  Unknown("routes to single destinations: only the default route's interface is known");
  const std::string route = DefaultRoute();
  if (route.empty()) {
    Add(FlowLayer::kNetwork, FlowPart::kNot, "no network", "there is no default route", kRoutes);
  } else if (!DefaultIsTunnel()) {
    Add(FlowLayer::kNetwork, FlowPart::kCarries, route, "the default route, for what nothing above takes",
        kRoutes);
  }
}

std::vector<std::string> Explanation::Names(FlowLayer layer, FlowPart part) const {
  std::vector<std::string> out;
  for (const FlowStep& step : out_.steps) {
    if (step.layer == layer && step.part == part) out.push_back(absl::StrCat("'", step.name, "'"));
  }
  return out;
}

// What could take the traffic instead.
std::vector<std::string> Explanation::Rivals() const {
  std::vector<std::string> out;
  std::vector<std::string> told;
  const auto add = [&](std::vector<std::string> names, absl::string_view before, absl::string_view after) {
    std::erase_if(names, [&](const std::string& n) { return absl::c_linear_search(told, n); });
    if (names.empty()) return;
    out.push_back(absl::StrCat(before, absl::StrJoin(names, " or "), after));
    told.insert(told.end(), names.begin(), names.end());
  };
  add(Names(FlowLayer::kPerApp, FlowPart::kMayCarry), "the per-app VPN ", " is connected");
  add(Names(FlowLayer::kProxy, FlowPart::kMayCarry), "the transparent proxy ", " takes it first");
  add(whole_, "", " is connected");
  add(Names(FlowLayer::kTunnel, FlowPart::kMayCarry), "it is one of the destinations of ", "");
  add(Names(FlowLayer::kOnDemand, FlowPart::kWouldStart), "On Demand has started ", ", which it does");
  add(Names(FlowLayer::kOnDemand, FlowPart::kMayStart), "On Demand starts ", "");
  return out;
}

std::string Explanation::Carrier() const {
  const auto names = [&](FlowLayer layer) { return absl::StrJoin(Names(layer, FlowPart::kCarries), " or "); };
  if (Any(FlowLayer::kPerApp, FlowPart::kCarries))
    return absl::StrCat("the per-app VPN ", names(FlowLayer::kPerApp));
  if (Any(FlowLayer::kTunnel, FlowPart::kCarries))
    return absl::StrCat("the VPN service ", names(FlowLayer::kTunnel));
  if (Any(FlowLayer::kNetwork, FlowPart::kCarries))
    return absl::StrCat("no VPN: the network itself, by ", DefaultRoute());
  if (Any(FlowLayer::kNetwork, FlowPart::kNot)) return "nothing: there is no route";
  return "no VPN: the network itself";
}

void Explanation::Conclude() {
  const std::vector<std::string> rivals = Rivals();
  out_.carrier = Carrier();
  if (!rivals.empty()) absl::StrAppend(&out_.carrier, ", unless ", absl::StrJoin(rivals, ", or "));
  const bool all_rules =
      absl::c_all_of(facts_.services, [](const FlowService& s) { return !s.per_app || s.apps; });
  out_.certain =
      rivals.empty() && all_rules && (facts_.network || Any(FlowLayer::kPerApp, FlowPart::kCarries));
}

}  // namespace

FlowAnswer ExplainFlow(const Flow& flow, const FlowFacts& facts) {
  return Explanation(flow, facts).Make();
}

}  // namespace holdfast
