#include "core/engine/coverage.h"

#include <algorithm>
#include <utility>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "core/engine/gate.h"
#include "core/engine/graces.h"
#include "core/engine/trust.h"

namespace holdfast::engine {
namespace {

using Is = CoverageView::Is;

// Routes and resolvers follow the session's own word with this delay at most.
constexpr absl::Duration kFollows = absl::Seconds(5);

// What of the facts is written down: nothing that tells where the Mac is.
NetworkFacts Recorded(NetworkFacts facts) {
  facts.search_domains.clear();
  facts.gateway_mac.clear();
  facts.ssid.clear();
  return facts;
}

// Where there is no way at all, nothing leaves beside the tunnel.
CoverageView OfRoute(const NetworkFacts& facts, absl::string_view family, const std::string& route) {
  if (route.empty() || IsTunnel(facts, route)) return {};
  return {Is::kMissing, absl::StrCat(family, " leaves by ", route, ", beside the tunnel."), {}};
}

CoverageView OfResolvers(const NetworkFacts& facts) {
  for (const ResolverFacts& resolver : facts.resolvers) {
    if (resolver.interface_name.empty() || IsTunnel(facts, resolver.interface_name)) continue;
    if (absl::StartsWith(resolver.interface_name, "lo")) {
      return {Is::kUnknown,
              absl::StrCat("Whom the local resolver ", resolver.address, " asks is not known."),
              {}};
    }
    return {Is::kMissing,
            absl::StrCat("Resolver ", resolver.address, " is asked by ", resolver.interface_name,
                         ", beside the tunnel."),
            {}};
  }
  return {};
}

// A connected service that no rule names, or more tunnels than there are known causes for.
CoverageView OfUnmanaged(const Core& core) {
  size_t known = 0;
  for (const auto& [id, service] : core.services) {
    if (service.phase != Phase::kUp) continue;
    ++known;
    if (service.rule >= 0 || service.facts.type == ServiceType::kTransparentProxy) continue;
    return {Is::kMissing, absl::StrCat(NameOf(service), " is connected and no rule names it."), {}};
  }
  std::vector<std::string> tunnels;
  for (const InterfaceFacts& interface : core.network.interfaces) {
    const auto& rules = core.policy->services;
    const bool named = std::any_of(rules.begin(), rules.end(), [&](const ServiceRule& rule) {
      return rule.match.interface_name == interface.name;
    });
    if (interface.up && interface.tunnel && !named) tunnels.push_back(interface.name);
  }
  if (tunnels.size() <= known) return {};
  return {Is::kMissing,
          absl::StrCat(tunnels.size(), " tunnels are up (", absl::StrJoin(tunnels, ", "), ") and only ",
                       known, known == 1 ? " service is connected." : " services are connected."),
          {}};
}

CoverageView OfRelay(const NetworkFacts& facts) {
  if (!facts.private_relay) return {Is::kUnknown, "Whether Private Relay is on cannot be told here.", {}};
  return *facts.private_relay ? CoverageView{Is::kMissing, "Private Relay is on.", {}} : CoverageView{};
}

CoverageView Of(const Core& core, CoverageItem item) {
  switch (item) {
    case CoverageItem::kDefaultRouteIpv4:
      return OfRoute(core.network, "IPv4", core.network.route_v4);
    case CoverageItem::kDefaultRouteIpv6:
      return OfRoute(core.network, "IPv6", core.network.route_v6);
    case CoverageItem::kResolvers:
      return OfResolvers(core.network);
    case CoverageItem::kNoUnmanagedVpn:
      return OfUnmanaged(core);
    case CoverageItem::kNoPrivateRelay:
      return OfRelay(core.network);
  }
  return {};
}

// The worst of all items: what is missing counts before what is unknown.
CoverageView Worst(const Core& core) {
  if (!core.network_known) return {Is::kUnknown, "Routes and resolvers have not been told yet.", {}};
  CoverageView worst;
  for (const CoverageItem item : core.policy->coverage) {
    CoverageView view = Of(core, item);
    if (view.is > worst.is) worst = std::move(view);
  }
  return worst;
}

}  // namespace

void OnNetwork(Core& core, Turn& turn, const NetworkFacts& facts) {
  if (core.network_known && facts == core.network) return;
  const bool was_known = std::exchange(core.network_known, true);
  const NetworkFacts before = std::exchange(core.network, facts);
  if (!was_known || Recorded(before) != Recorded(facts)) turn.Row(Recorded(facts));
  if (was_known && (before.route_v4 != facts.route_v4 || before.route_v6 != facts.route_v6)) {
    core.incidents.changes().Note(turn.mono(), "routes changed");
  }
  if (before.search_domains != facts.search_domains || before.gateway_mac != facts.gateway_mac ||
      before.ssid != facts.ssid || before.resolvers != facts.resolvers) {
    AskBeaconsAnew(core, turn.mono());
  }
}

CoverageView Coverage(const Core& core, const Service& service, MonoTime now) {
  if (core.policy->coverage.empty()) return {};
  CoverageView view = Worst(core);
  const MonoTime settled = service.up_since.value_or(now) + kFollows;
  if (view.is == Is::kMissing && now < settled) {
    view.is = Is::kUnknown;
    view.until = settled;
  }
  return view;
}

void ReviewCoverage(Core& core, Turn& turn, const Service& service) {
  const bool up = service.required && service.phase == Phase::kUp;
  const CoverageView view = up ? Coverage(core, service, turn.mono()) : CoverageView{};
  turn.WakeAt(view.until);
  if (view.is != Is::kMissing) {
    if (view.is == Is::kFull) {
      core.incidents.Close(turn, "coverage_missing", service.id_text,
                           up ? "it carries what it must" : "it is not connected any more");
    }
    return;
  }
  if (ActiveGrace(core, turn.mono())) return;
  core.incidents.Open(turn, "coverage_missing", service.id_text,
                      absl::StrCat(NameOf(service), " is connected, but not all goes through it: ", view.why),
                      absl::StrCat("route_v4=", core.network.route_v4, "; route_v6=", core.network.route_v6));
}

Observed Observe(const Core& core, const ServiceRule& rule) {
  if (!core.network_known) return Observed::kUnknown;
  const InterfaceFacts* interface = FindInterface(core.network, rule.match.interface_name);
  return interface != nullptr && interface->up ? Observed::kUp : Observed::kDown;
}

std::string ExplainObserved(const Core& core, const ServiceRule& rule) {
  const std::string& name = rule.match.interface_name;
  const Observed is = Observe(core, rule);
  if (is == Observed::kUnknown)
    return absl::StrCat("Interface ", name, " is only observed; nothing is known of it yet.");
  if (is == Observed::kDown) {
    return absl::StrCat("Interface ", name, " is not up. It is only observed: Holdfast cannot start it.");
  }
  std::vector<std::string> carries;
  if (core.network.route_v4 == name) carries.push_back("IPv4");
  if (core.network.route_v6 == name) carries.push_back("IPv6");
  for (const ResolverFacts& resolver : core.network.resolvers) {
    if (resolver.interface_name == name) carries.push_back(absl::StrCat("resolver ", resolver.address));
  }
  return absl::StrCat("Interface ", name, " is up",
                      carries.empty() ? " and carries no default route"
                                      : absl::StrCat(" and carries ", absl::StrJoin(carries, ", ")),
                      ". It is only observed: what it protects is its vendor's word.");
}

}  // namespace holdfast::engine
