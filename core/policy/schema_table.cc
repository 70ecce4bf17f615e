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
constexpr SchemaKey Choice(Text path, Text value, Text choices, Text meaning) {
  return {
      .path = path, .type = KeyType::kChoice, .default_text = value, .choices = choices, .meaning = meaning};
}
constexpr SchemaKey Planned(Text path, Text meaning) {
  return {.path = path, .type = KeyType::kPlanned, .meaning = meaning};
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
    Planned("Services[].AlwaysConnected.ConflictGroup", "At most one service of a group is up."),

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
              .required = true,
              .meaning = "`HOST:PORT` behind the tunnel that accepts a connection while the tunnel works."},
    Planned("Liveness.Probes[].Https", "A URL behind the tunnel."),
    Planned("Liveness.Probes[].Dns", "A name that only the tunnel's resolver knows."),
    Time("Liveness.Interval", "15s", 1, kHour, "Time between two probes of one target."),
    Time("Liveness.Timeout", "5s", 0.1, kMinute, "How long one probe may take; not above `interval`."),
    Time("Liveness.FailAfter", "45s", 1, kHour,
         "Connected, but no target has answered for this long: the service is falsely connected, a "
         "violation."),
    Planned("Liveness.Action", "Restart a falsely connected service instead of only reporting it."),

    Time("Wake.Grace", "1m", 0, kHour, "No verdict until this long after a wake."),
    Bool("Wake.IgnoreDarkWake", "true", "A wake without a display (maintenance) is sleep."),
    Time("Boot.Grace", "2m", 0, kHour, "No verdict until this long after the agent's first start of a boot."),
    Time("Login.Grace", "3m", 0, kHour, "No verdict until this long after a login."),
    Time("PostUpdate.Grace", "15m", 0, 2 * kHour,
         "No verdict until this long after the agent's first start on another OS build."),
    Time("PostUpdate.ExtensionGrace", "3m", 0, kHour,
         "No verdict until this long after a system extension went to another version."),
    Planned("Setup.Hold", "No verdict until Setup Assistant has ended and the first policy has arrived."),

    Choice("Override.Mode", "reason", "none, reason",
           "Whether a person may suspend enforcement: not at all, or with a reason that is recorded."),
    Time("Override.MaxDuration", "1h", 1, kDay, "Longest time of one override; each has an end."),
    Integer("Override.MaxPerDay", "3", 0, 100, "Overrides per console user and day."),
    Integer("Override.MinReasonLength", "10", 0, 200, "Characters that a reason needs."),
    Planned("EmergencySuspend", "A signed message that suspends enforcement, with an end."),
    Planned("Maintenance", "Windows in which a tunnel may be stopped."),

    SchemaKey{.path = "TransparentProxies.RequiredOrder",
              .type = KeyType::kTextList,
              .default_text = "[]",
              .max = 64,
              .meaning = "Bundle identifiers: the order that profiles declare must be this one."},
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
    Planned("Coverage", "What the tunnel must carry: routes and resolvers."),
    Planned("CaptivePortal.Action", "What to do behind a captive portal."),
    Planned("CaptivePortal.HoldTimeout", "How long to hold."),
    Planned("CaptivePortal.MaxHoldsPerNetworkPerDay", "A budget against a spoofed portal."),
    Planned("TrustedNetworks", "Networks on which the tunnel is not needed, proven by a TLS beacon."),
    Planned("TrustedNetworkAction", "What to do on a trusted network."),
    Planned("UntrustedNetworkAction", "What to do elsewhere."),
    Planned("Compliance.ActionDelay", "How long a violation lasts before the action."),
    Planned("Compliance.Action", "Report or notify."),

    Integer("History.RetentionDays", "90", 1, 3650, "Days that acknowledged rows are kept on the device."),
    Bytes("History.MaxBytes", "256MiB", 4 * kMiB, 65536 * kMiB,
          "Size of the device's journal; the oldest acknowledged rows go first."),
    Time("Reporting.HeartbeatInterval", "1m", 1, kDay,
         "Sync with the server when nothing happens. Changes are sent at once; the server may only lengthen "
         "it."),
    Planned("Reporting.UnacknowledgedMaxBytes",
            "Share of the journal for rows the server has not acknowledged."),
    Planned("Rollout.Percent", "Share of the group that gets this version."),
    Planned("Rollout.HaltOnFailureRate", "Rate of failures at which the roll-out stops."),
    Bool("TamperProtection", "true",
         "Whether a changed launch job, signature, configuration or database is an incident. Root can always "
         "stop the "
         "agent: that is noticed, not prevented."),
    Planned("Privacy.RedactSSID", "SSID and BSSID leave only as a keyed hash."),
    Planned("Privacy.UserNotice", "What `holdfastctl privacy` tells the person."),
};

}  // namespace

absl::Span<const SchemaKey> PolicySchema() {
  return kSchema;
}

}  // namespace holdfast
