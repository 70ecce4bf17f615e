// DNS settings, DNS proxies, relays.
#include <array>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "profiles/lint/rules/rules.h"
#include "profiles/mobileconfig/payloads.h"
#include "profiles/plist/keys.h"

namespace holdfast::lint {
namespace {

using plist::Text;
using plist::Value;

constexpr Rule kServer = {
    .id = "dns-server-missing",
    .severity = Severity::kError,
    .title = "Encrypted DNS without the server's URL or name",
    .why = "HTTPS needs ServerURL, TLS needs ServerName: without it no query can be sent.",
    .fix = "add ServerURL for HTTPS, ServerName for TLS",
    .reference = "Apple: DNSSettings"};
constexpr Rule kPlain = {.id = "dns-server-url",
                         .severity = Severity::kError,
                         .title = "ServerURL is no https URL",
                         .why = "DNS over HTTPS is refused over anything else.",
                         .fix = "write an https URL",
                         .reference = "Apple: DNSSettings, ServerURL; RFC 8484"};
constexpr Rule kRequirement = {.id = "dns-proxy-missing-requirement",
                               .severity = Severity::kWarning,
                               .title = "A DNS proxy names no designated requirement",
                               .why =
                                   "Since macOS 27 the payload has ProviderDesignatedRequirement; before, "
                                   "none was asked for. Without it "
                                   "another extension that claims the identifier is started.",
                               .fix = "add ProviderDesignatedRequirement for Macs with macOS 27",
                               .reference = "Apple: DNSProxy (text for macOS 27)"};
constexpr Rule kRelay = {.id = "relay-without-url",
                         .severity = Severity::kError,
                         .title = "A relay has neither HTTP3RelayURL nor HTTP2RelayURL",
                         .why = "There is nothing to relay through.",
                         .fix = "add HTTP3RelayURL, HTTP2RelayURL or both",
                         .reference = "Apple: Relay"};

constexpr std::array kRules = {&kServer, &kPlain, &kRequirement, &kRelay};
constexpr RuleGroup kGroup = {"dns", "DNS and relays", kRules};

constexpr MacOsVersion kRequirementSince{27, 0, 0};

void CheckSettings(const PayloadView& payload, absl::string_view name, Sink& sink) {
  const Value* dns = plist::SubDict(payload.value(), name);
  if (dns == nullptr) return;
  const std::string protocol = Text(*dns, "DNSProtocol"), url = Text(*dns, "ServerURL");
  const Spot spot = payload.At(absl::StrCat(name, ".DNSProtocol"));
  if (protocol == "HTTPS" && url.empty()) {
    sink.Add(kServer, spot, "DNSProtocol is 'HTTPS' and ServerURL is missing");
  } else if (protocol == "HTTPS" && !absl::StartsWithIgnoreCase(url, "https://")) {
    sink.Add(kPlain, payload.At(absl::StrCat(name, ".ServerURL")), absl::StrCat("ServerURL is '", url, "'"));
  } else if (protocol == "TLS" && Text(*dns, "ServerName").empty()) {
    sink.Add(kServer, spot, "DNSProtocol is 'TLS' and ServerName is missing");
  }
}

void CheckProxy(const PayloadView& payload, Sink& sink) {
  const std::string provider = payload.Text("ProviderBundleIdentifier");
  const std::string requirement = payload.Text("ProviderDesignatedRequirement");
  if (!requirement.empty() && !provider.empty()) {
    CheckRequirement(payload, payload.At("ProviderDesignatedRequirement"), provider, requirement, sink);
  } else if (requirement.empty() &&
             payload.file().options().target.value_or(MacOsVersion{}) >= kRequirementSince) {
    sink.Add(kRequirement, payload.At("ProviderBundleIdentifier"),
             "ProviderDesignatedRequirement is missing");
  }
}

void CheckRelays(const PayloadView& payload, Sink& sink) {
  const auto* list = plist::SubArray(payload.value(), "Relays");
  if (list == nullptr) return;
  for (size_t i = 0; i < list->size(); ++i) {
    const Value& relay = (*list)[i];
    if (!Text(relay, "HTTP3RelayURL").empty() || !Text(relay, "HTTP2RelayURL").empty()) continue;
    sink.Add(kRelay, payload.At(absl::StrCat("Relays[", i, "]"), relay), "the relay has no URL");
  }
}

}  // namespace

const RuleGroup& DnsRules() {
  return kGroup;
}

void CheckDns(const FileView& file, Sink& sink) {
  for (const PayloadView& payload : file.payloads()) {
    if (payload.type() == "com.apple.dnsSettings.managed") CheckSettings(payload, "DNSSettings", sink);
    if (payload.type() == profiles::kVpnPayload) CheckSettings(payload, "DNS", sink);
    if (payload.type() == profiles::kDnsProxyPayload) CheckProxy(payload, sink);
    if (payload.type() == "com.apple.relay.managed") CheckRelays(payload, sink);
  }
}

}  // namespace holdfast::lint
