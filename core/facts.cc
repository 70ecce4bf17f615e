#include "core/facts.h"

#include <array>

#include "absl/strings/match.h"

namespace holdfast {
namespace {

struct Reason {
  absl::string_view text;
  FailureCause cause;
};

// ne_session stop reasons by number.
constexpr std::array<Reason, 42> kReasons = {{
    {"None", FailureCause::kNone},
    {"Stop command received", FailureCause::kStopCommand},
    {"Device slept too long", FailureCause::kSlept},
    {"Plugin initiated", FailureCause::kProvider},
    {"No network available", FailureCause::kNoNetwork},
    {"Network changed, tunnel no longer viable", FailureCause::kNoNetwork},
    {"Plugin was disabled", FailureCause::kProvider},
    {"Plugin failed", FailureCause::kProvider},
    {"Authentication was canceled", FailureCause::kAuthentication},
    {"Device went to sleep", FailureCause::kSlept},
    {"Bad configuration", FailureCause::kConfiguration},
    {"Authentication took too long", FailureCause::kAuthentication},
    {"Tunnel did not come up in time", FailureCause::kTimeout},
    {"Tunnel did not re-assert in time", FailureCause::kTimeout},
    {"Tunnel must be started from the app", FailureCause::kConfiguration},
    {"Configuration does not have a server address", FailureCause::kServerUnreachable},
    {"Server address is invalid", FailureCause::kServerUnreachable},
    {"Failed to resolve the server address", FailureCause::kServerUnreachable},
    {"Negotiation with the server failed", FailureCause::kServerUnreachable},
    {"Tunnel was idle for too long", FailureCause::kIdle},
    {"Server is not responding", FailureCause::kServerUnreachable},
    {"Tunnel was terminated by the server", FailureCause::kServerUnreachable},
    {"Server is down or unreachable", FailureCause::kServerUnreachable},
    {"Authentication failed", FailureCause::kAuthentication},
    {"Client certificate is missing", FailureCause::kCertificate},
    {"Client certificate is invalid", FailureCause::kCertificate},
    {"Client certificate is not yet valid", FailureCause::kCertificate},
    {"Client certificate has expired", FailureCause::kCertificate},
    {"Server certificate is invalid", FailureCause::kCertificate},
    {"Server certification is not yet valid", FailureCause::kCertificate},
    {"Server certificate has expired", FailureCause::kCertificate},
    {"Configuration was disabled", FailureCause::kConfigurationGone},
    {"Configuration was removed", FailureCause::kConfigurationGone},
    {"Configuration was superceded by another configuration", FailureCause::kSuperseded},
    {"User logged out", FailureCause::kUserSession},
    {"Console user changed", FailureCause::kUserSession},
    {"Tunnel is being re-started with different credentials", FailureCause::kReconfigured},
    {"Configuration has changed", FailureCause::kReconfigured},
    {"None", FailureCause::kUnknown},
    {"On Demand Disconnect rule matched", FailureCause::kOnDemandRule},
    {"App Update", FailureCause::kReconfigured},
    {"Network preparation took to long", FailureCause::kNoNetwork},
}};

constexpr std::array<absl::string_view, 6> kStatusNames = {"invalid",   "disconnected", "connecting",
                                                           "connected", "reasserting",  "disconnecting"};
constexpr std::array<absl::string_view, 17> kCauseNames = {"none",           "stop_command",
                                                           "authentication", "certificate",
                                                           "no_network",     "server_unreachable",
                                                           "configuration",  "configuration_gone",
                                                           "superseded",     "user_session",
                                                           "reconfigured",   "provider",
                                                           "timeout",        "slept",
                                                           "idle",           "on_demand_rule",
                                                           "unknown"};
constexpr std::array<absl::string_view, 17> kCauseWords = {"no reason was given",
                                                           "it was told to stop",
                                                           "signing in failed",
                                                           "a certificate was refused",
                                                           "the network was gone or changed",
                                                           "the gateway was not reached or refused",
                                                           "its configuration cannot be used",
                                                           "its configuration was disabled or removed",
                                                           "another service took its place",
                                                           "its person logged out or another came",
                                                           "it was changed or updated",
                                                           "its provider failed",
                                                           "it took too long",
                                                           "the Mac slept",
                                                           "it was idle",
                                                           "an On Demand rule ended it",
                                                           "the reason is not known"};
constexpr std::array<absl::string_view, 6> kTypeNames = {"Unknown", "IKEv2", "IPSec",
                                                         "L2TP",    "VPN",   "TransparentProxy"};
constexpr std::array<absl::string_view, 5> kPowerNames = {"unknown", "will_sleep", "dark_wake", "full_wake",
                                                          "shutdown"};

constexpr std::array<absl::string_view, 3> kPortalNames = {"unknown", "open", "captive"};

template <class Enum, size_t N>
absl::string_view NameOf(const std::array<absl::string_view, N>& names, Enum value) {
  const auto i = static_cast<size_t>(value);
  return i < N ? names[i] : "unknown";
}

bool InTable(int reason) {
  return reason >= 0 && static_cast<size_t>(reason) < kReasons.size();
}

}  // namespace

absl::string_view SessionStatusName(SessionStatus status) {
  return NameOf(kStatusNames, status);
}
absl::string_view FailureCauseName(FailureCause cause) {
  return NameOf(kCauseNames, cause);
}
absl::string_view FailureWords(FailureCause cause) {
  const auto i = static_cast<size_t>(cause);
  return i < kCauseWords.size() ? kCauseWords[i] : kCauseWords.back();
}
absl::string_view ServiceTypeName(ServiceType type) {
  return NameOf(kTypeNames, type);
}
absl::string_view PortalStateName(PortalState state) {
  return NameOf(kPortalNames, state);
}

bool IsLeaving(const ExtensionFacts& extension) {
  return absl::StrContains(extension.state, "uninstall");
}

const InterfaceFacts* FindInterface(const NetworkFacts& facts, absl::string_view name) {
  for (const InterfaceFacts& interface : facts.interfaces) {
    if (interface.name == name) return &interface;
  }
  return nullptr;
}

bool IsTunnel(const NetworkFacts& facts, absl::string_view name) {
  const InterfaceFacts* interface = FindInterface(facts, name);
  return interface != nullptr && interface->tunnel;
}

absl::string_view PowerEventName(PowerEvent event) {
  return NameOf(kPowerNames, event);
}

FailureCause CauseOfStopReason(int reason) {
  return InTable(reason) ? kReasons[static_cast<size_t>(reason)].cause : FailureCause::kUnknown;
}

absl::string_view StopReasonText(int reason) {
  return InTable(reason) ? kReasons[static_cast<size_t>(reason)].text : "None";
}

}  // namespace holdfast
