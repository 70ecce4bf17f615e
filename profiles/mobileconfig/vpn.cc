// com.apple.vpn.managed: VPN services and transparent proxies.
#include <array>
#include <limits>
#include <optional>

#include "absl/strings/str_cat.h"
#include "profiles/mobileconfig/findings.h"
#include "profiles/mobileconfig/payloads.h"
#include "profiles/plist/keys.h"

namespace holdfast::profiles {
namespace {

using plist::Value;

struct VpnKind {
  absl::string_view vpn_type;
  ServiceType type;
  absl::string_view dictionary;
  absl::string_view instead;      // another dictionary, which wins where it is present
  absl::string_view address_key;  // empty: the provider knows
  bool needs_subtype;
};
constexpr std::array<VpnKind, 5> kKinds = {{
    {"IKEv2", ServiceType::kIkev2, "IKEv2", "", "RemoteAddress", false},
    {"IPSec", ServiceType::kIpsec, "IPSec", "", "RemoteAddress", false},
    {"L2TP", ServiceType::kL2tp, "PPP", "", "CommRemoteAddress", false},
    {"VPN", ServiceType::kProvider, "VPN", "", "RemoteAddress", true},
    {"TransparentProxy", ServiceType::kTransparentProxy, "TransparentProxy", "VPN", "", true},
}};

// Read as numbers only: a string there counts for nothing.
constexpr std::array<absl::string_view, 10> kNumbers = {"IncludeAllNetworks",
                                                        "EnforceRoutes",
                                                        "ExcludeLocalNetworks",
                                                        "ExcludeCellularServices",
                                                        "ExcludeAPNs",
                                                        "OnDemandEnabled",
                                                        "DisconnectOnIdle",
                                                        "DisconnectOnIdleTimer",
                                                        "ExcludeDeviceCommunication",
                                                        "DisableMOBIKE"};

// Belong into the dictionary of the type.
constexpr std::array<absl::string_view, 6> kOfDictionary = {"ProviderBundleIdentifier",
                                                            "ProviderDesignatedRequirement",
                                                            "IncludeAllNetworks",
                                                            "OnDemandEnabled",
                                                            "OnDemandRules",
                                                            "RemoteAddress"};

class VpnReader {
 public:
  VpnReader(const Value& payload, const Uuid& fallback_id, Profile& profile)
      : payload_(payload), fallback_id_(fallback_id), profile_(profile) {
    name_ = FirstText(payload, {"UserDefinedName", "PayloadDisplayName", "VPNSubType", "PayloadIdentifier"});
  }
  void Read();

 private:
  void Find(absl::string_view code, absl::string_view evidence) {
    AddFinding(profile_, code, absl::StrCat("VPN payload '", name_, "'"), evidence);
  }
  const VpnKind* Kind();
  const Value* Dictionary(const VpnKind& kind);
  bool CheckSubtype(const VpnKind& kind);
  void CheckKeys(const VpnKind& kind, const Value& dict);
  void AddService(const VpnKind& kind, const Value& dict);
  bool AddProxy(const Value& dict);
  std::optional<bool> FullTunnel(const VpnKind& kind, const Value& dict) const;
  std::string Provider(const Value& dict) const;

