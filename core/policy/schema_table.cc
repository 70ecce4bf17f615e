#include <array>

#include "core/policy/published_hosts.h"
#include "core/policy/schema.h"

namespace holdfast {
namespace {

using Text = absl::string_view;

constexpr double kMinute = 60, kHour = 3600, kDay = 86400;
// The largest integer that every reader of JSON keeps exactly.
constexpr double kMaxVersion = 9007199254740991.0;
constexpr double kMiB = 1 << 20;

constexpr SchemaKey Bool(Text path, Text value, Text meaning) {
  return {.path = path, .type = KeyType::kBool, .default_text = value, .meaning = meaning};
}
constexpr SchemaKey Integer(Text path, Text value, double min, double max, Text meaning) {
  return {.path = path,
          .type = KeyType::kInteger,
          .default_text = value,
          .min = min,
          .max = max,
          .meaning = meaning};
}
constexpr SchemaKey Number(Text path, Text value, double min, double max, Text meaning) {
  return {.path = path,
          .type = KeyType::kNumber,
          .default_text = value,
          .min = min,
          .max = max,
          .meaning = meaning};
}
constexpr SchemaKey Time(Text path, Text value, double min, double max, Text meaning) {
  return {.path = path,
          .type = KeyType::kDuration,
          .default_text = value,
          .min = min,
          .max = max,
          .meaning = meaning};
}
constexpr SchemaKey Bytes(Text path, Text value, double min, double max, Text meaning) {
  return {.path = path,
          .type = KeyType::kBytes,
          .default_text = value,
          .min = min,
          .max = max,
          .meaning = meaning};
}
constexpr SchemaKey Words(Text path, Text meaning) {
  return {.path = path, .type = KeyType::kText, .meaning = meaning};
}
constexpr SchemaKey TextList(Text path, Text value, double min, double max, Text meaning) {
  return {.path = path,
          .type = KeyType::kTextList,
          .default_text = value,
          .min = min,
          .max = max,
          .meaning = meaning};
}
constexpr SchemaKey Moment(Text path, Text meaning) {
  return {.path = path, .type = KeyType::kMoment, .required = true, .meaning = meaning};
}
constexpr SchemaKey Choice(Text path, Text value, Text choices, Text meaning) {
  return {
      .path = path, .type = KeyType::kChoice, .default_text = value, .choices = choices, .meaning = meaning};
}
constexpr SchemaKey Required(SchemaKey key) {
  key.required = true;
  return key;
}

constexpr Text kActions = "backoff, retryOnceThenAsk, noRetry, waitForPath, none";

constexpr std::array kSchema = {
    Required(Integer(
        "PolicyVersion", "", 1, kMaxVersion,
        "Grows with every change. It is stored with every result; results of an older one are stale.")),
    Choice("EnforcementMode", "audit", "off, audit, enforce",
           "`audit` judges and records what it would have done, and sends no command. `enforce` acts."),

    Words("Services[].Name",
          "The rule's label in every message and report; unique. Without it, the most specific "
          "field of `match`."),
    SchemaKey{.path = "Services[].Match.Identifier",
              .type = KeyType::kUuid,
              .meaning =
                  "UUID of the VPN configuration. All given fields of `match` must agree; at least one is "
                  "needed. No configuration that agrees is itself a violation."},
    Words("Services[].Match.Name", "The configuration's name as people see it (`UserDefinedName`)."),
    Words("Services[].Match.PayloadIdentifier", "`PayloadIdentifier` of the payload that installed it."),
    Words("Services[].Match.ProviderBundleIdentifier", "Bundle identifier of the tunnel's provider."),
    Choice("Services[].Match.Type", "", "IKEv2, IPSec, L2TP, VPN, TransparentProxy",
           "Kind of configuration; `VPN` is a vendor's provider."),
    Words("Services[].Match.Interface",
          "Name of an interface (`utun4`): binds to no configuration, so the service is "
          "observed and never commanded."),
    Choice("Services[].Scope", "device", "device, user",
           "A `user` service is judged and started for the console user only, in that user's session."),
    Choice("Services[].Authentication", "user", "machine, user, interactive",
           "Who can start it: the daemon at any time; only while a person is logged in; or a person, who is "
           "asked."),
    Bool("Services[].AlwaysConnected.Enabled", "false", "Keep it connected."),
    Bool(
        "Services[].AlwaysConnected.AllowDisconnect", "false",
        "`true`: a person's stop is honoured and excused. `false`: it is a violation from the first second."),
    Time("Services[].AlwaysConnected.ReconnectAfter", "10s", 0, kDay,
         "After a person's stop, how long until it is restored. With `allowDisconnect: true` the default is "
         "never."),
    Choice("Services[].AlwaysConnected.Since", "login", "boot, login, network",
           "The earliest moment at which it is required: always, from the first login of a boot, or from its "
           "first "
           "satisfied network path. Default `boot` when `authentication` is `machine`."),
    Words("Services[].AlwaysConnected.ConflictGroup",
          "Name of a group of which at most one service is up; the first by position that can be. The others "
          "stand by, which is excused."),

    Time("Reconnect.Settle", "2s", 0, 5 * kMinute,
         "The network path must have held for this long (address and resolver) before a start."),
    Time("Reconnect.InitialDelay", "1s", 0.1, kHour, "Delay after the first failure."),
    Number("Reconnect.Multiplier", "2", 1, 10, "Growth of the delay with each failure in a row."),
    Time("Reconnect.MaxDelay", "5m", 0.1, kDay, "Cap of the delay; not below `initialDelay`."),
    Number("Reconnect.Jitter", "0.5", 0, 1, "Up to this share of the capped delay is added at random."),
    Integer("Reconnect.AttemptBudget.PerHour", "30", 1, 1000,
            "Start commands of ours per service in any hour. A person's own connect is not counted."),
    Integer("Reconnect.AttemptBudget.PerTenMinutes", "10", 1, 1000, "The same in any ten minutes."),
    Choice("Reconnect.OnFailure.Authentication", "retryOnceThenAsk", kActions,
           "Credentials were refused. Accounts lock after few failures, so the default asks the person."),
    Choice("Reconnect.OnFailure.Certificate", "noRetry", kActions,
           "A certificate is missing, expired or invalid. Only an admin can repair that."),
    Choice("Reconnect.OnFailure.NoNetwork", "waitForPath", kActions, "The network went away."),
    Choice("Reconnect.OnFailure.ServerUnreachable", "backoff", kActions, "The gateway does not answer."),
    Choice("Reconnect.OnFailure.ConfigurationRemoved", "none", kActions,
           "The configuration was removed or disabled: there is nothing to start."),
    Choice("Reconnect.OnFailure.Other", "backoff", kActions, "Any other cause."),

    Time("StuckConnecting.Timeout", "2m30s", 1, kHour,
         "Connecting for longer than this is stuck. macOS has its own timers of 60 s (providers) and 120 s "
         "(IKEv2): "
         "below 140 s the agent fights them."),
    Time("StuckConnecting.InteractiveTimeout", "10m", 1, 2 * kHour,
         "The same for `authentication: interactive`: a person may be in a sign-in window."),
    Time("StuckDisconnecting.Timeout", "30s", 1, 10 * kMinute,
         "Disconnecting for longer than this is stuck."),
    SchemaKey{
        .path = "Remediation.Ladder",
        .type = KeyType::kChoiceList,
        .default_text = "[stopWaitStart, cancelWaitStart, notify]",
        .choices = "stopWaitStart, cancelWaitStart, notify",
        .min = 1,
        .max = 10,
        .meaning =
            "What is tried when a service is stuck; each step is verified before the next. `notify` can "
            "only be the last."},
    Integer("Remediation.CircuitBreaker.FailedLadders", "3", 1, 100,
            "After this many failed ladders the agent stops trying for a while."),
    Time("Remediation.CircuitBreaker.Cooldown", "10m", 1, kDay,
         "How long; a new network path, a wake or a changed policy ends it early."),

    SchemaKey{.path = "Liveness.Probes[].Tcp",
              .type = KeyType::kEndpoint,
              .meaning =
                  "`HOST:PORT` behind the tunnel that accepts a connection while the tunnel works. Each "
                  "probe has one of `tcp`, `https` and `dns`."},
    Words("Liveness.Probes[].Https", "An `https://` URL behind the tunnel. Redirections are not followed."),
    Integer("Liveness.Probes[].HttpsStatus", "", 100, 599, "The status it must answer. Unset: 200."),
    TextList("Liveness.Probes[].HttpsSpki", "[]", 0, 16,
             "SHA-256 of the public key its certificate must have, in hex. Empty: the system's certificate "
             "authorities decide, and the name must match."),
    Words("Liveness.Probes[].Dns", "A name that only the tunnel's resolver knows."),
    Words("Liveness.Probes[].DnsServer",
          "Address of the resolver that is asked. Unset: the first one the system uses."),
    Words("Liveness.Probes[].DnsAnswer", "An address that must be among the answers. Unset: any answer."),
    Time("Liveness.Interval", "15s", 1, kHour, "Time between two probes of one target."),
    Time("Liveness.Timeout", "5s", 0.1, kMinute, "How long one probe may take; not above `interval`."),
    Time("Liveness.FailAfter", "45s", 1, kHour,
         "Connected, but no target has answered for this long: the service is falsely connected, a "
         "violation."),
    Choice(
        "Liveness.Action", "report", "report, restart",
        "`restart`: a falsely connected service is also restarted, when no probe of at least two different "
        "hosts answers, no byte came in through it since, and the server does not hold restarts back. After "
        "`remediation.circuitBreaker.failedLadders` restarts that did not help, none for its cooldown."),

    Time("Wake.Grace", "1m", 0, kHour,
         "No verdict until this long after a wake. All graces together excuse at most 3 hours in 24."),
    Bool("Wake.IgnoreDarkWake", "true", "A wake without a display (maintenance) is sleep."),
    Time("Boot.Grace", "2m", 0, kHour, "No verdict until this long after the agent's first start of a boot."),
    Time("Login.Grace", "3m", 0, kHour, "No verdict until this long after a login."),
    Time("PostUpdate.Grace", "15m", 0, 2 * kHour,
         "No verdict until this long after the agent's first start on another OS build."),
    Time("PostUpdate.ExtensionGrace", "3m", 0, kHour,
         "No verdict until this long after a system extension went to another version."),
    Bool("Setup.Hold", "true",
         "No verdict and nothing shown until Setup Assistant has ended and the first policy has arrived."),

    Choice(
        "Override.Mode", "reason", "none, reason, passcode, ticket, admin-code",
        "What a person needs to suspend enforcement: `none` forbids it; a `reason` that is recorded; also a "
        "`passcode`; also the number of a `ticket`; or only a single-use `admin-code` (`holdfast-admin "
        "override "
        "code`), which every mode but `none` accepts."),
    Time("Override.MaxDuration", "1h", 1, kDay, "Longest time of one override; each has an end."),
    Integer("Override.MaxPerDay", "3", 0, 100, "Overrides per console user and day."),
    Integer("Override.MinReasonLength", "10", 0, 200, "Characters that a reason needs."),
    SchemaKey{.path = "Override.Passcode",
              .type = KeyType::kText,
              .meaning = "For `passcode`: its salted hash, as `holdfast-admin override passcode` prints it. "
                         "`holdfastctl` does not show it.",
              .secret = true},
    Words("Override.TicketPattern",
          "For `ticket`: a regular expression (RE2) that the whole number must match: `INC[0-9]{7}`."),
    Words("EmergencySuspend",
          "A signed order that suspends enforcement, as `holdfast-admin emergency suspend --print` gives it: "
          "how it "
          "reaches a Mac when the server does not. One that is not signed by a pinned key, is for another "
          "device or is over changes nothing and is the incident `policy_tampered`."),
    Required(Words("Maintenance[].Name", "Names the window in every message and report; unique.")),
    SchemaKey{
        .path = "Maintenance[].Devices",
        .type = KeyType::kTextList,
        .default_text = "[]",
        .max = 1000,
        .meaning = "Serial numbers, host names or device ids; none: every device of the policy's group."},
    Moment("Maintenance[].From",
           "Begin, as `2026-11-21T22:00:00Z`. Until the end nothing is started or restored, and the time is "
           "excused as `maintenance`."),
    Moment("Maintenance[].Until", "End, at most 7 days after the begin."),

    TextList("TransparentProxies.RequiredOrder", "[]", 0, 64,
             "Bundle identifiers: the order that profiles declare must be this one."),
    Bool("TransparentProxies.RequireOrderKey", "",
         "Whether each proxy's profile must have a valid `Order`. Unset: when two or more are installed."),
    SchemaKey{.path = "TransparentProxies.MustReach",
              .type = KeyType::kTextList,
              .default_text = kPublishedHosts,
              .max = 64,
              .meaning = "`HOST:PORT` that must be reachable while a transparent proxy runs: its exclusions "
                         "cannot be read, so "
                         "they are tried. The default is what Apple publishes for Software Update and push; "
                         "`[]` asks nobody. "
                         "They are also asked while the agent's server is out of reach, and for an hour "
                         "after an extension's "
                         "update."},
    Required(Words("ContentFilters.Required[].BundleIdentifier",
                   "The filter's provider or application, which must be installed and enabled.")),
    SchemaKey{.path = "ContentFilters.Required[].Grade",
              .type = KeyType::kText,
              .choices = "firewall, inspector",
              .meaning = "Its `FilterGrade`. Unset, here and below: not looked at."},
    Bool("ContentFilters.Required[].Sockets", "", "Whether it filters sockets."),
    Bool("ContentFilters.Required[].Packets", "", "Whether it filters packets."),
    Bool("ContentFilters.Required[].Running", "", "Whether its process must run."),
    Bool("ContentFilters.WarnSameGrade", "false",
         "Tell of two filters of one grade, whose order is undefined. Off, since `firewall` is everyone's "
         "default."),
    Required(Words("DNSProxies.Required[].BundleIdentifier",
                   "The DNS proxy's provider or application, which must be installed and enabled.")),
    Words("SystemExtensions.Required[].Team", "Its team identifier. Unset: any."),
    Required(Words("SystemExtensions.Required[].BundleIdentifier",
                   "The extension, which must be there and running.")),
    Words("SystemExtensions.Required[].MinimumVersion",
          "The oldest version allowed; parts are compared as numbers."),
    SchemaKey{.path = "SystemExtensions.Required[].State",
              .type = KeyType::kText,
              .default_text = "activated enabled",
              .meaning = "Its state, in the words of `systemextensionsctl list`."},
    Bool("SystemExtensions.Required[].Removable", "", "`false`: a person must not be able to remove it."),
    SchemaKey{.path = "Profiles.Required",
              .type = KeyType::kTextList,
              .default_text = "[]",
              .max = 64,
              .meaning = "Identifiers of profiles or declarations that must be there. Where one of the "
                         "sources cannot be read, "
                         "absence proves nothing."},
    Bool("Profiles.DriftCheck", "true",
         "Whether it is an incident when a required one is gone, or is not MDM's any more."),
    Choice("OnDemand.Expected", "any", "on, off, any",
           "Whether On Demand must be on or off for the services that a rule names. macOS cannot lock the "
           "switch and "
           "the agent cannot set it."),
    Choice("FailurePosture", "open", "open, closed",
           "`closed`: each required service must hold traffic back while it is down (IncludeAllNetworks or "
           "EnforceRoutes). That is verified, not built."),
    SchemaKey{.path = "Coverage",
              .type = KeyType::kChoiceList,
              .default_text = "[]",
              .choices = "defaultRouteIpv4, defaultRouteIpv6, resolvers, noUnmanagedVpn, noPrivateRelay",
              .max = 5,
              .meaning =
                  "What must hold while a required service is connected, judged from routes, interfaces and "
                  "resolvers: connected without it is a violation, and what cannot be told is unknown time."},
    Choice(
        "CaptivePortal.Action", "hold", "hold, notify, none",
        "Behind a captive portal. `hold`: nothing is started or restarted and the time is excused, so that a "
        "person can sign in. `notify`: the person is told, nothing else changes. `none`: no page is asked."),
    Time("CaptivePortal.HoldTimeout", "5m", 1, kHour,
         "Longest time of one hold. Afterwards services are started again, and the time counts as no network "
         "as long as the portal stands in between."),
    Integer("CaptivePortal.MaxHoldsPerNetworkPerDay", "3", 0, 100,
            "A budget against a portal that somebody only pretends: further ones hold nothing and excuse "
            "nothing."),
    Required(
        Words("CaptivePortal.Probes[].Url",
              "An `http://` page whose answer is known. At least two, of different hosts: only when none "
              "answers as known and two answer otherwise it is a portal. Default: the pages that macOS "
              "(`captive.apple.com`) and Android (`connectivitycheck.gstatic.com`) ask.")),
    Integer("CaptivePortal.Probes[].Status", "204", 100, 599, "The status it answers without a portal."),
    Words("CaptivePortal.Probes[].Contains", "Text that its body contains without a portal."),
    Required(Words("TrustedNetworks[].Name", "Its name in messages and reports; unique.")),
    SchemaKey{.path = "TrustedNetworks[].Beacon",
              .type = KeyType::kEndpoint,
              .required = true,
              .meaning =
                  "`HOST:PORT` of a TLS server that only this network reaches. It is asked outside the "
                  "tunnel, and its key is the only proof."},
    Required(
        TextList("TrustedNetworks[].Spki", "", 1, 16,
                 "SHA-256 of the beacon's public key, in hex; the old and the new one while it is renewed.")),
    Words("TrustedNetworks[].DnsDomain",
          "A hint, as the next three: where it is known and differs, the beacon is not asked. Here: a search "
          "domain of the network."),
    Words("TrustedNetworks[].DnsServer", "Address of one of the network's resolvers."),
    Words("TrustedNetworks[].GatewayMac", "The gateway's link-layer address, `aa:bb:cc:dd:ee:ff`."),
    Words("TrustedNetworks[].Ssid", "Name of the wireless network. Often unreadable, and easy to imitate."),
    Choice(
        "TrustedNetworkAction", "ignore", "connect, disconnect, pause, ignore",
        "For required services on a network whose beacon proved it. `connect`: as everywhere. `disconnect`: "
        "kept down. `pause`: stopped once on arrival. `ignore`: left as they are. But for `connect`, the "
        "time "
        "they are down is excused, and they are started again elsewhere."),
    Choice("UntrustedNetworkAction", "connect", "connect, ignore",
           "Elsewhere. `connect`: started. `ignore`: nothing is started; the time counts all the same, since "
           "only a beacon excuses."),
    Time(
        "Compliance.ActionDelay", "24h", 0, 30 * kDay,
        "How long a violation lasts before the action. It delays the action only: the seconds count from the "
        "first."),
    Choice("Compliance.Action", "report", "report, notify",
           "What happens then: nothing beyond the reports, or the person at the Mac is told, once per "
           "violation."),

    Integer("History.RetentionDays", "90", 1, 3650, "Days that acknowledged rows are kept on the device."),
    Bytes("History.MaxBytes", "256MiB", 4 * kMiB, 65536 * kMiB,
          "Size of the device's journal; the oldest acknowledged rows go first."),
    Time("Reporting.HeartbeatInterval", "1m", 1, kDay,
         "Sync with the server when nothing happens. Changes are sent at once; the server may only lengthen "
         "it."),
    Bytes(
        "Reporting.UnacknowledgedMaxBytes", "64MiB", kMiB, 65536 * kMiB,
        "How much of the journal rows may take that the server has not acknowledged: what a Mac brings after "
        "a long time offline. Beyond it the oldest go, violations and incidents last, and a row tells of "
        "the gap. Without a server the whole journal is theirs."),
    Integer("Rollout.Percent", "100", 0, 100,
            "The server hands this version to so many percent of the group's devices, always the same ones, "
            "and to more when the share is raised; the others keep the version before. `0`: nobody yet. Like "
            "the next, it counts in the server's policy only."),
    Number("Rollout.HaltOnFailureRate", "5", 0, 100,
           "In percent of the devices that were handed this version: when more of them fail than would have "
           "anyway, the server hands it to no further device. `100`: never."),
    Bool("TamperProtection", "true",
         "Whether a changed launch job, signature, configuration or database is an incident. Root can always "
         "stop the "
         "agent: that is noticed, not prevented."),
    Bool("Privacy.RedactSSID", "true",
         "The names of wireless networks do not leave the Mac. `false` is accepted and changes nothing: this "
         "version never records them."),
    Words("Privacy.UserNotice", "What `holdfastctl privacy` tells the person besides what is sent."),
};

}  // namespace

absl::Span<const SchemaKey> PolicySchema() {
  return kSchema;
}

}  // namespace holdfast
