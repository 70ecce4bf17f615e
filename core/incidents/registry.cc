#include "core/incidents/registry.h"

#include <algorithm>
#include <array>

namespace holdfast {
namespace {

using S = Severity;

// Sorted by name: lookup is a binary search, checked at compile time below.
constexpr IncidentKind kKinds[] = {
    {"authentication_failed", S::kError, "Authentication failed twice",
     "Two attempts in a row ended with an authentication stop reason (8, 11, 23).",
     "The person must sign in or correct the password; Holdfast does not try again, because accounts lock. "
     "A connect by the person, a login, a new policy or a re-installed configuration clears it."},
    {"budget_exhausted", S::kWarning, "The attempt budget is used up",
     "Start commands of Holdfast in the last hour and the last ten minutes, against "
     "Reconnect.AttemptBudget.",
     "Look at why the starts fail (the verdict's earlier causes); the next attempt follows when the rolling "
     "window frees one. A person can connect at any time."},
    {"capability_lost", S::kWarning, "A system capability is gone",
     "A symbol or service that this OS build offered before is missing or crashed when first called.",
     "Check the OS build against the supported list; the agent works on with less and names what degrades."},
    {"captive_hold_exhausted", S::kWarning, "The captive-portal budget is used up",
     "Number of portal holds on this network today, probe results.",
     "Sign in to the portal or change network; remediation is not paused on this network any more today."},
    {"certificate_invalid", S::kError, "A certificate prevents the connection",
     "Stop reasons 24 to 30: client or server certificate missing, invalid, expired or not yet valid.",
     "Renew or re-install the identity by MDM, or repair the gateway's certificate; check the Mac's clock. "
     "Holdfast does not retry until the configuration or the policy changes or a person connects."},
    {"chain_break", S::kCritical, "The journal's hash chain is broken",
     "A row's stored hash differs from the one computed from its bytes and its predecessor.",
     "Treat the device's history as altered from that row on; keep the file and investigate who had root."},
    {"chain_fork", S::kCritical, "Two rows with one number",
     "The server holds a different row under the same device, epoch and sequence number.",
     "Look for a restored or cloned state folder; re-enroll the device and keep both histories."},
    {"circuit_open", S::kError, "Remediation has stopped for a while",
     "Number of failed ladders in a row, end of the cooldown.",
     "Find out why the service stays stuck (provider log, gateway). Holdfast tries once more after the "
     "cooldown, a network change, a full wake or a policy change."},
    {"clock_jump", S::kInfo, "The wall clock jumped",
     "Wall time moved against monotonic time by more than five seconds within one boot.",
     "None if the clock was corrected; if it recurs, check time synchronisation. Durations are not "
     "affected."},
    {"clone_conflict", S::kError, "Two Macs use one identity",
     "Two live connections with one device id, or a hardware identity that differs from the enrolled one.",
     "Find the copied state folder (Migration Assistant, imaging) and let the copy enroll anew."},
    {"disk_full", S::kError, "The journal's disk is full",
     "SQLite reported that the file system has no space; rows wait in memory.",
     "Free space on the data volume. Rows beyond the memory limit become a gap, which is reported."},
    {"enrollment_refused", S::kError, "The server refuses this device",
     "The reason in the server's answer to Enroll or Sync.",
     "Follow the reason: a new token, a correct clock, or an admin's word on a revoked device."},
    {"extension_not_running", S::kError, "A required system extension does not run",
     "Extension list with its state, process list.",
     "Approve or re-install the extension; restart the Mac when it waits for a reboot."},
    {"extension_os_unsupported", S::kWarning, "The extension does not support this OS",
     "The extension's category and minimum version against the OS build; error 9 at activation.",
     "Install a version of the product made for this OS."},
    {"extension_stale", S::kWarning, "An old system extension remains",
     "Two versions of one bundle, one waiting to be uninstalled on reboot, or a version below the required.",
     "Restart the Mac; if it stays, remove the extension by hand and install again."},
    {"false_connected", S::kError, "Connected, but nothing passes",
     "The session says connected while the liveness probes have failed for Liveness.FailAfter.",
     "Check the gateway and routes; disconnect and connect if only this Mac is affected. The time counts as "
     "a "
     "violation."},
    {"filter_misconfigured", S::kError, "A content filter differs from what is required",
     "Declared grade, socket and packet filtering of the installed filter against ContentFilters.Required.",
     "Re-install the filter's profile with the required grade and kinds of filtering."},
    {"filter_missing", S::kError, "A required content filter is not installed",
     "No filter configuration names the required bundle identifier.",
     "Install the product and its content-filter profile by MDM."},
    {"filter_not_running", S::kError, "A content filter is installed but not at work",
     "The filter's configuration is present; it is disabled or its process is not running.",
     "Re-install or re-approve the product; restart the Mac when its extension waits for a reboot."},
    {"filter_xsan_conflict", S::kWarning, "A content filter and an Xsan volume",
     "A mounted Xsan volume while a content filter is enabled.",
     "Unmount the volume before shutdown or disable the filter: together they can panic the Mac."},
    {"journal_corrupt", S::kError, "The journal was damaged and set aside",
     "What SQLite or the chain check reported, and the path of the file that was kept.",
     "Keep the file for analysis; a new epoch began, and the time without rows counts as unknown."},
    {"journal_gap", S::kWarning, "Rows were dropped before upload",
     "The gap row: first and last number, count, hash.",
     "Let the device reach the server more often or raise History.MaxBytes. The time counts as unknown."},
    {"management_path_blocked", S::kCritical, "The agent or MDM cannot reach its server",
     "The management hosts fail while a tunnel, filter or drop-all policy is in force.",
     "Exclude the management hosts from the tunnel or filter."},
    {"network_down_after_update", S::kError, "The network broke after an extension update",
     "An extension's version changed shortly before TCP handshakes began to fail on a link that is up.",
     "Wait: such outages were seen to end within an hour; else restart the Mac. Remediation is held."},
    {"not_restored_after_boot", S::kWarning, "The service did not come back after a restart",
     "Connected before the reboot, not connected at the end of Boot.Grace; stop reasons of both sides.",
     "Check On Demand and start-at-login settings of the product; Holdfast connects it."},
    {"on_demand_switched_off", S::kWarning, "On Demand was switched off",
     "OnDemandEnabled of the configuration changed against OnDemand.Expected.",
     "macOS cannot lock the switch: re-install the profile by MDM."},
    {"order_unknown", S::kInfo, "The effective proxy order cannot be read",
     "Only the order that profiles declare is known.",
     "None; the checks say \"declared\" where they rest on profiles alone."},
    {"policy_rejected", S::kError, "A policy was rejected",
     "The path of the key, its value and what was expected; the last good policy stays in force.",
     "Correct the document and publish it again."},
    {"policy_tampered", S::kCritical, "A policy's signature or origin is wrong",
     "The signature does not match a pinned key, or keys that weaken enforcement came from an unmanaged "
     "source.",
     "Find who installed it; the last good policy stays in force."},
    {"profile_drift", S::kWarning, "A required profile changed or is gone",
     "Installed profiles, declarations and their provenance against Profiles.Required.",
     "Re-install by MDM."},
    {"profile_invalid", S::kWarning, "A profile has a flaw",
     "The finding's code, the profile and the reason.",
     "Correct the payload as the finding says and re-install."},
    {"proxy_order_conflict", S::kError, "Transparent proxies share one Order",
     "Declared Order of each proxy's profile; equal numbers leave the order undefined.",
     "Give each transparent proxy its own Order number in its profile."},
    {"proxy_order_missing", S::kWarning, "A transparent proxy has no usable Order",
     "The declared Order is missing, of the wrong type or out of range.",
     "Add an integer Order to the proxy's VPN payload and re-install by MDM."},
    {"proxy_order_violation", S::kError, "Transparent proxies are in the wrong order",
     "The declared order of the installed profiles against TransparentProxies.RequiredOrder.",
     "Correct the Order numbers in the profiles so that they rise in the required order, and install them "
     "again."},
    {"proxy_save_denied", S::kInfo, "An app could not save its proxy configuration",
     "The log line with permission denied while a profile manages Order.",
     "Expected: a managed Order makes the app's own save fail. Manage the configuration by MDM alone."},
    {"service_missing", S::kError, "A required service is not installed",
     "No VPN configuration matches the rule.",
     "Install the configuration by MDM, or correct the rule's Match."},
    {"session_manager_restart", S::kWarning, "The session manager restarted",
     "nesessionmanager's (or charon's) process changed; all statuses are read again before acting.",
     "None once; if it recurs, collect its crash reports."},
    {"silent_agent", S::kError, "An agent is silent",
     "No message within the heartbeat interval and its tolerance while the device is not known to sleep.",
     "Check that the launch daemon is loaded and the server reachable; the time counts as unknown."},
    {"slow_start", S::kInfo, "The service takes unusually long to connect",
     "Latency from connecting to connected against the service's own history.",
     "Look at the provider's log and the gateway's load."},
    {"start_storm", S::kError, "Something starts the service over and over",
     "Start messages per second in the log, by requesting process.",
     "Stop the named process or correct its On Demand rules."},
    {"stuck_connecting", S::kError, "Stuck at connecting",
     "Connecting or reasserting for longer than StuckConnecting.Timeout.",
     "Holdfast stops and starts it, step by step. If it recurs, look at the provider and the gateway."},
    {"stuck_disconnecting", S::kError, "Stuck at disconnecting",
     "Disconnecting for longer than StuckDisconnecting.Timeout, or a stop that had no effect.",
     "Holdfast stops it again, then starts it. If it recurs, restart the Mac and report to the vendor."},
    {"tamper", S::kCritical, "Something of Holdfast was changed",
     "Launch job, signature, configuration or database differ from what was installed.",
     "Re-install the package and find out who had root."},
    {"toggle_fight", S::kError, "Two services supersede each other",
     "Stop reason 33 twice within ten minutes: only one service of a grade can be up.",
     "Require only one full tunnel of a grade, or put them into one ConflictGroup. Holdfast yields until the "
     "policy changes or a person connects."},
    {"update_path_proxied", S::kWarning, "Software Update is not reachable",
     "The published hosts of Software Update and push fail while a transparent proxy runs.",
     "Exclude these hosts inside the proxy product."},
};

constexpr bool SortedWithoutDoubles() {
  for (size_t i = 1; i < std::size(kKinds); ++i) {
    const std::string_view a(kKinds[i - 1].name.data(), kKinds[i - 1].name.size());
    const std::string_view b(kKinds[i].name.data(), kKinds[i].name.size());
    if (!(a < b)) return false;
  }
  return true;
}
static_assert(SortedWithoutDoubles());

}  // namespace

absl::string_view SeverityName(Severity severity) {
  constexpr std::array<absl::string_view, 4> kNames = {"info", "warning", "error", "critical"};
  return kNames[static_cast<size_t>(severity)];
}

absl::Span<const IncidentKind> IncidentKinds() {
  return kKinds;
}

const IncidentKind* FindIncidentKind(absl::string_view name) {
  const auto* found =
      std::lower_bound(std::begin(kKinds), std::end(kKinds), name,
                       [](const IncidentKind& kind, absl::string_view wanted) { return kind.name < wanted; });
  return found != std::end(kKinds) && found->name == name ? found : nullptr;
}

}  // namespace holdfast
