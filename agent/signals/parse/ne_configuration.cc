#include "agent/signals/parse/ne_configuration.h"

#include <algorithm>
#include <array>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"

namespace holdfast::parse {
namespace {

using Object = KeyedArchive::Object;

constexpr std::array<absl::string_view, 10> kParts = {
    "VPN",      "AppVPN",      "AlwaysOnVPN", "ContentFilter", "PathController",
    "DNSProxy", "DNSSettings", "AppPush",     "Relay",         "URLFilter"};

class ConfigurationReader {
 public:
  ConfigurationReader(const KeyedArchive& archive, Object object, absl::string_view key)
      : archive_(archive), object_(object), key_(key) {}
  NeConfiguration Read();

 private:
  std::string TextOf(Object object, absl::string_view field) const {
    return archive_.Text(archive_.Field(object, field)).value_or("");
  }
  bool Flag(Object object, absl::string_view field, bool otherwise) const {
    return archive_.Bool(archive_.Field(object, field)).value_or(otherwise);
  }
  // The first of the fields that holds a text.
  std::string FirstOf(Object object, std::initializer_list<absl::string_view> fields) const {
    for (absl::string_view field : fields) {
      if (std::string text = TextOf(object, field); !text.empty()) return text;
    }
    return "";
  }
  void ReadProfile();
  void ReadVpn(Object vpn, bool per_app);
  void ReadFilter();
  void ReadDnsProxy();
  ServiceType TypeOf(Object vpn, Object protocol, bool per_app) const;
  void ReadRules(Object rules);
  std::vector<DomainRule> DomainRules(Object rule) const;
  void ReadTraffic(Object vpn, Object protocol);
  std::vector<std::string> TextsOf(Object object, absl::string_view field) const;
  std::string Condition(absl::string_view field, Object value) const;
  std::string ProfileIdentifier() const { return out_.profile ? out_.profile->profile_identifier : ""; }
  // The program that carries it. Fields of NETunnelProviderProtocol; an app that has no extension is its own.
  std::string ProviderOf(Object protocol) const {
    const std::string provider = FirstOf(protocol, {"NEProviderBundleIdentifier", "PluginType"});
    return provider.empty() ? out_.application : provider;
  }

