// Binds each key of the schema to its member of Policy, once: the parser and explain are visitors.
// A visitor has Field(path, member), List(path, items, visit) and, for what `visit` calls, the same Field
// with paths that contain "[]". A test holds the paths against the schema.
#pragma once

#include "core/policy/policy.h"

namespace holdfast {

template <class Rule, class Visitor>
void VisitRule(Rule& rule, Visitor& v) {
  v.Field("Services[].Name", rule.label);
  v.Field("Services[].Match.Identifier", rule.match.identifier);
  v.Field("Services[].Match.Name", rule.match.name);
  v.Field("Services[].Match.PayloadIdentifier", rule.match.payload_identifier);
  v.Field("Services[].Match.ProviderBundleIdentifier", rule.match.provider_bundle_identifier);
  v.Field("Services[].Match.Type", rule.match.type);
  v.Field("Services[].Match.Interface", rule.match.interface_name);
  v.Field("Services[].Scope", rule.scope);
  v.Field("Services[].Authentication", rule.authentication);
  v.Field("Services[].AlwaysConnected.Enabled", rule.always_connected.enabled);
  v.Field("Services[].AlwaysConnected.AllowDisconnect", rule.always_connected.allow_disconnect);
  v.Field("Services[].AlwaysConnected.ReconnectAfter", rule.always_connected.reconnect_after);
  v.Field("Services[].AlwaysConnected.Since", rule.always_connected.since);
  v.Field("Services[].AlwaysConnected.ConflictGroup", rule.always_connected.conflict_group);
}

template <class P, class Visitor>
void VisitReconnect(P& policy, Visitor& v) {
  auto& reconnect = policy.reconnect;
  v.Field("Reconnect.Settle", reconnect.settle);
  v.Field("Reconnect.InitialDelay", reconnect.backoff.initial);
  v.Field("Reconnect.Multiplier", reconnect.backoff.multiplier);
  v.Field("Reconnect.MaxDelay", reconnect.backoff.max);
  v.Field("Reconnect.Jitter", reconnect.backoff.jitter);
  v.Field("Reconnect.AttemptBudget.PerHour", reconnect.budget.per_hour);
  v.Field("Reconnect.AttemptBudget.PerTenMinutes", reconnect.budget.per_ten_minutes);
  auto& on = reconnect.on_failure;
  v.Field("Reconnect.OnFailure.Authentication", on.authentication);
  v.Field("Reconnect.OnFailure.Certificate", on.certificate);
  v.Field("Reconnect.OnFailure.NoNetwork", on.no_network);
  v.Field("Reconnect.OnFailure.ServerUnreachable", on.server_unreachable);
  v.Field("Reconnect.OnFailure.ConfigurationRemoved", on.configuration_removed);
  v.Field("Reconnect.OnFailure.Other", on.other);
}

template <class P, class Visitor>
void VisitRemediation(P& policy, Visitor& v) {
  v.Field("StuckConnecting.Timeout", policy.stuck_connecting);
  v.Field("StuckConnecting.InteractiveTimeout", policy.stuck_connecting_interactive);
  v.Field("StuckDisconnecting.Timeout", policy.stuck_disconnecting);
  v.Field("Remediation.Ladder", policy.ladder);
  v.Field("Remediation.CircuitBreaker.FailedLadders", policy.circuit_breaker.failed_ladders);
  v.Field("Remediation.CircuitBreaker.Cooldown", policy.circuit_breaker.cooldown);
}

template <class P, class Visitor>
void VisitLiveness(P& policy, Visitor& v) {
  v.List("Liveness.Probes", policy.liveness.probes, [&v](auto& probe) {
    v.Field("Liveness.Probes[].Tcp", probe.tcp);
    v.Field("Liveness.Probes[].Https", probe.https);
    v.Field("Liveness.Probes[].HttpsStatus", probe.https_status);
    v.Field("Liveness.Probes[].HttpsSpki", probe.spki);
    v.Field("Liveness.Probes[].Dns", probe.dns);
    v.Field("Liveness.Probes[].DnsServer", probe.dns_server);
    v.Field("Liveness.Probes[].DnsAnswer", probe.dns_answer);
  });
  v.Field("Liveness.Interval", policy.liveness.interval);
  v.Field("Liveness.Timeout", policy.liveness.timeout);
  v.Field("Liveness.FailAfter", policy.liveness.fail_after);
  v.Field("Liveness.Action", policy.liveness.action);
}

template <class P, class Visitor>
void VisitNetworks(P& policy, Visitor& v) {
  v.Field("Coverage", policy.coverage);
  auto& portal = policy.captive_portal;
  v.Field("CaptivePortal.Action", portal.action);
  v.Field("CaptivePortal.HoldTimeout", portal.hold_timeout);
  v.Field("CaptivePortal.MaxHoldsPerNetworkPerDay", portal.max_holds_per_network_per_day);
  v.List("CaptivePortal.Probes", portal.probes, [&v](auto& probe) {
    v.Field("CaptivePortal.Probes[].Url", probe.url);
    v.Field("CaptivePortal.Probes[].Status", probe.status);
    v.Field("CaptivePortal.Probes[].Contains", probe.contains);
  });
  v.List("TrustedNetworks", policy.trusted_networks, [&v](auto& network) {
    v.Field("TrustedNetworks[].Name", network.name);
    v.Field("TrustedNetworks[].Beacon", network.beacon);
    v.Field("TrustedNetworks[].Spki", network.spki);
    v.Field("TrustedNetworks[].DnsDomain", network.dns_domain);
    v.Field("TrustedNetworks[].DnsServer", network.dns_server);
    v.Field("TrustedNetworks[].GatewayMac", network.gateway_mac);
    v.Field("TrustedNetworks[].Ssid", network.ssid);
  });
  v.Field("TrustedNetworkAction", policy.trusted_network_action);
  v.Field("UntrustedNetworkAction", policy.untrusted_network_action);
}

template <class P, class Visitor>
void VisitGraces(P& policy, Visitor& v) {
  v.Field("Wake.Grace", policy.wake_grace);
  v.Field("Wake.IgnoreDarkWake", policy.ignore_dark_wake);
  v.Field("Boot.Grace", policy.boot_grace);
  v.Field("Login.Grace", policy.login_grace);
  v.Field("PostUpdate.Grace", policy.os_update_grace);
  v.Field("PostUpdate.ExtensionGrace", policy.extension_update_grace);
  v.Field("Setup.Hold", policy.setup_hold);
  v.Field("Override.Mode", policy.override_policy.mode);
  v.Field("Override.MaxDuration", policy.override_policy.max_duration);
  v.Field("Override.MaxPerDay", policy.override_policy.max_per_day);
  v.Field("Override.MinReasonLength", policy.override_policy.min_reason_length);
  v.Field("Override.Passcode", policy.override_policy.passcode_hash);
  v.Field("Override.TicketPattern", policy.override_policy.ticket_pattern);
  v.Field("EmergencySuspend", policy.emergency_suspend);
  v.List("Maintenance", policy.maintenance, [&v](auto& window) {
    v.Field("Maintenance[].Name", window.name);
    v.Field("Maintenance[].Devices", window.devices);
    v.Field("Maintenance[].From", window.from);
    v.Field("Maintenance[].Until", window.until);
  });
}

template <class P, class Visitor>
void VisitFleet(P& policy, Visitor& v) {
  v.Field("Compliance.ActionDelay", policy.compliance.action_delay);
  v.Field("Compliance.Action", policy.compliance.action);
  v.Field("History.RetentionDays", policy.history_retention_days);
  v.Field("History.MaxBytes", policy.history_max_bytes);
  v.Field("Reporting.UnacknowledgedMaxBytes", policy.unacknowledged_max_bytes);
  v.Field("Reporting.HeartbeatInterval", policy.heartbeat_interval);
  v.Field("Rollout.Percent", policy.rollout.percent);
  v.Field("Rollout.HaltOnFailureRate", policy.rollout.halt_on_failure_rate);
  v.Field("Privacy.RedactSSID", policy.privacy.redact_ssid);
  v.Field("Privacy.UserNotice", policy.privacy.user_notice);
}

template <class P, class Visitor>
void VisitInstalled(P& policy, Visitor& v) {
  v.Field("TransparentProxies.RequiredOrder", policy.transparent_proxies.required_order);
  v.Field("TransparentProxies.RequireOrderKey", policy.transparent_proxies.require_order_key);
  v.Field("TransparentProxies.MustReach", policy.transparent_proxies.must_reach);
  v.List("ContentFilters.Required", policy.content_filters, [&v](auto& filter) {
    v.Field("ContentFilters.Required[].BundleIdentifier", filter.bundle_identifier);
    v.Field("ContentFilters.Required[].Grade", filter.grade);
    v.Field("ContentFilters.Required[].Sockets", filter.sockets);
    v.Field("ContentFilters.Required[].Packets", filter.packets);
    v.Field("ContentFilters.Required[].Running", filter.running);
  });
  v.Field("ContentFilters.WarnSameGrade", policy.warn_same_grade);
  v.List("DNSProxies.Required", policy.dns_proxies,
         [&v](auto& proxy) { v.Field("DNSProxies.Required[].BundleIdentifier", proxy.bundle_identifier); });
  v.List("SystemExtensions.Required", policy.system_extensions, [&v](auto& extension) {
    v.Field("SystemExtensions.Required[].Team", extension.team);
    v.Field("SystemExtensions.Required[].BundleIdentifier", extension.bundle_identifier);
    v.Field("SystemExtensions.Required[].MinimumVersion", extension.minimum_version);
    v.Field("SystemExtensions.Required[].State", extension.state);
    v.Field("SystemExtensions.Required[].Removable", extension.removable);
  });
  v.Field("Profiles.Required", policy.profiles.required);
  v.Field("Profiles.DriftCheck", policy.profiles.drift_check);
  v.Field("OnDemand.Expected", policy.on_demand_expected);
  v.Field("FailurePosture", policy.failure_posture);
}

// P is Policy or const Policy.
template <class P, class Visitor>
void VisitPolicy(P& policy, Visitor& v) {
  v.Field("PolicyVersion", policy.version);
  v.Field("EnforcementMode", policy.mode);
  v.List("Services", policy.services, [&v](auto& rule) { VisitRule(rule, v); });
  VisitReconnect(policy, v);
  VisitRemediation(policy, v);
  VisitLiveness(policy, v);
  VisitGraces(policy, v);
  VisitInstalled(policy, v);
  VisitNetworks(policy, v);
  VisitFleet(policy, v);
  v.Field("TamperProtection", policy.tamper_protection);
}

}  // namespace holdfast
