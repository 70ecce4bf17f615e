// com.apple.vpn.managed: VPN services and transparent proxies.
#include <limits>
#include <optional>

#include "profiles/mobileconfig/payloads.h"
#include "profiles/mobileconfig/vpn_kinds.h"
#include "profiles/plist/keys.h"

namespace holdfast::profiles {
namespace {

using plist::Value;

std::string Provider(const Value& payload, const Value& dict) {
  const std::string provider = Text(dict, "ProviderBundleIdentifier");
  return provider.empty() ? Text(payload, "VPNSubType") : provider;
}

// True or false only where the profile itself decides; a provider's routes are its own.
std::optional<bool> FullTunnel(const Value& payload, const Value& dict) {
  const std::optional<bool> all = Switch(dict, "IncludeAllNetworks");
  if (all.value_or(false)) return true;
  const Value* ipv4 = SubDict(payload, "IPv4");
  return ipv4 == nullptr ? std::nullopt : Switch(*ipv4, "OverridePrimary");
}

void AddService(const VpnKind& kind, const Value& payload, const Value& dict, const Uuid& fallback_id,
                Profile& profile) {
  ServiceFacts service;
  const auto id = Uuid::Parse(Text(payload, "PayloadUUID"));
  service.id = id.ok() ? *id : fallback_id;
  service.name = VpnName(payload);
  service.type = kind.type;
  service.payload_identifier = Text(payload, "PayloadIdentifier");
  service.profile_identifier = profile.identifier;
  if (kind.has_provider) service.provider_bundle_id = Provider(payload, dict);
  service.remote_address = FirstText(dict, {"RemoteAddress", "CommRemoteAddress"});
  service.scope = profile.scope;
  service.on_demand = Switch(dict, "OnDemandEnabled").value_or(false);
  service.full_tunnel = FullTunnel(payload, dict);
  // Both switches are off where they are not written.
  profile.postures.push_back({service.id, Switch(dict, "IncludeAllNetworks").value_or(false),
                              Switch(dict, "EnforceRoutes").value_or(false)});
  profile.services.push_back(std::move(service));
}

// False when macOS would refuse the payload for its Order.
bool AddProxy(const Value& payload, const Value& dict, Profile& profile) {
  ProxyFacts proxy;
  proxy.bundle_id = Provider(payload, dict);
  proxy.name = VpnName(payload);
  proxy.profile_identifier = profile.identifier;
  if (const Value* order = dict.Find("Order")) {
    const int64_t* number = order->As<int64_t>();
    if (number == nullptr) {
      proxy.order_state = OrderState::kMistyped;
    } else if (*number < 0 || *number > std::numeric_limits<int32_t>::max()) {
      proxy.order_state = OrderState::kOutOfRange;
    } else {
      proxy.order_state = OrderState::kValid;
      proxy.order = *number;
    }
  }
  profile.proxies.push_back(proxy);
  return proxy.order_state != OrderState::kOutOfRange;
}

}  // namespace

const VpnKind* FindVpnKind(absl::string_view vpn_type) {
  for (const VpnKind& kind : kVpnKinds) {
    if (kind.vpn_type == vpn_type) return &kind;
  }
  return nullptr;
}

VpnDictionary DictionaryOf(const VpnKind& kind, const Value& payload) {
  if (!kind.instead.empty()) {
    if (const Value* instead = SubDict(payload, kind.instead)) return {kind.instead, instead};
  }
  return {kind.dictionary, SubDict(payload, kind.dictionary)};
}

std::string VpnName(const Value& payload) {
  return FirstText(payload, {"UserDefinedName", "PayloadDisplayName", "VPNSubType", "PayloadIdentifier"});
}

void ReadVpn(const Value& payload, const Uuid& fallback_id, Profile& profile) {
  const VpnKind* kind = FindVpnKind(Text(payload, "VPNType"));
  if (kind == nullptr) return;
  const Value* dict = DictionaryOf(*kind, payload).value;
  if (dict == nullptr || (kind->has_provider && Text(payload, "VPNSubType").empty())) return;
  if (kind->type == ServiceType::kTransparentProxy && !AddProxy(payload, *dict, profile)) return;
  AddService(*kind, payload, *dict, fallback_id, profile);
}

}  // namespace holdfast::profiles