  const KeyedArchive& archive_;
  const Object object_;
  const absl::string_view key_;
  NeConfiguration out_;
};

NeConfiguration ConfigurationReader::Read() {
  auto id = archive_.Id(archive_.Field(object_, "Identifier"));
  if (const auto named = Uuid::Parse(key_); !id && named.ok()) id = *named;
  out_.id = id.value_or(Uuid{});
  out_.name = TextOf(object_, "Name");
  out_.application = TextOf(object_, "Application");
  out_.application_name = TextOf(object_, "ApplicationName");
  const int64_t grade = archive_.Number(archive_.Field(object_, "Grade")).value_or(0);
  if (grade == 1 || grade == 2) out_.grade = static_cast<NeGrade>(grade);
  for (absl::string_view part : kParts) {
    if (archive_.Field(object_, part) != nullptr) out_.parts.emplace_back(part);
  }
  ReadProfile();
  const Object vpn = archive_.Field(object_, "VPN");
  const Object app_vpn = archive_.Field(object_, "AppVPN");
  if (vpn != nullptr || app_vpn != nullptr) ReadVpn(vpn != nullptr ? vpn : app_vpn, vpn == nullptr);
  ReadFilter();
  ReadDnsProxy();
  return std::move(out_);
}

void ConfigurationReader::ReadProfile() {
  const Object info = archive_.Field(object_, "ProfileInfo");
  if (info == nullptr) return;
  NeProfileInfo profile;
  profile.payload_type = TextOf(info, "PayloadType");
  profile.payload_uuid = TextOf(info, "PayloadUUID");
  profile.payload_organization = TextOf(info, "PayloadOrganization");
  profile.profile_identifier = TextOf(info, "ProfileIdentifier");
  profile.profile_uuid = TextOf(info, "ProfileUUID");
  profile.profile_organization = TextOf(info, "ProfileOrganization");
  profile.set_aside = Flag(info, "isSetAside", false);
  profile.ingested = archive_.UnixTime(archive_.Field(info, "profileIngestionDate"));
  profile.system_version = TextOf(info, "systemVersion");
  const int64_t source = archive_.Number(archive_.Field(info, "profileSource")).value_or(0);
  if (source == 1 || source == 2) profile.source = static_cast<NeProfileInfo::Source>(source);
  out_.profile = std::move(profile);
}

ServiceType ConfigurationReader::TypeOf(Object vpn, Object protocol, bool per_app) const {
  // Both a proxy for all apps and one for single apps run in an app-proxy provider.
  constexpr int64_t kAppProxy = 2;
  if (!per_app && archive_.Number(archive_.Field(vpn, "TunnelType")) == kAppProxy)
    return ServiceType::kTransparentProxy;
  const std::string name = archive_.ClassOf(protocol);
  if (absl::StrContains(name, "IKEv2")) return ServiceType::kIkev2;
  if (absl::StrContains(name, "L2TP")) return ServiceType::kL2tp;
  if (absl::StrContains(name, "IPSec")) return ServiceType::kIpsec;
  if (absl::StrContains(name, "TunnelProvider") || absl::StrContains(name, "Plugin"))
    return ServiceType::kProvider;
  switch (archive_.Number(archive_.Field(protocol, "Type")).value_or(0)) {
    case 1:
      return ServiceType::kIpsec;
    case 2:
      return ServiceType::kL2tp;
    case 4:
      return ServiceType::kProvider;
    case 5:
      return ServiceType::kIkev2;
    default:
      return ServiceType::kUnknown;
  }
}

void ConfigurationReader::ReadVpn(Object vpn, bool per_app) {
  const Object protocol = archive_.Field(vpn, "Protocol");
  ServiceFacts service;
  service.id = out_.id;
  service.name = out_.name;
  service.type = TypeOf(vpn, protocol, per_app);
  service.profile_identifier = ProfileIdentifier();
  service.remote_address = TextOf(protocol, "ServerAddress");
  service.enabled = Flag(vpn, "Enabled", false);
  service.on_demand = Flag(vpn, "OnDemandEnabled", false);
  const bool proxy = service.type == ServiceType::kTransparentProxy;
  if (proxy || service.type == ServiceType::kProvider) service.provider_bundle_id = ProviderOf(protocol);
  PostureFacts posture;
  posture.service = out_.id;
  posture.include_all_networks = archive_.Bool(archive_.Field(protocol, "IncludeAllNetworks"));
  posture.enforce_routes = archive_.Bool(archive_.Field(protocol, "EnforceRoutes"));
  if (posture.include_all_networks == true)
    service.full_tunnel = true;  // false says nothing about its routes
  if (proxy) {
    out_.proxy = ProxyFacts{service.provider_bundle_id, out_.name, service.profile_identifier,
                            OrderState::kMissing, 0};
  }
  out_.per_app = per_app;
  out_.service = std::move(service);
  out_.posture = posture;
  ReadRules(archive_.Field(vpn, "OnDemandRules"));
  ReadTraffic(vpn, protocol);
}

std::vector<std::string> ConfigurationReader::TextsOf(Object object, absl::string_view field) const {
  std::vector<std::string> out;
  for (Object item : archive_.Items(archive_.Field(object, field))) {
    if (auto text = archive_.Text(item); text && !text->empty()) out.push_back(*std::move(text));
  }
  return out;
}

// The names of NEAppRule's and NEDNSSettings' fields are from published descriptions of the class; those of
// the lists that hold them follow the others' and were not seen.
void ConfigurationReader::ReadTraffic(Object vpn, Object protocol) {
  for (Object rule : archive_.Items(archive_.Field(vpn, "AppRules"))) {
    AppRule out{TextOf(rule, "SigningIdentifier"), TextOf(rule, "Path"), TextsOf(rule, "MatchDomains")};
    if (!out.identifier.empty() || !out.path.empty()) out_.app_rules.push_back(std::move(out));
  }
  for (Object app : archive_.Items(archive_.Field(vpn, "ExceptionApps"))) {
    const std::string identifier = archive_.Text(app).value_or(TextOf(app, "SigningIdentifier"));
    if (!identifier.empty()) out_.exempt_apps.push_back(identifier);
  }
  out_.match_domains = TextsOf(archive_.Field(protocol, "DNSSettings"), "matchDomains");
  out_.exclude_local_networks = archive_.Bool(archive_.Field(protocol, "ExcludeLocalNetworks"));
  out_.exclude_apns = archive_.Bool(archive_.Field(protocol, "ExcludeAPNs"));
}

std::vector<DomainRule> ConfigurationReader::DomainRules(Object rule) const {
  constexpr int64_t kConnectIfNeeded = 1;
  std::vector<DomainRule> out;
  for (Object item : archive_.Items(archive_.Field(rule, "ConnectionRules"))) {
    const bool connects = archive_.Number(archive_.Field(item, "Action")) == kConnectIfNeeded;
    out.push_back({TextsOf(item, "MatchDomains"), connects});
  }
  return out;
}

void ConfigurationReader::ReadRules(Object rules) {
  static constexpr std::array<absl::string_view, 5> kActions = {"", "connect", "disconnect", "evaluate",
                                                                "ignore"};
  static constexpr std::array<absl::string_view, 5> kConditions = {
      "DNSSearchDomainMatch", "DNSServerAddressMatch", "InterfaceTypeMatch", "ProbeURL", "SSIDMatch"};
  for (Object rule : archive_.Items(rules)) {
    if (rule == nullptr) continue;
    const int64_t action = archive_.Number(archive_.Field(rule, "Action")).value_or(0);
    OnDemandRule out;
    out.action = action >= 1 && action <= 4 ? std::string(kActions[static_cast<size_t>(action)])
                                            : absl::StrCat(action);
    for (absl::string_view field : kConditions) {
      if (Object value = archive_.Field(rule, field)) out.conditions.push_back(Condition(field, value));
    }
    out.domains = DomainRules(rule);
    out_.on_demand_rules.push_back(std::move(out));
  }
}

std::string ConfigurationReader::Condition(absl::string_view field, Object value) const {
  const std::vector<Object> items = archive_.Items(value);
  if (field == "SSIDMatch") return absl::StrCat(field, "=(", items.size(), ")");
  std::vector<std::string> texts;
  for (Object item : items) texts.push_back(archive_.Text(item).value_or("?"));
  if (items.empty()) {
    const auto number = archive_.Number(value);
    texts.push_back(number ? absl::StrCat(*number) : archive_.Text(value).value_or("?"));
  }
  return absl::StrCat(field, "=", absl::StrJoin(texts, ","));
}

// The fields' names follow the payload's and NEFilterProviderConfiguration's; none was seen in a file.
void ConfigurationReader::ReadFilter() {
  const Object content_filter = archive_.Field(object_, "ContentFilter");
  if (content_filter == nullptr) return;
  const Object provider = archive_.Field(content_filter, "Provider");
  FilterFacts filter;
  filter.name = out_.name;
  filter.profile_identifier = ProfileIdentifier();
  filter.enabled = Flag(content_filter, "Enabled", false);
  filter.sockets = Flag(provider, "FilterSockets", false);
  filter.packets = Flag(provider, "FilterPackets", false);
  filter.plugin_bundle_id = FirstOf(provider, {"PluginType"});
  if (filter.plugin_bundle_id.empty()) filter.plugin_bundle_id = out_.application;
  filter.bundle_id =
      FirstOf(provider, {"FilterDataProviderBundleIdentifier", "DataProviderBundleIdentifier",
                         "FilterPacketProviderBundleIdentifier", "PacketProviderBundleIdentifier"});
  const int64_t grade = archive_.Number(archive_.Field(content_filter, "Grade")).value_or(0);
  filter.grade = grade == 1 ? "firewall" : grade == 2 ? "inspector" : "";
  out_.filter = std::move(filter);
}

void ConfigurationReader::ReadDnsProxy() {
  const Object dns_proxy = archive_.Field(object_, "DNSProxy");
  if (dns_proxy == nullptr) return;
  DnsProxyFacts facts;
  facts.bundle_id = ProviderOf(archive_.Field(dns_proxy, "Protocol"));
  facts.name = out_.name;
  facts.profile_identifier = ProfileIdentifier();
  facts.enabled = Flag(dns_proxy, "Enabled", false);
  out_.dns_proxy = std::move(facts);
}

}  // namespace

bool IsNeConfiguration(const KeyedArchive& archive, Object object) {
  if (archive.ClassOf(object) == "NEConfiguration") return true;
  if (archive.Field(object, "Identifier") == nullptr) return false;
  const auto has = [&](absl::string_view part) { return archive.Field(object, part) != nullptr; };
  return std::any_of(kParts.begin(), kParts.end(), has);
}

NeConfiguration ReadNeConfiguration(const KeyedArchive& archive, Object object, absl::string_view key) {
  return ConfigurationReader(archive, object, key).Read();
}

}  // namespace holdfast::parse
