// com.apple.vpn.managed for vendors' providers, com.apple.webcontent-filter, com.apple.dnsProxy.managed.
#include <limits>

#include "absl/strings/str_cat.h"
#include "profiles/spec/parts.h"

namespace holdfast::profiles {
namespace {

using plist::Dict;

constexpr char kProviderDecides[] =
    "which of Apple's update and push hosts pass is its provider's to decide, no key can say it: have it let "
    "them through (transparentProxies.mustReach of docs/policy.md lists them, and the agent probes them)";

std::string App(SpecSection& section) {
  return section.RequiredText("app", "the bundle identifier of the app that the provider belongs to");
}

void SetProvider(SpecSection& section, absl::string_view types, Dict& out, Part& part) {
  const std::optional<Provider> provider = ReadProvider(section, "provider", types);
  if (!provider) {
    section.Error("provider", "is required: bundleIdentifier and teamIdentifier of the provider");
    return;
  }
  out.Set("ProviderBundleIdentifier", provider->bundle_id);
  out.Set("ProviderDesignatedRequirement", provider->requirement);
  out.Set("ProviderType", provider->type);
  part.providers.push_back(*provider);
}

void SetCredentials(SpecSection& section, const PartContext& context, const Part& part, Dict& out) {
  // Without a method macOS may refuse the payload, although the schema has a default.
  const std::string method =
      section.Choice("authentication", "password, certificate, password+certificate").value_or("password");
  const std::optional<std::string> user = section.Text("user"),
                                   password = SecretOf(section, "passwordFile", context),
                                   certificate = CertificateOf(section, "certificate", context);
  out.Set("AuthenticationMethod", method == "password"      ? "Password"
                                  : method == "certificate" ? "Certificate"
                                                            : "Password+Certificate");
  if (user) out.Set("AuthName", *user);
  if (password) out.Set("Password", *password);
  if (certificate) out.Set("PayloadCertificateUUID", *certificate);
  if (method != "password" && !section.Has("certificate") && part.assets.identity.empty()) {
    section.Error("certificate",
                  "is required: the id of a part of this profile of the kind pkcs12 or scep (a "
                  "declaration: identityAsset)");
  }
}

void SetVendor(SpecSection& section, absl::string_view name, Dict& out) {
  if (auto keys = ReadVendorKeys(section, "vendorConfig")) out.Set(std::string(name), *std::move(keys));
}

void SetVpn(absl::string_view type, const std::string& app, Dict vpn, SpecSection& section, Part& part) {
  Dict& out = part.payload.content;
  out.Set("UserDefinedName", part.payload.display_name);
  out.Set("VPNType", std::string(type));
  out.Set("VPNSubType", app);
  SetVendor(section, "VendorConfig", out);
  out.Set(std::string(type), std::move(vpn));
}

// One of the two programs of a content filter.
bool SetFilterProgram(SpecSection& section, absl::string_view key, absl::string_view sw,
                      absl::string_view prefix, Dict& out, Part& part) {
  const std::optional<Provider> provider = ReadProvider(section, key, "");
  out.Set(std::string(sw), provider.has_value());
  if (!provider) return false;
  out.Set(absl::StrCat(prefix, "BundleIdentifier"), provider->bundle_id);
  out.Set(absl::StrCat(prefix, "DesignatedRequirement"), provider->requirement);
  part.providers.push_back(*provider);
  return true;
}

}  // namespace

void ReadProviderVpn(SpecSection& section, const PartContext& context, Part& part) {
  ReadAssets(section, part);
  const std::string app = App(section);
  Dict vpn;
  vpn.Set("RemoteAddress", section.RequiredText("server", "the gateway's host name or address"));
  SetCredentials(section, context, part, vpn);
  SetProvider(section, "packet-tunnel, app-proxy", vpn, part);
  ReadRouting(section, vpn);
  SetIdle(section, vpn);
  SetOnDemand(section, vpn);
  SetVpn("VPN", app, std::move(vpn), section, part);
}

void ReadTransparentProxy(SpecSection& section, const PartContext& context, Part& part) {
  const std::string app = App(section);
  Dict proxy;
  if (const auto server = section.Text("server")) proxy.Set("RemoteAddress", *server);
  SetCredentials(section, context, part, proxy);
  SetProvider(section, "app-proxy, packet-tunnel", proxy, part);
  part.order = section.Whole("order", 1, std::numeric_limits<int32_t>::max());
  if (part.order) {
    proxy.Set("Order", *part.order);
  } else if (!section.Has("order")) {
    section.Error("order", "is required: a number of its own; lower ones see traffic earlier");
  }
  SetOnDemand(section, proxy);
  SetVpn("TransparentProxy", app, std::move(proxy), section, part);
  section.Warning("", kProviderDecides);
}

void ReadContentFilter(SpecSection& section, const PartContext& context, Part& part) {
  ReadAssets(section, part);
  Dict& out = part.payload.content;
  out.Set("FilterType", "Plugin");  // the only one that a Mac knows
  out.Set("UserDefinedName", part.payload.display_name);
  out.Set("PluginBundleID", App(section));
  part.grade = section.Choice("grade", "firewall, inspector").value_or("firewall");
  out.Set("FilterGrade", part.grade);
  const bool sockets = SetFilterProgram(section, "sockets", "FilterSockets", "FilterDataProvider", out, part);
  const bool packets =
      SetFilterProgram(section, "packets", "FilterPackets", "FilterPacketProvider", out, part);
  if (!sockets && !packets && !section.Has("sockets") && !section.Has("packets")) {
    section.Error("", "sockets, packets or both are needed: the provider that filters them");
  }
  if (const auto server = section.Text("server")) out.Set("ServerAddress", *server);
  if (const auto name = section.Text("organization")) out.Set("Organization", *name);
  if (const auto user = section.Text("user")) out.Set("UserName", *user);
  if (const auto password = SecretOf(section, "passwordFile", context)) out.Set("Password", *password);
  if (const auto id = CertificateOf(section, "certificate", context)) out.Set("PayloadCertificateUUID", *id);
  SetVendor(section, "VendorConfig", out);
  section.Warning("", kProviderDecides);
}

void ReadDnsProxyPart(SpecSection& section, const PartContext&, Part& part) {
  Dict& out = part.payload.content;
  out.Set("AppBundleIdentifier", App(section));
  if (const auto provider = ReadProvider(section, "provider", "")) {
    out.Set("ProviderBundleIdentifier", provider->bundle_id);
    part.providers.push_back(*provider);
  } else {
    section.Error("provider", "is required: bundleIdentifier and teamIdentifier of the provider");
  }
  SetVendor(section, "ProviderConfiguration", out);
}

}  // namespace holdfast::profiles
