// When a VPN connects by itself, and what goes through it.
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "core/policy/policy.h"
#include "profiles/spec/parts.h"

namespace holdfast::profiles {
namespace {

using plist::Array;
using plist::Dict;

Array Strings(const std::vector<std::string>& texts) {
  Array out;
  for (const std::string& text : texts) out.emplace_back(text);
  return out;
}

void SetTexts(SpecSection& section, absl::string_view key, absl::string_view name, Dict& out) {
  if (const std::vector<std::string> texts = section.Texts(key); !texts.empty()) {
    out.Set(std::string(name), Strings(texts));
  }
}

// A page that anybody on the network can answer for proves nothing.
void SetProbe(SpecSection& section, absl::string_view name, Dict& out) {
  const std::optional<std::string> url = section.Text("probeUrl");
  if (!url) return;
  if (!absl::StartsWith(*url, "https://")) {
    section.Error("probeUrl",
                  absl::StrCat("'", *url, "' is no https:// URL, so any network could answer it"));
  }
  out.Set(std::string(name), *url);
}

// Downloads of updates and push messages never need the tunnel to be raised.
Dict AppleHosts() {
  Array names;
  for (const Endpoint& host : PublishedHosts()) names.emplace_back(host.host);
  Dict out;
  out.Set("Domains", std::move(names));
  out.Set("DomainAction", "NeverConnect");
  return out;
}

Dict ReadConnection(SpecSection& section) {
  Dict out;
  const std::vector<std::string> domains = section.Texts("domains");
  if (domains.empty()) section.Error("domains", "at least one is needed: to which names it applies");
  const std::string action = section.Choice("action", "connect-if-needed, never-connect").value_or("");
  if (action.empty() && !section.Has("action")) {
    section.Error("action", "is required: connect-if-needed or never-connect");
  }
  out.Set("Domains", Strings(domains));
  out.Set("DomainAction", action == "never-connect" ? "NeverConnect" : "ConnectIfNeeded");
  SetTexts(section, "dnsServers", "RequiredDNSServers", out);
  SetProbe(section, "RequiredURLStringProbe", out);
  for (absl::string_view key : {"dnsServers", "probeUrl"}) {
    if (action == "never-connect" && section.Has(key)) {
      section.Error(key, "counts with connect-if-needed only; remove it");
    }
  }
  section.Finish();
  return out;
}

void SetConnections(SpecSection& section, const std::string& action, bool apple_hosts, Dict& out) {
  Array connections;
  for (SpecSection& item : section.Items("connections")) connections.emplace_back(ReadConnection(item));
  if (action == "evaluate" && connections.empty()) {
    section.Error("connections", "evaluate needs some: which names connect and which never do");
  }
  if (action != "evaluate" && section.Has("connections")) {
    section.Error("connections", "counts with the action evaluate only");
  }
  if (connections.empty()) return;
  if (apple_hosts) connections.insert(connections.begin(), AppleHosts());
  out.Set("ActionParameters", std::move(connections));
}

// The number of conditions.
size_t SetConditions(SpecSection& section, Dict& out) {
  const size_t before = out.entries().size();
  SetTexts(section, "ssids", "SSIDMatch", out);
  SetTexts(section, "dnsDomains", "DNSDomainMatch", out);
  SetTexts(section, "dnsServers", "DNSServerAddressMatch", out);
  SetProbe(section, "URLStringProbe", out);
  const std::string interface = section.Choice("interface", "ethernet, wifi").value_or("");
  if (section.Has("ssids") && interface == "ethernet") {
    section.Error("interface", "a network with a name is Wi-Fi; write wifi, or remove ssids");
  }
  if (!interface.empty() || section.Has("ssids")) {
    out.Set("InterfaceTypeMatch", interface == "ethernet" ? "Ethernet" : "WiFi");
  }
  return out.entries().size() - before;
}

std::string ActionName(const std::string& action) {
  if (action == "connect") return "Connect";
  if (action == "disconnect") return "Disconnect";
  return action == "evaluate" ? "EvaluateConnection" : "Ignore";
}

}  // namespace

plist::Array ReadOnDemand(SpecSection& part) {
  Array out;
  const bool apple_hosts = part.Flag("bypassAppleHosts").value_or(true);
  std::vector<SpecSection> rules = part.Items("onDemand");
  for (size_t i = 0; i < rules.size(); ++i) {
    SpecSection& rule = rules[i];
    const std::string action = rule.Choice("action", "connect, disconnect, evaluate, ignore").value_or("");
    if (action.empty() && !rule.Has("action")) {
      rule.Error("action", "is required: connect, disconnect, evaluate or ignore");
    }
    Dict dict;
    dict.Set("Action", ActionName(action));
    const bool any_network = SetConditions(rule, dict) == 0;
    SetConnections(rule, action, apple_hosts, dict);
    const bool last = i + 1 == rules.size();
    if (any_network && !last) {
      rule.Error("", "it has no condition, so the rules after it are never reached; move it to the end");
    }
    if (!any_network && last) {
      rule.Error("",
                 "the last rule has a condition, so nothing says what holds on other networks; end with one "
                 "that has none: - {action: connect}, or ignore, or disconnect");
    }
    rule.Finish();
    out.emplace_back(std::move(dict));
  }
  return out;
}

void SetOnDemand(SpecSection& part, plist::Dict& out) {
  Array rules = ReadOnDemand(part);
  if (rules.empty()) return;
  out.Set("OnDemandEnabled", Switch(true));
  out.Set("OnDemandRules", std::move(rules));
}

void SetIdle(SpecSection& part, plist::Dict& out) {
  constexpr int64_t kLongest = 86'400;  // a day
  const std::optional<int64_t> seconds = part.Seconds("disconnectAfterIdle", 1, kLongest);
  if (!seconds) return;
  out.Set("DisconnectOnIdle", Switch(true));
  out.Set("DisconnectOnIdleTimer", *seconds);
}

void ReadRouting(SpecSection& part, plist::Dict& out) {
  const std::optional<bool> all = part.Flag("includeAllNetworks"), enforce = part.Flag("enforceRoutes"),
                            local = part.Flag("excludeLocalNetworks"), push = part.Flag("excludeApns");
  if (all) out.Set("IncludeAllNetworks", Switch(*all));
  if (enforce) out.Set("EnforceRoutes", Switch(*enforce));
  const bool whole = all.value_or(false);
  if (whole && enforce.value_or(false)) {
    part.Warning("enforceRoutes", "macOS ignores it beside includeAllNetworks");
  }
  // On a Mac printers and AirPlay are lost where nothing is written.
  if (local || whole) out.Set("ExcludeLocalNetworks", Switch(local.value_or(true)));
  if (push || whole) out.Set("ExcludeAPNs", Switch(push.value_or(true)));
  if (!whole) return;
  if (!push.value_or(true)) {
    part.Warning("excludeApns",
                 "push messages of the management server go through the tunnel and stop with it");
  }
  part.Warning("includeAllNetworks",
               "no key keeps Apple's update hosts (gdmf.apple.com, updates.cdn-apple.com and others: "
               "transparentProxies.mustReach of docs/policy.md) out of the tunnel: its gateway must let Macs "
               "reach them");
}

}  // namespace holdfast::profiles
