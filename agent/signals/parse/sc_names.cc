#include "agent/signals/parse/sc_names.h"

#include <array>

#include "core/facts.h"

namespace holdfast::parse {
namespace {

// SCNetworkConnectionStatus; -1 is "Invalid".
constexpr std::array<absl::string_view, 4> kStatus = {"Disconnected", "Connecting", "Connected",
                                                      "Disconnecting"};

// The states of nesessionmanager's sessions; 1, 7 and 8 are not known for certain.
constexpr std::array<absl::string_view, 11> kSessionState = {
    "", "", "PreparingNetwork", "Starting", "Running", "Stopping", "Reasserting",
    "", "", "Updating",         "IdleIPC"};

constexpr std::array<absl::string_view, 14> kPppStatus = {
    "Disconnected",      "Initializing",       "ConnectingLink",     "DialOnTraffic",   "NegotiatingLink",
    "Authenticating",    "WaitingForCallBack", "NegotiatingNetwork", "Connected",       "Terminating",
    "DisconnectingLink", "HoldingLinkOff",     "Suspended",          "WaitingForRedial"};

constexpr std::array<absl::string_view, 9> kIpsecStatus = {
    "Idle", "Initialize", "Contact", "Phase1", "Phase1Auth", "Phase2", "Running", "Terminate", "Waiting"};

constexpr std::array<absl::string_view, 25> kIpsecCause = {"none",
                                                           "generic",
                                                           "no server address",
                                                           "no shared secret",
                                                           "no certificate",
                                                           "resolving the address",
                                                           "no local network",
                                                           "configuration",
                                                           "racoon control",
                                                           "connection",
                                                           "negotiation",
                                                           "shared secret",
                                                           "server certificate",
                                                           "client certificate",
                                                           "XAUTH",
                                                           "network change",
                                                           "peer disconnected",
                                                           "peer dead",
                                                           "edge activation",
                                                           "idle timeout",
                                                           "client certificate not yet valid",
                                                           "client certificate expired",
                                                           "server certificate not yet valid",
                                                           "server certificate expired",
                                                           "server certificate of another id"};

// pppd's exit codes.
constexpr std::array<absl::string_view, 26> kPppCause = {"none",
                                                         "fatal error",
                                                         "option error",
                                                         "not root",
                                                         "no kernel support",
                                                         "user request",
                                                         "lock failed",
                                                         "open failed",
                                                         "connect failed",
                                                         "pty failed",
                                                         "negotiation failed",
                                                         "peer authentication failed",
                                                         "idle timeout",
                                                         "connect time over",
                                                         "callback",
                                                         "peer dead",
                                                         "hangup",
                                                         "loopback",
                                                         "initialisation failed",
                                                         "authentication to peer failed",
                                                         "terminal error",
                                                         "device error",
                                                         "traffic limit",
                                                         "peer not authorized",
                                                         "CNID authentication failed",
                                                         "peer unreachable"};

constexpr std::array<absl::string_view, 10> kL2tpCause = {"",
                                                          "no server",
                                                          "no answer",
                                                          "",
                                                          "",
                                                          "protocol error",
                                                          "network changed",
                                                          "no shared secret",
                                                          "no certificate",
                                                          "no edge"};

template <size_t N>
absl::string_view At(const std::array<absl::string_view, N>& names, int number) {
  return number >= 0 && static_cast<size_t>(number) < N ? names[static_cast<size_t>(number)] : "";
}

}  // namespace

absl::string_view ScMeaning(absl::string_view path, int number) {
  if (path == "Status") return number == -1 ? "Invalid" : At(kStatus, number);
  if (path == "NEStatus") {
    return number >= 0 && number <= static_cast<int>(SessionStatus::kDisconnecting)
               ? SessionStatusName(static_cast<SessionStatus>(number))
               : "";
  }
  if (path == "SessionState") return At(kSessionState, number);
  if (path == "VPN.LastCause") return number >= 0 && number <= 41 ? StopReasonText(number) : "";
  if (path == "PPP.Status") return At(kPppStatus, number);
  if (path == "PPP.LastCause") return At(kPppCause, number);
  if (path == "PPP.DeviceLastCause") return At(kL2tpCause, number);
  if (path == "IPSec.Status") return At(kIpsecStatus, number);
  if (path == "IPSec.LastCause") return At(kIpsecCause, number);
  return "";
}

}  // namespace holdfast::parse
