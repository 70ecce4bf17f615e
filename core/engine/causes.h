// Causes of verdicts: stable identifiers of storage, reports and console. Each class of time has its own.
#pragma once

#include "absl/strings/string_view.h"
#include "core/facts.h"

namespace holdfast::causes {

// protected
inline constexpr absl::string_view kTunnelUp = "tunnel_up";
// violation
inline constexpr absl::string_view kUser = "user";                  // a person stopped it
inline constexpr absl::string_view kReconnecting = "reconnecting";  // down or coming up, nothing worse known
inline constexpr absl::string_view kStuck = "stuck";
inline constexpr absl::string_view kAuthentication = "authentication";
inline constexpr absl::string_view kCertificate = "certificate";
inline constexpr absl::string_view kServerUnreachable = "server_unreachable";
inline constexpr absl::string_view kTimeout = "timeout";  // it did not come up in time
inline constexpr absl::string_view kProvider = "provider";
inline constexpr absl::string_view kConfiguration = "configuration";
inline constexpr absl::string_view kSuperseded = "superseded";
inline constexpr absl::string_view kOnDemandRule = "on_demand_rule";
inline constexpr absl::string_view kSessionManager = "session_manager";  // also of class unknown
inline constexpr absl::string_view kBudget = "budget";
inline constexpr absl::string_view kCircuitOpen = "circuit_open";
inline constexpr absl::string_view kServiceMissing = "service_missing";
inline constexpr absl::string_view kStartStorm =
    "start_storm";                                          // ours are held while others start it in bursts
inline constexpr absl::string_view kConflict = "conflict";  // another required full tunnel excludes it
inline constexpr absl::string_view kFalseConnected = "false_connected";
inline constexpr absl::string_view kCoverage = "coverage";  // connected, without what it must carry
inline constexpr absl::string_view kUntrustedNetwork = "untrusted_network";
// excused
inline constexpr absl::string_view kBootGrace = "boot_grace";
inline constexpr absl::string_view kLoginGrace = "login_grace";
inline constexpr absl::string_view kWakeGrace = "wake_grace";
inline constexpr absl::string_view kPostUpdateGrace = "post_update_grace";
inline constexpr absl::string_view kOverride = "override";
inline constexpr absl::string_view kEmergency = "emergency";
inline constexpr absl::string_view kMaintenance = "maintenance";
inline constexpr absl::string_view kAllowedDisconnect = "allowed_disconnect";
inline constexpr absl::string_view kCaptiveHold = "captive_hold";
inline constexpr absl::string_view kTrustedNetwork = "trusted_network";
inline constexpr absl::string_view kStandby = "standby";  // another member of its conflict group has the turn
// no_network
inline constexpr absl::string_view kNoNetwork = "no_network";
inline constexpr absl::string_view kDownAfterUpdate = "down_after_update";  // no handshake succeeds
inline constexpr absl::string_view kSettling = "settling";             // a path is there and has not held yet
inline constexpr absl::string_view kCaptivePortal = "captive_portal";  // after its hold
// awaiting_user
inline constexpr absl::string_view kWaitingForLogin = "waiting_for_login";
inline constexpr absl::string_view kInteractive = "interactive";
// asleep_or_off
inline constexpr absl::string_view kAsleep = "asleep";
inline constexpr absl::string_view kShutdown = "shutdown";
// observed_only
inline constexpr absl::string_view kObserved = "observed";  // interfaces not told yet
inline constexpr absl::string_view kObservedUp = "observed_up";
inline constexpr absl::string_view kObservedDown = "observed_down";
// unknown
inline constexpr absl::string_view kStatusUnknown = "status_unknown";
inline constexpr absl::string_view kCoverageUnknown = "coverage_unknown";
// not_required
inline constexpr absl::string_view kNotRequired = "not_required";

bool IsGrace(absl::string_view cause);

// The cause of the seconds after a session failed so.
absl::string_view OfFailure(FailureCause cause);

}  // namespace holdfast::causes
