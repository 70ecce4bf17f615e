// What the agent knows about a Mac, as plain values: the vocabulary shared by session back ends, signals,
// engine and journal. Numbers of statuses and stop reasons are those of ne_session (see docs/ne-session.md).
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "absl/strings/string_view.h"
#include "absl/time/time.h"
#include "base/ids.h"

namespace holdfast {

enum class SessionStatus : uint8_t {
  kInvalid = 0,
  kDisconnected = 1,
  kConnecting = 2,
  kConnected = 3,
  kReasserting = 4,
  kDisconnecting = 5,
};
absl::string_view SessionStatusName(SessionStatus status);  // "connected"

// Why a session went down or did not come up, grouped by what may be done about it.
enum class FailureCause : uint8_t {
  kNone = 0,
  kStopCommand = 1,        // somebody asked: reason 1
  kAuthentication = 2,     // 8, 11, 23
  kCertificate = 3,        // 24-30
  kNoNetwork = 4,          // 4, 5, 41
  kServerUnreachable = 5,  // 15-18, 20-22
  kConfiguration = 6,      // 10, 14
  kConfigurationGone = 7,  // 31, 32
  kSuperseded = 8,         // 33
  kUserSession = 9,        // 34, 35: log-out, user switch
  kReconfigured = 10,      // 36, 37, 40: changed or updated
  kProvider = 11,          // 3, 6, 7
  kTimeout = 12,           // 12, 13
  kSlept = 13,             // 2, 9
  kIdle = 14,              // 19
  kOnDemandRule = 15,      // 39
  kUnknown = 16,
};
absl::string_view FailureCauseName(FailureCause cause);  // "server_unreachable"
absl::string_view FailureWords(FailureCause cause);      // "signing in failed"
FailureCause CauseOfStopReason(int reason);
// Apple's words for a stop reason (spelling included); "None" outside the table.
absl::string_view StopReasonText(int reason);

enum class ServiceType : uint8_t {
  kUnknown = 0,
  kIkev2 = 1,
  kIpsec = 2,
  kL2tp = 3,
  kProvider = 4,
  kTransparentProxy = 5
};
absl::string_view ServiceTypeName(ServiceType type);  // "IKEv2", "IPSec", "L2TP", "VPN", "TransparentProxy"

enum class ProfileScope : uint8_t { kSystem = 0, kUser = 1 };

// One VPN configuration that a session can be made for.
struct ServiceFacts {
  Uuid id;
  std::string name;
  ServiceType type = ServiceType::kUnknown;
  std::string payload_identifier;
  std::string profile_identifier;
  std::string provider_bundle_id;
  std::string remote_address;
  ProfileScope scope = ProfileScope::kSystem;
  bool enabled = true;
  bool on_demand = false;
  std::optional<bool> full_tunnel;  // nothing when it cannot be told
  friend bool operator==(const ServiceFacts&, const ServiceFacts&) = default;
};

enum class OrderState : uint8_t { kMissing = 0, kValid = 1, kMistyped = 2, kOutOfRange = 3 };

// A transparent proxy as declared by a profile.
struct ProxyFacts {
  std::string bundle_id;
  std::string name;
  std::string profile_identifier;
  OrderState order_state = OrderState::kMissing;
  int64_t order = 0;  // meaningful when valid; lower comes first
  friend bool operator==(const ProxyFacts&, const ProxyFacts&) = default;
};

struct FilterFacts {
  std::string bundle_id;  // the data or packet provider's
  std::string plugin_bundle_id;
  std::string name;
  std::string profile_identifier;
  std::string grade;  // "firewall", "inspector"
  bool sockets = false;
  bool packets = false;
  bool enabled = true;
  std::optional<bool> running;  // nothing when it cannot be told
  friend bool operator==(const FilterFacts&, const FilterFacts&) = default;
};

struct ExtensionFacts {
  std::string team_id;
  std::string bundle_id;
  std::string version;
  std::string state;  // systemextensionsctl's words: "activated enabled"
  friend bool operator==(const ExtensionFacts&, const ExtensionFacts&) = default;
};

// It waits to be uninstalled: it is on its way out and counts no more.
bool IsLeaving(const ExtensionFacts& extension);

// A flaw found in what is installed, with a stable code.
struct ProfileFinding {
  std::string code;     // "vpn-missing-subtype"
  std::string profile;  // identifier or file
  std::string message;  // what, which, why, what to do
  friend bool operator==(const ProfileFinding&, const ProfileFinding&) = default;
};

// Everything installed, read together.
struct InstalledFacts {
  std::vector<ServiceFacts> services;  // by id
  std::vector<ProxyFacts>
      proxies;  // in declared order: valid orders first, ascending; then the rest by bundle id
  std::vector<FilterFacts> filters;
  std::vector<ExtensionFacts> extensions;
  std::vector<ProfileFinding> findings;
  friend bool operator==(const InstalledFacts&, const InstalledFacts&) = default;
};

// The network path as the OS reports it.
struct PathFacts {
  bool satisfied = false;  // an interface with an address
  bool has_resolver = false;
  std::string interface_name;
  std::string network_id;  // changes when the Mac moves to another network; never an SSID in clear
  friend bool operator==(const PathFacts&, const PathFacts&) = default;
};

// What carries traffic now. Interfaces by name.
struct InterfaceFacts {
  std::string name;
  bool up = false;  // running, with an address that is not only link-local
  bool tunnel = false;
  friend bool operator==(const InterfaceFacts&, const InterfaceFacts&) = default;
};
struct ResolverFacts {
  std::string address;
  std::string interface_name;  // by which it is reached; empty: not at all
  friend bool operator==(const ResolverFacts&, const ResolverFacts&) = default;
};
struct NetworkFacts {
  std::vector<InterfaceFacts> interfaces;
  std::string route_v4;  // the interface by which the internet is reached; empty: by none
  std::string route_v6;
  std::vector<ResolverFacts> resolvers;  // in the order in which they are asked
  std::optional<bool> private_relay;     // nothing when it cannot be told
  // What tells one network from another. Known to the engine, and never written down.
  std::vector<std::string> search_domains;
  std::string gateway_mac;  // "aa:bb:cc:dd:ee:ff"; empty when it cannot be told
  std::string ssid;         // the same
  friend bool operator==(const NetworkFacts&, const NetworkFacts&) = default;
};

// The interface of that name, or nullptr.
const InterfaceFacts* FindInterface(const NetworkFacts& facts, absl::string_view name);
bool IsTunnel(const NetworkFacts& facts, absl::string_view name);

// Whether a portal stands between this network and the internet.
enum class PortalState : uint8_t { kUnknown = 0, kOpen = 1, kCaptive = 2 };
absl::string_view PortalStateName(PortalState state);  // "captive"
struct PortalFacts {
  PortalState state = PortalState::kUnknown;
  std::string network_id;  // where it was asked
  std::string detail;      // what the pages answered
  friend bool operator==(const PortalFacts&, const PortalFacts&) = default;
};

// What the beacon of a trusted network answered.
struct BeaconFacts {
  std::string name;        // of the policy's network
  std::string network_id;  // where it was asked
  bool proven = false;
  std::string detail;  // the key, or why not
  friend bool operator==(const BeaconFacts&, const BeaconFacts&) = default;
};

// The server's word that tunnels are not to be restarted now, since probes fail all over the fleet.
struct RestartBrake {
  absl::Duration lasts;  // from now on; zero: it is off
  std::string reason;
  friend bool operator==(const RestartBrake&, const RestartBrake&) = default;
};

enum class PowerEvent : uint8_t { kWillSleep = 1, kDarkWake = 2, kFullWake = 3, kShutdown = 4 };
absl::string_view PowerEventName(PowerEvent event);

struct ConsoleUser {
  bool present = false;
  uint32_t uid = 0;
  std::string name;
  friend bool operator==(const ConsoleUser&, const ConsoleUser&) = default;
};

// One delivered event of one session. Generations grow per service and back end; a lower one than the last
// seen is stale.
struct SessionEvent {
  Uuid service;
  uint64_t generation = 0;
  SessionStatus status = SessionStatus::kInvalid;
  std::optional<int> stop_reason;  // present when neither connecting nor connected
  FailureCause cause = FailureCause::kNone;
  std::string requested_by;  // "System Settings[312]" when the log told; empty otherwise
  std::string detail;
  friend bool operator==(const SessionEvent&, const SessionEvent&) = default;
};

// Many start messages of one requester for one service in the log, within a short time.
struct StartBurst {
  Uuid service;
  std::string requested_by;  // "Vendor[99]"; empty: On Demand
  int starts = 0;
  absl::Duration within;
  friend bool operator==(const StartBurst&, const StartBurst&) = default;
};

// Whether the Mac is still being set up (Setup Assistant of the device, not that of a new user).
struct SetupFacts {
  bool running = false;
  friend bool operator==(const SetupFacts&, const SetupFacts&) = default;
};

}  // namespace holdfast
