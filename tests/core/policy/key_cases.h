// A row for every key of the schema: a value it takes and one it refuses. Each spelling is tested
// with these.
#pragma once

#include <ostream>
#include <string>
#include <vector>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"
#include "absl/strings/string_view.h"
#include "absl/strings/strip.h"
#include "core/policy/spelling.h"

namespace holdfast {

struct KeyCase {
  absl::string_view path;
  absl::string_view accepted, shown;  // another value than the default
  absl::string_view refused, message;
};

// How a failure names its case.
inline std::ostream& operator<<(std::ostream& out, const KeyCase& c) {
  return out << c.path;
}

inline constexpr absl::string_view kNotDuration =
    "\"soon\" is not a duration (write \"2s\", \"5m\", \"1h30m\")";
inline constexpr absl::string_view kNotAction =
    "\"retry\" is not one of: backoff, retryOnceThenAsk, noRetry, waitForPath, none";
inline constexpr absl::string_view kNotBool = "\"yes\" is not true or false";

inline constexpr absl::string_view kPins =
    "[0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef]";

inline constexpr KeyCase kKeyCases[] = {
    {"PolicyVersion", "12", "12", "0", "0 is out of range (between 1 and 9007199254740991)"},
    {"EnforcementMode", "enforce", "enforce", "on", "\"on\" is not one of: off, audit, enforce"},
    {"Services[].Name", "Head office", "Head office", "12", "12 is not text (put it in quotes)"},
    {"Services[].Match.Identifier", "6f1b4c0e-0000-4000-8000-000000000001",
     "6F1B4C0E-0000-4000-8000-000000000001", "6f1b",
     "\"6f1b\" is not a UUID (write 8-4-4-4-12 hexadecimal digits)"},
    {"Services[].Match.Name", "Office", "Office", "true", "true is not text (put it in quotes)"},
    {"Services[].Match.PayloadIdentifier", "com.example.vpn", "com.example.vpn", "[a]", "a list is not text"},
    {"Services[].Match.ProviderBundleIdentifier", "com.example.tunnel", "com.example.tunnel", "''",
     "\"\" is empty (write a value or remove the line)"},
    {"Services[].Match.Type", "ikev2", "IKEv2", "WireGuard",
     "\"WireGuard\" is not one of: IKEv2, IPSec, L2TP, VPN, TransparentProxy"},
    {"Services[].Match.Interface", "utun4", "utun4", "4", "4 is not text (put it in quotes)"},
    {"Services[].Scope", "user", "user", "system", "\"system\" is not one of: device, user"},
    {"Services[].Authentication", "interactive", "interactive", "saml",
     "\"saml\" is not one of: machine, user, interactive"},
    {"Services[].AlwaysConnected.Enabled", "true", "true", "yes", kNotBool},
    {"Services[].AlwaysConnected.AllowDisconnect", "true", "true", "yes", kNotBool},
    {"Services[].AlwaysConnected.ReconnectAfter", "90s", "1m30s", "soon", kNotDuration},
    {"Services[].AlwaysConnected.Since", "network", "network", "wake",
     "\"wake\" is not one of: boot, login, network"},
    {"Services[].AlwaysConnected.ConflictGroup", "tunnels", "tunnels", "[a]", "a list is not text"},
    {"Reconnect.Settle", "500ms", "500ms", "soon", kNotDuration},
    {"Reconnect.InitialDelay", "3s", "3s", "5", "5 is a duration without a unit (write \"5s\" or \"5m\")"},
    {"Reconnect.Multiplier", "1.5", "1.5", "0.5", "0.5 is out of range (between 1 and 10)"},
    {"Reconnect.MaxDelay", "1m", "1m", "48h", "\"48h\" is out of range (between 100ms and 24h)"},
    {"Reconnect.Jitter", "0", "0", "1.5", "1.5 is out of range (between 0 and 1)"},
    {"Reconnect.AttemptBudget.PerHour", "20", "20", "0", "0 is out of range (between 1 and 1000)"},
    {"Reconnect.AttemptBudget.PerTenMinutes", "5", "5", "many",
     "\"many\" is not a whole number (between 1 and 1000)"},
    {"Reconnect.OnFailure.Authentication", "noRetry", "noRetry", "retry", kNotAction},
    {"Reconnect.OnFailure.Certificate", "backoff", "backoff", "retry", kNotAction},
    {"Reconnect.OnFailure.NoNetwork", "backoff", "backoff", "retry", kNotAction},
    {"Reconnect.OnFailure.ServerUnreachable", "waitForPath", "waitForPath", "retry", kNotAction},
    {"Reconnect.OnFailure.ConfigurationRemoved", "backoff", "backoff", "retry", kNotAction},
    {"Reconnect.OnFailure.Other", "none", "none", "retry", kNotAction},
    {"StuckConnecting.Timeout", "3m", "3m", "0s", "\"0s\" is out of range (between 1s and 1h)"},
    {"StuckConnecting.InteractiveTimeout", "15m", "15m", "3h", "\"3h\" is out of range (between 1s and 2h)"},
    {"StuckDisconnecting.Timeout", "20s", "20s", "soon", kNotDuration},
    {"Remediation.Ladder", "[StopWaitStart, notify]", "[stopWaitStart, notify]", "[reboot]",
     "\"reboot\" is not one of: stopWaitStart, cancelWaitStart, notify"},
    {"Remediation.CircuitBreaker.FailedLadders", "5", "5", "1.5",
     "1.5 is not a whole number (between 1 and 100)"},
    {"Remediation.CircuitBreaker.Cooldown", "5m", "5m", "soon", kNotDuration},
    {"Liveness.Probes[].Tcp", "'10.0.0.1:443'", "10.0.0.1:443", "10.0.0.1",
     "\"10.0.0.1\" is not HOST:PORT (write \"10.0.0.1:443\" or \"[fd00::1]:443\")"},
    {"Liveness.Probes[].Https", "'https://intra.example.com/up'", "https://intra.example.com/up",
     "'http://intra'", "\"http://intra\" is no URL (write \"https://HOST/PATH\")"},
    {"Liveness.Probes[].HttpsStatus", "204", "204", "99", "99 is out of range (between 100 and 599)"},
    {"Liveness.Probes[].HttpsSpki", kPins, kPins, "[ab]",
     "\"ab\" is not the SHA-256 of a public key (write 64 hexadecimal digits)"},
    {"Liveness.Probes[].Dns", "intra.example.com", "intra.example.com", "7",
     "7 is not text (put it in quotes)"},
    {"Liveness.Probes[].DnsServer", "10.0.0.53", "10.0.0.53", "7", "7 is not text (put it in quotes)"},
    {"Liveness.Probes[].DnsAnswer", "10.0.0.7", "10.0.0.7", "7", "7 is not text (put it in quotes)"},
    {"Liveness.Interval", "30s", "30s", "soon", kNotDuration},
    {"Liveness.Timeout", "2s", "2s", "2m", "\"2m\" is out of range (between 100ms and 1m)"},
    {"Liveness.FailAfter", "1m", "1m", "soon", kNotDuration},
    {"Liveness.Action", "restart", "restart", "reboot", "\"reboot\" is not one of: report, restart"},
    {"Wake.Grace", "30s", "30s", "soon", kNotDuration},
    {"Wake.IgnoreDarkWake", "false", "false", "yes", kNotBool},
    {"Boot.Grace", "0s", "0s", "0", "0 is a duration without a unit (write \"0s\" or \"0m\")"},
    {"Login.Grace", "1m", "1m", "2h", "\"2h\" is out of range (between 0s and 1h)"},
    {"Setup.Hold", "false", "false", "yes", kNotBool},
    {"Override.Mode", "Admin-Code", "admin-code", "code",
     "\"code\" is not one of: none, reason, passcode, ticket, admin-code"},
    {"Override.MaxDuration", "2h", "2h", "soon", kNotDuration},
    {"Override.MaxPerDay", "0", "0", "-1", "-1 is out of range (between 0 and 100)"},
    {"Override.MinReasonLength", "20", "20", "long", "\"long\" is not a whole number (between 0 and 200)"},
    {"Override.Passcode", "'scrypt:14:AAAAAAAAAAAAAAAAAAAAAA==:BBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBB='",
     "scrypt:14:AAAAAAAAAAAAAAAAAAAAAA==:BBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBB=", "secret",
     "is not a salted hash (never write the passcode itself; make one with: holdfast-admin override "
     "passcode)"},
    {"Override.TicketPattern", "'INC[0-9]{7}'", "INC[0-9]{7}", "'INC[0-9'",
     "is not a regular expression: missing ]: [0-9"},
    {"EmergencySuspend", "'holdfast-order1:AAAA:BBBB'", "holdfast-order1:AAAA:BBBB", "7",
     "7 is not text (put it in quotes)"},
    {"Maintenance[].Name", "upgrade", "upgrade", "7", "7 is not text (put it in quotes)"},
    {"Maintenance[].Devices", "[C02XYZ]", "[C02XYZ]", "C02XYZ",
     "\"C02XYZ\" is not a list (write [first, second])"},
    {"Maintenance[].From", "'2026-11-21T23:00:00+01:00'", "2026-11-21T22:00:00Z", "tomorrow",
     "\"tomorrow\" is not a moment (write \"2026-11-21T22:00:00Z\" or \"2026-11-21T23:00:00+01:00\")"},
    {"Maintenance[].Until", "'2026-11-22T02:00:00Z'", "2026-11-22T02:00:00Z", "'2026-11-21T12:00:00Z'",
     "is not after its begin"},
    {"Compliance.ActionDelay", "1h", "1h", "soon", kNotDuration},
    {"Compliance.Action", "notify", "notify", "block", "\"block\" is not one of: report, notify"},
    {"Privacy.RedactSSID", "false", "false", "yes", kNotBool},
    {"Privacy.UserNotice", "Ask IT", "Ask IT", "7", "7 is not text (put it in quotes)"},
    {"TransparentProxies.RequiredOrder", "[com.a, com.b]", "[com.a, com.b]", "com.a",
     "\"com.a\" is not a list (write [first, second])"},
    {"TransparentProxies.RequireOrderKey", "true", "true", "yes", kNotBool},
    {"ContentFilters.Required[].BundleIdentifier", "com.example.filter", "com.example.filter", "7",
     "7 is not text (put it in quotes)"},
    {"ContentFilters.Required[].Grade", "Inspector", "inspector", "high",
     "\"high\" is not one of: firewall, inspector"},
    {"ContentFilters.Required[].Sockets", "true", "true", "yes", kNotBool},
    {"ContentFilters.Required[].Packets", "true", "true", "yes", kNotBool},
    {"ContentFilters.Required[].Running", "false", "false", "yes", kNotBool},
    {"ContentFilters.WarnSameGrade", "true", "true", "yes", kNotBool},
    {"PostUpdate.Grace", "10m", "10m", "soon", kNotDuration},
    {"PostUpdate.ExtensionGrace", "1m", "1m", "2h", "\"2h\" is out of range (between 0s and 1h)"},
    {"TransparentProxies.MustReach", "['a.example.com:443', 'b.example.com:80']",
     "[a.example.com:443, b.example.com:80]", "[a.example.com]",
     "\"a.example.com\" is not HOST:PORT (write \"10.0.0.1:443\" or \"[fd00::1]:443\")"},
    {"DNSProxies.Required[].BundleIdentifier", "com.example.dns", "com.example.dns", "7",
     "7 is not text (put it in quotes)"},
    {"SystemExtensions.Required[].Team", "EXAMPLE123", "EXAMPLE123", "12",
     "12 is not text (put it in quotes)"},
    {"SystemExtensions.Required[].BundleIdentifier", "com.example.ext", "com.example.ext", "7",
     "7 is not text (put it in quotes)"},
    {"SystemExtensions.Required[].MinimumVersion", "'2.1'", "2.1", "2.1",
     "2.1 is not text (put it in quotes)"},
    {"SystemExtensions.Required[].State", "activated disabled", "activated disabled", "true",
     "true is not text (put it in quotes)"},
    {"SystemExtensions.Required[].Removable", "false", "false", "no", "\"no\" is not true or false"},
    {"Profiles.Required", "[com.a, com.b]", "[com.a, com.b]", "com.a",
     "\"com.a\" is not a list (write [first, second])"},
    {"Profiles.DriftCheck", "false", "false", "yes", kNotBool},
    {"OnDemand.Expected", "on", "on", "maybe", "\"maybe\" is not one of: on, off, any"},
    {"FailurePosture", "closed", "closed", "shut", "\"shut\" is not one of: open, closed"},
    {"TamperProtection", "false", "false", "yes", kNotBool},
    {"Coverage", "[resolvers]", "[resolvers]", "[dns]",
     "\"dns\" is not one of: defaultRouteIpv4, defaultRouteIpv6, resolvers, noUnmanagedVpn, noPrivateRelay"},
    {"CaptivePortal.Action", "notify", "notify", "wait", "\"wait\" is not one of: hold, notify, none"},
    {"CaptivePortal.HoldTimeout", "10m", "10m", "soon", kNotDuration},
    {"CaptivePortal.MaxHoldsPerNetworkPerDay", "0", "0", "-1", "-1 is out of range (between 0 and 100)"},
    {"CaptivePortal.Probes[].Url", "'http://b.example/'", "http://b.example/", "'https://b.example/'",
     "\"https://b.example/\" is no page that a portal can answer for (write \"http://HOST/PATH\")"},
    {"CaptivePortal.Probes[].Status", "200", "200", "20", "20 is out of range (between 100 and 599)"},
    {"CaptivePortal.Probes[].Contains", "Success", "Success", "7", "7 is not text (put it in quotes)"},
    {"TrustedNetworks[].Name", "Head office", "Head office", "7", "7 is not text (put it in quotes)"},
    {"TrustedNetworks[].Beacon", "'beacon.example.com:443'", "beacon.example.com:443", "beacon",
     "\"beacon\" is not HOST:PORT (write \"10.0.0.1:443\" or \"[fd00::1]:443\")"},
    {"TrustedNetworks[].Spki", kPins, kPins, "[]", "a list of 0 is out of range (between 1 and 16 entries)"},
    {"TrustedNetworks[].DnsDomain", "corp.example.com", "corp.example.com", "7",
     "7 is not text (put it in quotes)"},
    {"TrustedNetworks[].DnsServer", "10.0.0.53", "10.0.0.53", "7", "7 is not text (put it in quotes)"},
    {"TrustedNetworks[].GatewayMac", "'02:00:00:00:00:01'", "02:00:00:00:00:01", "7",
     "7 is not text (put it in quotes)"},
    {"TrustedNetworks[].Ssid", "Office", "Office", "7", "7 is not text (put it in quotes)"},
    {"TrustedNetworkAction", "pause", "pause", "stop",
     "\"stop\" is not one of: connect, disconnect, pause, ignore"},
    {"UntrustedNetworkAction", "ignore", "ignore", "pause", "\"pause\" is not one of: connect, ignore"},
    {"History.RetentionDays", "30", "30", "0", "0 is out of range (between 1 and 3650)"},
    {"History.MaxBytes", "64MiB", "64MiB", "1MiB", "\"1MiB\" is out of range (between 4MiB and 64GiB)"},
    {"Reporting.UnacknowledgedMaxBytes", "32MiB", "32MiB", "1KiB",
     "\"1KiB\" is out of range (between 1MiB and 64GiB)"},
    {"Reporting.HeartbeatInterval", "5m", "5m", "60",
     "60 is a duration without a unit (write \"60s\" or \"60m\")"},
    {"Rollout.Percent", "10", "10", "101", "101 is out of range (between 0 and 100)"},
    {"Rollout.HaltOnFailureRate", "2.5", "2.5", "5%", "\"5%\" is not a number (between 0 and 100)"},
};

// What an item needs besides the key.
inline std::string Companion(absl::string_view path, bool pascal) {
  if (absl::StartsWith(path, "Services[].") && !absl::StartsWith(path, "Services[].Match.")) {
    return pascal ? "Match: {Name: x}, " : "match: {name: x}, ";
  }
  if (absl::StartsWith(path, "Maintenance[].")) {
    std::string companions;
    for (absl::string_view key :
         {"Name: w", "From: '2026-11-21T20:00:00Z'", "Until: '2026-11-22T20:00:00Z'"}) {
      const absl::string_view name = key.substr(0, key.find(':'));
      if (path == absl::StrCat("Maintenance[].", name)) continue;
      absl::StrAppend(&companions, pascal ? std::string(name) : YamlSpelling(name), key.substr(name.size()),
                      ", ");
    }
    return companions;
  }
  if (absl::StartsWith(path, "ContentFilters.Required[].") &&
      path != "ContentFilters.Required[].BundleIdentifier") {
    return pascal ? "BundleIdentifier: com.x, " : "bundleIdentifier: com.x, ";
  }
  if (absl::StartsWith(path, "SystemExtensions.Required[].") &&
      path != "SystemExtensions.Required[].BundleIdentifier") {
    return pascal ? "BundleIdentifier: com.x, " : "bundleIdentifier: com.x, ";
  }
  if (absl::StartsWith(path, "Liveness.Probes[].") && !absl::EndsWith(path, ".Tcp")) {
    const bool https = absl::StartsWith(path, "Liveness.Probes[].Https");
    if (path == "Liveness.Probes[].Https" || path == "Liveness.Probes[].Dns") return "";
    return absl::StrCat(pascal ? (https ? "Https" : "Dns") : (https ? "https" : "dns"),
                        https ? ": 'https://x.example', " : ": x.example, ");
  }
  if (absl::StartsWith(path, "CaptivePortal.Probes[].") && path != "CaptivePortal.Probes[].Url") {
    return pascal ? "Url: 'http://b.example/', " : "url: 'http://b.example/', ";
  }
  if (absl::StartsWith(path, "TrustedNetworks[].")) {
    std::string all;
    for (const auto& [key, value] : {std::pair<absl::string_view, absl::string_view>{"Name", "office"},
                                     {"Beacon", "'beacon.example.com:8443'"},
                                     {"Spki", kPins}}) {
      if (absl::EndsWith(path, absl::StrCat(".", key))) continue;
      absl::StrAppend(&all, pascal ? std::string(key) : YamlSpelling(key), ": ", value, ", ");
    }
    return all;
  }
  return "";
}

// What else a list needs beside the item with the key.
inline std::string Sibling(absl::string_view path, bool pascal) {
  if (!absl::StartsWith(path, "CaptivePortal.Probes[].")) return "";
  return pascal ? ", {Url: 'http://a.example/'}" : ", {url: 'http://a.example/'}";
}

// A document with the one key, in flow style and on one line.
inline std::string DocumentWith(absl::string_view path, absl::string_view value, bool pascal = false) {
  const std::string spelled = pascal ? std::string(path) : YamlSpelling(path);
  std::vector<std::string> names = absl::StrSplit(spelled, '.');
  std::string text(value);
  for (size_t i = names.size(); i-- > 0;) {
    absl::string_view name = names[i];
    const bool list = absl::ConsumeSuffix(&name, "[]");
    const bool item_key = i > 0 && absl::EndsWith(names[i - 1], "[]");
    text = absl::StrCat("{", item_key ? Companion(path, pascal) : "", name, ": ", list ? "[" : "", text,
                        list ? Sibling(path, pascal) : "", list ? "]" : "", "}");
  }
  if (path == "PolicyVersion") return text;
  return absl::StrCat("{", pascal ? "PolicyVersion" : "policyVersion", ": 1, ", text.substr(1));
}

}  // namespace holdfast
