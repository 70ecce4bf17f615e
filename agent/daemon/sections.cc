#include "agent/daemon/sections.h"

#include <algorithm>
#include <utility>

#include "base/text/json.h"
#include "core/event/time_class.h"

namespace holdfast::agent {
namespace {

std::string Services(const EngineView& view) {
  text::JsonWriter json;
  json.Object().Array("services");
  for (const ServiceView& service : view.services) {
    json.Object()
        .Text("id", service.facts.id.ToString())
        .Text("name", service.facts.name)
        .Text("type", ServiceTypeName(service.facts.type))
        .Text("status", SessionStatusName(service.status))
        .Text("rule", service.rule);
    if (!service.key.empty()) {
      json.Text("key", service.key)
          .Text("class", TimeClassName(service.verdict.time_class))
          .Text("cause", service.verdict.cause)
          .Text("detail", service.verdict.detail);
    }
    json.Bool("circuitOpen", service.circuit_open).EndObject();
  }
  return json.EndArray().EndObject().Take();
}

std::string Checks(const EngineView& view) {
  text::JsonWriter json;
  json.Object().Array("checks");
  for (const CheckResult& check : view.checks) {
    json.Object().Text("name", check.name).Bool("passed", check.passed).Text("detail", check.detail);
    json.EndObject();
  }
  return json.EndArray().EndObject().Take();
}

std::string Incidents(const EngineView& view) {
  text::JsonWriter json;
  json.Object().Array("incidents");
  for (const OpenIncident& open : view.incidents) {
    json.Object().Text("name", open.incident.name).Text("key", open.incident.key);
    json.Text("severity", open.incident.severity).Text("summary", open.incident.summary).EndObject();
  }
  return json.EndArray().EndObject().Take();
}

std::string Profiles(const InstalledFacts& installed, const std::optional<std::set<std::string>>& profiles) {
  text::JsonWriter json;
  json.Object();
  if (profiles) {
    json.Array("installed");
    for (const std::string& identifier : *profiles) json.Text(identifier);
    json.EndArray();
  }
  json.Array("transparentProxies");
  for (const ProxyFacts& proxy : installed.proxies) {
    json.Object().Text("bundleId", proxy.bundle_id).Text("profile", proxy.profile_identifier);
    if (proxy.order_state == OrderState::kValid) json.Number("order", proxy.order);
    json.EndObject();
  }
  json.EndArray().Array("contentFilters");
  for (const FilterFacts& filter : installed.filters) {
    json.Object().Text("bundleId", filter.bundle_id).Text("grade", filter.grade);
    json.Bool("enabled", filter.enabled).Text("profile", filter.profile_identifier);
    if (filter.running) json.Bool("running", *filter.running);
    json.EndObject();
  }
  json.EndArray().Array("systemExtensions");
  for (const ExtensionFacts& extension : installed.extensions) {
    json.Object().Text("teamId", extension.team_id).Text("bundleId", extension.bundle_id);
    json.Text("version", extension.version).Text("state", extension.state).EndObject();
  }
  json.EndArray().Array("findings");
  for (const ProfileFinding& finding : installed.findings) {
    json.Object().Text("code", finding.code).Text("profile", finding.profile);
    json.Text("message", finding.message).EndObject();
  }
  return json.EndArray().EndObject().Take();
}

std::string PolicySection(const EngineView& view) {
  text::JsonWriter json;
  json.Object()
      .Text("mode", EnforcementModeName(view.mode))
      .Number("version", static_cast<int64_t>(view.policy_version))
      .Text("id", ToHex(view.policy_id))
      .Text("source", view.policy_source)
      .Text("error", view.policy_error);
  return json.EndObject().Take();
}

}  // namespace

std::optional<std::set<std::string>> InstalledProfiles(const SystemFacts& system) {
  if (std::find(system.unread.begin(), system.unread.end(), "profiles") != system.unread.end()) {
    return std::nullopt;
  }
  std::set<std::string> identifiers;
  for (const ConfigurationFacts& each : system.configurations) {
    const bool sent = each.provenance == Provenance::kProfile || each.provenance == Provenance::kDeclaration;
    if (sent) identifiers.insert(each.identifier);
  }
  return identifiers;
}

std::vector<wire::StateSection> StateSections(const EngineView& view, const InstalledFacts& installed,
                                              const std::optional<std::set<std::string>>& profiles) {
  return {{"services", Services(view), {}},
          {"checks", Checks(view), {}},
          {"incidents", Incidents(view), {}},
          {"profiles", Profiles(installed, profiles), {}},
          {"policy", PolicySection(view), {}}};
}

}  // namespace holdfast::agent
