// com.apple.webcontent-filter, com.apple.dnsProxy.managed and com.apple.system-extension-policy.
#include "profiles/mobileconfig/payloads.h"
#include "profiles/plist/keys.h"

namespace holdfast::profiles {

using plist::Value;

void ReadFilter(const Value& payload, Profile& profile) {
  FilterFacts filter;
  filter.name = FirstText(payload, {"UserDefinedName", "PayloadDisplayName", "PayloadIdentifier"});
  filter.plugin_bundle_id = Text(payload, "PluginBundleID");
  const std::string type = Text(payload, "FilterType");
  if (type != "Plugin" || filter.plugin_bundle_id.empty()) return;  // macOS runs no other
  filter.profile_identifier = profile.identifier;
  filter.grade = FirstText(payload, {"FilterGrade"});
  if (filter.grade.empty()) filter.grade = "firewall";  // macOS's default
  filter.sockets = Switch(payload, "FilterSockets").value_or(false);
  filter.packets = Switch(payload, "FilterPackets").value_or(false);
  const std::string socket_provider = Text(payload, "FilterDataProviderBundleIdentifier");
  const std::string packet_provider = Text(payload, "FilterPacketProviderBundleIdentifier");
  filter.bundle_id = socket_provider.empty() ? packet_provider : socket_provider;
  profile.filters.push_back(std::move(filter));
}

void ReadDnsProxy(const Value& payload, Profile& profile) {
  DnsProxyFacts proxy;
  proxy.name = FirstText(payload, {"PayloadDisplayName", "PayloadIdentifier"});
  proxy.bundle_id = FirstText(payload, {"ProviderBundleIdentifier", "AppBundleIdentifier"});
  proxy.profile_identifier = profile.identifier;
  if (!proxy.bundle_id.empty()) profile.dns_proxies.push_back(std::move(proxy));
}

void ReadExtensionPolicy(const Value& payload, Profile& profile) {
  if (const Value* teams = SubDict(payload, "AllowedSystemExtensions")) {
    for (const auto& [team, bundles] : teams->As<plist::Dict>()->entries()) {
      const auto* list = bundles.As<plist::Array>();
      if (list == nullptr) continue;
      for (const Value& bundle : *list) {
        if (const auto* id = bundle.As<std::string>()) profile.allowed_extensions.push_back({team, *id});
      }
    }
  }
  const auto* list = plist::SubArray(payload, "AllowedTeamIdentifiers");
  if (list == nullptr) return;
  for (const Value& team : *list) {
    if (const auto* id = team.As<std::string>()) profile.allowed_extensions.push_back({*id, ""});
  }
}

}  // namespace holdfast::profiles