  const Value& payload_;
  const Uuid& fallback_id_;
  Profile& profile_;
  std::string name_;
};

void VpnReader::Read() {
  const VpnKind* kind = Kind();
  if (kind == nullptr) return;
  const Value* dict = Dictionary(*kind);
  const bool has_subtype = CheckSubtype(*kind);
  if (dict == nullptr) return;
  CheckKeys(*kind, *dict);
  if (!has_subtype) return;
  const bool proxy = kind->type == ServiceType::kTransparentProxy;
  if (proxy && !AddProxy(*dict)) return;
  AddService(*kind, *dict);
}

const VpnKind* VpnReader::Kind() {
  const std::string type = Text(payload_, "VPNType");
  for (const VpnKind& kind : kKinds) {
    if (kind.vpn_type == type) return &kind;
  }
  if (type == "AlwaysOn") {
    Find("vpn-alwayson-not-on-macos", "its VPNType is 'AlwaysOn'");
  } else if (type == "PPTP") {
    Find("vpn-unknown-type", "its VPNType is 'PPTP', which macOS dropped in 10.12");
  } else {
    Find("vpn-unknown-type", type.empty()
                                 ? "it has no VPNType"
                                 : absl::StrCat("its VPNType is '", type, "', which macOS does not know"));
  }
  return nullptr;
}

const Value* VpnReader::Dictionary(const VpnKind& kind) {
  const Value* usual = SubDict(payload_, kind.dictionary);
  const Value* instead = kind.instead.empty() ? nullptr : SubDict(payload_, kind.instead);
  if (usual != nullptr && instead != nullptr) {
    Find("proxy-both-dictionaries",
         absl::StrCat("it has the dictionaries ", kind.instead, " and ", kind.dictionary));
  }
  if (instead != nullptr) return instead;
  if (usual == nullptr) {
    Find("vpn-missing-dictionary", absl::StrCat("its VPNType is '", kind.vpn_type,
                                                "' and it has no dictionary '", kind.dictionary, "'"));
  }
  return usual;
}

bool VpnReader::CheckSubtype(const VpnKind& kind) {
  if (!kind.needs_subtype || !Text(payload_, "VPNSubType").empty()) return true;
  Find("vpn-missing-subtype", absl::StrCat("its VPNType is '", kind.vpn_type, "' and it has no VPNSubType"));
  return false;
}

void VpnReader::CheckKeys(const VpnKind& kind, const Value& dict) {
  for (absl::string_view key : kNumbers) {
    const Value* value = dict.Find(key);
    if (value == nullptr || value->As<std::string>() == nullptr) continue;
    Find("vpn-number-mistyped", absl::StrCat(kind.dictionary, ".", key, " is a <string>"));
  }
  for (absl::string_view key : kOfDictionary) {
    if (payload_.Find(key) == nullptr || dict.Find(key) != nullptr) continue;
    Find("vpn-misplaced-key",
         absl::StrCat(key, " stands beside the dictionary ", kind.dictionary, ", not in it"));
  }
  if (!kind.address_key.empty() && Text(dict, kind.address_key).empty()) {
    Find("vpn-missing-remote-address",
         absl::StrCat(kind.dictionary, ".", kind.address_key, " is empty or missing"));
  }
  if (!Text(dict, "ProviderBundleIdentifier").empty() &&
      Text(dict, "ProviderDesignatedRequirement").empty()) {
    Find("vpn-missing-requirement",
         absl::StrCat(kind.dictionary, " names the provider ", Text(dict, "ProviderBundleIdentifier"),
                      " and has no ProviderDesignatedRequirement"));
  }
}

std::string VpnReader::Provider(const Value& dict) const {
  const std::string provider = Text(dict, "ProviderBundleIdentifier");
  return provider.empty() ? Text(payload_, "VPNSubType") : provider;
}

// True or false only where the profile itself decides; a provider's routes are its own.
std::optional<bool> VpnReader::FullTunnel(const VpnKind& kind, const Value& dict) const {
  const std::optional<bool> all = Switch(dict, "IncludeAllNetworks");
  if (all.value_or(false)) return true;
  const Value* ipv4 = SubDict(payload_, "IPv4");
  if (ipv4 != nullptr) {
    if (std::optional<bool> primary = Switch(*ipv4, "OverridePrimary")) return primary;
  }
  return std::nullopt;
}

void VpnReader::AddService(const VpnKind& kind, const Value& dict) {
  ServiceFacts service;
  const auto id = Uuid::Parse(Text(payload_, "PayloadUUID"));
  service.id = id.ok() ? *id : fallback_id_;
  service.name = name_;
  service.type = kind.type;
  service.payload_identifier = Text(payload_, "PayloadIdentifier");
  service.profile_identifier = profile_.identifier;
  if (kind.needs_subtype) service.provider_bundle_id = Provider(dict);
  service.remote_address = FirstText(dict, {"RemoteAddress", "CommRemoteAddress"});
  service.scope = profile_.scope;
  service.on_demand = Switch(dict, "OnDemandEnabled").value_or(false);
  service.full_tunnel = FullTunnel(kind, dict);
  // Both switches are off where they are not written.
  profile_.postures.push_back({service.id, Switch(dict, "IncludeAllNetworks").value_or(false),
                               Switch(dict, "EnforceRoutes").value_or(false)});
  profile_.services.push_back(std::move(service));
}

// False when macOS would refuse the payload for its Order.
bool VpnReader::AddProxy(const Value& dict) {
  ProxyFacts proxy;
  proxy.bundle_id = Provider(dict);
  proxy.name = name_;
  proxy.profile_identifier = profile_.identifier;
  if (const Value* order = dict.Find("Order")) {
    const int64_t* number = order->As<int64_t>();
    if (number == nullptr) {
      proxy.order_state = OrderState::kMistyped;
      Find("proxy-order-mistyped", absl::StrCat("its Order is a ", order->TypeName()));
    } else if (*number < 0 || *number > std::numeric_limits<int32_t>::max()) {
      proxy.order_state = OrderState::kOutOfRange;
      Find("proxy-order-out-of-range", absl::StrCat("its Order is ", *number));
    } else {
      proxy.order_state = OrderState::kValid;
      proxy.order = *number;
    }
  }
  profile_.proxies.push_back(proxy);
  return proxy.order_state != OrderState::kOutOfRange;
}

}  // namespace

void ReadVpn(const Value& payload, const Uuid& fallback_id, Profile& profile) {
  VpnReader(payload, fallback_id, profile).Read();
}

}  // namespace holdfast::profiles
