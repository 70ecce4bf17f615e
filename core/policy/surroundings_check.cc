#include "core/policy/surroundings_check.h"

#include <arpa/inet.h>

#include <algorithm>
#include <map>
#include <set>

#include "absl/strings/ascii.h"
#include "absl/strings/str_cat.h"
#include "core/policy/spelling.h"

namespace holdfast {
namespace {

bool IsLinkAddress(absl::string_view text) {
  constexpr absl::string_view kShape = "xx:xx:xx:xx:xx:xx";
  return text.size() == kShape.size() &&
         std::equal(text.begin(), text.end(), kShape.begin(), [](char c, char shape) {
           return shape == ':' ? c == ':' : absl::ascii_isxdigit(static_cast<unsigned char>(c));
         });
}

bool IsIpAddress(const std::string& text) {
  in6_addr bytes;
  return inet_pton(AF_INET, text.c_str(), &bytes) == 1 || inet_pton(AF_INET6, text.c_str(), &bytes) == 1;
}

class SurroundingsChecker {
 public:
  SurroundingsChecker(const Policy& policy, const GivenKeys& given, Problems& problems)
      : policy_(policy), given_(given), problems_(problems) {}

  void Run() {
    for (size_t i = 0; i < policy_.liveness.probes.size(); ++i) LivenessProbe(i);
    if (policy_.liveness.action == LivenessAction::kRestart && !policy_.liveness.probes.empty() &&
        policy_.liveness.IndependentTargets() < 2) {
      Error("Liveness.Action",
            "is restart, which needs probes of two different hosts: one dead host must not restart a tunnel "
            "(add a probe, or write report)");
    }
    if (given_.Value("CaptivePortal.Probes") != nullptr) Portal();
    Networks();
    RequiredOrder();
  }

 private:
  void Error(const std::string& path, absl::string_view what) {
    if (problems_.HasError(YamlSpelling(path))) return;  // its value could not be read: said already
    problems_.Error(given_.At(path), YamlSpelling(path), what);
  }
  bool Given(const std::string& path) const { return given_.Value(path) != nullptr; }

  void LivenessProbe(size_t i) {
    const std::string path = absl::StrCat("Liveness.Probes[", i, "]");
    if (!Given(path) || given_.Value(path)->AsMap() == nullptr) return;
    const Probe& probe = policy_.liveness.probes[i];
    int kinds = 0;
    for (absl::string_view kind : {".Tcp", ".Https", ".Dns"})
      kinds += Given(absl::StrCat(path, kind)) ? 1 : 0;
    if (kinds != 1) Error(path, "needs exactly one of tcp, https and dns");
    Url url;
    if (!probe.https.empty() && (!ParseUrl(probe.https, &url) || !url.tls)) {
      Error(path + ".Https", absl::StrCat("\"", probe.https, "\" is no URL (write \"https://HOST/PATH\")"));
    }
    Pins(path + ".HttpsSpki", probe.spki);
    for (const auto& [key, owner] : {std::pair{".HttpsStatus", ".Https"},
                                     {".HttpsSpki", ".Https"},
                                     {".DnsServer", ".Dns"},
                                     {".DnsAnswer", ".Dns"}}) {
      if (Given(path + key) && !Given(path + owner)) {
        Error(path + key,
              absl::StrCat("belongs to ", YamlSpelling(owner + 1), ", which this probe does not have"));
      }
    }
  }

  void Pins(const std::string& path, const std::vector<std::string>& spki) {
    for (const std::string& pin : spki) {
      if (IsSha256Hex(pin)) continue;
      Error(path,
            absl::StrCat("\"", pin, "\" is not the SHA-256 of a public key (write 64 hexadecimal digits)"));
      return;
    }
  }

  void Portal() {
    std::set<std::string> hosts;
    const std::vector<PortalProbe>& probes = policy_.captive_portal.probes;
    for (size_t i = 0; i < probes.size(); ++i) {
      Url url;
      if (!ParseUrl(probes[i].url, &url) || url.tls) {
        Error(absl::StrCat("CaptivePortal.Probes[", i, "].Url"),
              absl::StrCat("\"", probes[i].url,
                           "\" is no page that a portal can answer for (write \"http://HOST/PATH\")"));
      }
      hosts.insert(absl::AsciiStrToLower(url.endpoint.host));
    }
    if (hosts.size() < 2) {
      Error("CaptivePortal.Probes", "needs pages of two different hosts: one that is broken is no portal");
    }
  }

  void Networks() {
    std::map<std::string, size_t> names;
    for (size_t i = 0; i < policy_.trusted_networks.size(); ++i) {
      const TrustedNetwork& network = policy_.trusted_networks[i];
      const std::string path = absl::StrCat("TrustedNetworks[", i, "]");
      Pins(path + ".Spki", network.spki);
      Hints(path, network);
      const auto [other, fresh] = names.emplace(network.name, i);
      if (!fresh) {
        Error(path + ".Name", absl::StrCat("\"", network.name, "\" is also the name of trustedNetworks[",
                                           other->second, "]; give each network its own"));
      }
    }
  }

  // A hint that nothing can match would keep the beacon from ever being asked.
  void Hints(const std::string& path, const TrustedNetwork& network) {
    if (!network.gateway_mac.empty() && !IsLinkAddress(network.gateway_mac)) {
      Error(path + ".GatewayMac", absl::StrCat("\"", network.gateway_mac,
                                               "\" is no link-layer address (write \"aa:bb:cc:dd:ee:ff\")"));
    }
    if (!network.dns_server.empty() && !IsIpAddress(network.dns_server)) {
      Error(path + ".DnsServer",
            absl::StrCat("\"", network.dns_server, "\" is no IP address (write \"10.0.0.53\")"));
    }
  }

  void RequiredOrder() {
    std::set<absl::string_view> seen;
    for (const std::string& bundle : policy_.transparent_proxies.required_order) {
      if (seen.insert(bundle).second) continue;
      Error("TransparentProxies.RequiredOrder",
            absl::StrCat("names \"", bundle, "\" twice, so no order would be right"));
    }
  }

  const Policy& policy_;
  const GivenKeys& given_;
  Problems& problems_;
};

}  // namespace

void CheckSurroundings(const Policy& policy, const GivenKeys& given, Problems& problems) {
  SurroundingsChecker(policy, given, problems).Run();
}

}  // namespace holdfast
