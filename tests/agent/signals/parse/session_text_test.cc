// What nesessionmanager says, sentence by sentence.
#include "agent/signals/parse/session_text.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "absl/strings/str_cat.h"
#include "tests/agent/signals/parse/log_recorder.h"

namespace holdfast::parse {
namespace {

constexpr char kId[] = "9C0C4226-0DDC-4D98-8C6C-B74E1CF7F50E";
constexpr char kOtherId[] = "11111111-2222-3333-4444-555555555555";

std::string Session(absl::string_view name, absl::string_view id = kId) {
  return absl::StrCat("NESMVPNSession[Primary Tunnel:", name, ":", id, ":(null)]");
}

Told Says(absl::string_view text) {
  return TellOne(absl::StrCat(Session("Corp"), text));
}

TEST(SessionText, Starts) {
  Told told = Says(": Received a start command from System Settings[312]");
  EXPECT_EQ(told.fact, LogFact::kStartReceived);
  EXPECT_EQ(told.who, "System Settings[312]");
  EXPECT_FALSE(told.restart);
  told = Says(": Received a restart command from Vendor (beta) [x][9]");
  EXPECT_EQ(told.fact, LogFact::kStartReceived);
  EXPECT_EQ(told.who, "Vendor (beta) [x][9]");
  EXPECT_TRUE(told.restart);
  told = Says(": Received a start command from Vendor[9], but start was rejected");
  EXPECT_EQ(told.fact, LogFact::kStartRejected);
  EXPECT_EQ(told.who, "Vendor[9]");
  told = Says(": Skip a start command from Tailscale[49378]: session in state connected");
  EXPECT_EQ(told.fact, LogFact::kStartSkipped);
  EXPECT_EQ(told.status, SessionStatus::kConnected);
  EXPECT_EQ(told.who, "Tailscale[49378]");
  told = Says(": Skip a restart command from Vendor[9]: session in state disconnecting");
  EXPECT_EQ(told.fact, LogFact::kStartSkipped);
  EXPECT_TRUE(told.restart);
}

TEST(SessionText, Restarts) {
  Told told = Says(": Ignore restart command from Vendor[9], a pending start command already exists");
  EXPECT_EQ(told.fact, LogFact::kRestartIgnored);
  EXPECT_EQ(told.who, "Vendor[9]");
  told = Says(": Stop current session as requested by an overriding restart command from Vendor[9]");
  EXPECT_EQ(told.fact, LogFact::kRestartOverrides);
  EXPECT_EQ(told.who, "Vendor[9]");
}

TEST(SessionText, Stops) {
  Told told = Says(": Received a stop command from Vendor[9] with reason 1");
  EXPECT_EQ(told.fact, LogFact::kStopReceived);
  EXPECT_EQ(told.reason, 1);
  EXPECT_EQ(told.reason_text, "Stop command received");
  told = Says(": Received a stop command from Vendor[9] with reason User logged out");
  EXPECT_EQ(told.reason, 34);
  told = Says(": Received a stop command from Vendor[9]");
  EXPECT_EQ(told.fact, LogFact::kStopReceived);
  EXPECT_EQ(told.reason, std::nullopt);
  EXPECT_EQ(TellOne("<NESMServer: 0x1>: Request to stop all sessions").fact, LogFact::kStopAll);
}

TEST(SessionText, EveryStatusAndEveryReason) {
  for (int i = 0; i <= 5; ++i) {
    const auto status = static_cast<SessionStatus>(i);
    const Told told = Says(absl::StrCat(": status changed to ", SessionStatusName(status)));
    EXPECT_EQ(told.fact, LogFact::kStatusChanged);
    EXPECT_EQ(told.status, status);
    EXPECT_EQ(told.reason, std::nullopt);
  }
  for (int reason = 0; reason <= 41; ++reason) {
    const Told told =
        Says(absl::StrCat(": status changed to disconnected, last stop reason ", StopReasonText(reason)));
    EXPECT_EQ(told.reason_text, StopReasonText(reason));
    EXPECT_EQ(told.reason, reason == 38 ? 0 : reason);  // two of them are "None"
  }
  const Told odd = Says(": status changed to disconnected, last stop reason Something of next year");
  EXPECT_EQ(odd.status, SessionStatus::kDisconnected);
  EXPECT_EQ(odd.reason, std::nullopt);
  EXPECT_EQ(odd.reason_text, "Something of next year");
}

TEST(SessionText, AStatusChangeQuotedAlone) {
  const Told told = TellOne("status changed to disconnected, last stop reason Configuration was disabled");
  EXPECT_EQ(told.status, SessionStatus::kDisconnected);
  EXPECT_EQ(told.reason, 31);
}

TEST(SessionText, States) {
  Told told = Says(": Entering state NESMVPNSessionStateStopping, timeout 20 seconds");
  EXPECT_EQ(told.fact, LogFact::kStateEntered);
  EXPECT_EQ(told.state, "Stopping");
  EXPECT_EQ(told.timeout_seconds, 20);
  told = Says(": Leaving state NESMVPNSessionStateStopping");
  EXPECT_EQ(told.fact, LogFact::kStateLeft);
  EXPECT_EQ(told.state, "Stopping");
  told = Says(" in state NESMVPNSessionStateStopping: session is now uninstalled");
  EXPECT_EQ(told.fact, LogFact::kInState);
  EXPECT_EQ(told.state, "Stopping");
  EXPECT_EQ(told.text, "session is now uninstalled");
}

TEST(SessionText, Plugins) {
  Told told = Says(
      " in state NESMVPNSessionStateRunning: plugin NEVPNTunnelPlugin(io.tailscale.ipn.macsys[inactive]) "
      "attached IPC "
      "with endpoint 0x99e3fd7c0");
  EXPECT_EQ(told.fact, LogFact::kPlugin);
  EXPECT_EQ(told.subject, "io.tailscale.ipn.macsys");
  EXPECT_EQ(told.state, "Running");
  told = Says(": plugin NEVPNTunnelPlugin(io.vendor.vpn) disconnected with reason Plugin failed");
  EXPECT_EQ(told.subject, "io.vendor.vpn");
  EXPECT_EQ(told.reason, 7);
}

TEST(SessionText, TheServersRequests) {
  Told told =
      TellOne(absl::StrCat("<NESMServer: 0x1441041d0>: Request to uninstall session: ", Session("Corp")));
  EXPECT_EQ(told.fact, LogFact::kUninstallRequested);
  EXPECT_EQ(told.name, "Corp");
  told = TellOne(absl::StrCat("<NESMServer: 0x1441041d0>: Request to install session: ", Session("Corp")));
  EXPECT_EQ(told.fact, LogFact::kInstallRequested);
}

TEST(SessionText, SupersededByWhom) {
  Told told = TellOne(absl::StrCat(
      Session("Corp"),
      ": Request to install session is superceded by registered sessions: ", Session("Other", kOtherId)));
  EXPECT_EQ(told.fact, LogFact::kSuperseded);
  EXPECT_EQ(told.name, "Corp");
  EXPECT_EQ(told.other, "Other");
  told = TellOne(absl::StrCat("Personal session ", Session("Home"),
                              " superceded by exclusive enterprise session ", Session("Corp", kOtherId)));
  EXPECT_EQ(told.fact, LogFact::kSuperseded);
  EXPECT_EQ(told.name, "Home");
  EXPECT_EQ(told.other, "Corp");
}

TEST(SessionText, OnDemand) {
  Told told = Says(": got On Demand start message from pid 5454");
  EXPECT_EQ(told.fact, LogFact::kOnDemandStart);
  EXPECT_EQ(told.who, "pid 5454");
  told = Says(": Received an enable on demand command from Vendor[9]");
  EXPECT_EQ(told.fact, LogFact::kOnDemand);
  EXPECT_EQ(told.who, "Vendor[9]");
  told = Says(": Damping VOD request: too many consecutive VPN connection attempts failed.");
  EXPECT_EQ(told.fact, LogFact::kDamped);
}

TEST(SessionText, TheNetworkAgent) {
  EXPECT_EQ(Says(": Updated network agent (active, compulsory)").fact, LogFact::kNetworkAgent);
}

// Names come from profiles and people.
TEST(SessionText, NamesHoldAnything) {
  for (absl::string_view name : {"Corp: HQ (east)", "a[b]c", "x]: status changed to connected", "Primary",
                                 "  ", "(null)x", "Tunnel:1:2", "\xE4\xB8\xAD\xE6\x96\x87",
                                 "NESMVPNSession[x]", "]", ":", "11111111-2222-3333-4444-555555555555 old"}) {
    SCOPED_TRACE(name);
    const Told told = TellOne(absl::StrCat(Session(name), ": status changed to reasserting"));
    EXPECT_EQ(told.name, name);
    EXPECT_EQ(told.id, kId);
    EXPECT_EQ(told.status, SessionStatus::kReasserting);
  }
}

TEST(SessionText, EveryClassAndTheOldDescription) {
  for (absl::string_view name : {"NESMVPNSession", "NESMIKEv2VPNSession", "NESMLegacySession",
                                 "NESMTransparentProxySession", "NESMFilterSession", "NESMDNSProxySession"}) {
    const Told told = TellOne(absl::StrCat(name, "[Corp (x):", kId, "]: status changed to connected"));
    EXPECT_EQ(told.session_class, name);
    EXPECT_EQ(told.name, "Corp (x)");
  }
}

// The last line of what was copied may end anywhere.
TEST(SessionText, ACutLineNamesNobodyWrongly) {
  Told told = Says(": Received a start command from Vend");
  EXPECT_EQ(told.fact, LogFact::kStartReceived);
  EXPECT_EQ(told.who, "");
  EXPECT_EQ(Says(": Received a start command from Vendor[9").who, "");
  EXPECT_EQ(Says(": Entering state NESMVPNSessionStateStopping, timeout 2").timeout_seconds, std::nullopt);
  EXPECT_EQ(Says(": status changed to disconn").line, 0u);
}

// As people publish them: without the UUID, without the bracket, without the process id.
TEST(SessionText, RedactedLinesSayTheRest) {
  Told told = TellOne(
      "17:11:52.481498+0200 NESMVPNSession[Primary Tunnel:Secure DNS: got On Demand start message from pid "
      "5454 "
      "com.apple.networkextension");
  EXPECT_EQ(told.fact, LogFact::kOnDemandStart);
  EXPECT_EQ(told.name, "Secure DNS");
  EXPECT_EQ(told.id, "");
  told = TellOne(
      "NESMVPNSession[Primary Tunnel:Secure DNS: Skip a start command from Spotify Helper[69038]: session in "
      "state "
      "connecting com.apple.networkextension");
  EXPECT_EQ(told.fact, LogFact::kStartSkipped);
  EXPECT_EQ(told.who, "Spotify Helper[69038]");
  EXPECT_EQ(told.status, SessionStatus::kConnecting);
  told = TellOne(
      "nesessionmanager: [com.apple.networkextension:] NESMVPNSession[Primary Tunnel:XXXXXX(null)]: Skip a "
      "start "
      "command from YYYYY:session in state connecting");
  EXPECT_EQ(told.fact, LogFact::kStartSkipped);
  EXPECT_EQ(told.name, "XXXXXX");
  EXPECT_EQ(told.who, "YYYYY");
  EXPECT_EQ(told.status, SessionStatus::kConnecting);
}

}  // namespace
}  // namespace holdfast::parse
