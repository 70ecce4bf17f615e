#include "tests/agent/signals/parse/fixtures.h"

#include <array>
#include <random>

#include "absl/strings/str_cat.h"
#include "tests/agent/signals/parse/ne_fixture.h"

namespace holdfast::parse {
namespace {

constexpr char kSession[] =
    "NESMVPNSession[Primary Tunnel:Corp: HQ:9C0C4226-0DDC-4D98-8C6C-B74E1CF7F50E:(null)]";

std::string Log() {
  std::string log;
  int second = 10;
  for (absl::string_view text :
       {": Received a start command from Vendor[99]", ": status changed to connecting",
        ": Entering state NESMVPNSessionStateStarting, timeout 60 seconds",
        ": Skip a start command from Vendor[99]: session in state connecting",
        ": Received a stop command from System Settings[312] with reason 1",
        ": status changed to disconnected, last stop reason Configuration was disabled",
        " in state NESMVPNSessionStateRunning: plugin NEVPNTunnelPlugin(io.example[inactive]) attached IPC",
        ": got On Demand start message from pid 5454", ": a sentence of next year"}) {
    absl::StrAppend(&log, "2025-07-09 08:12:", second++,
                    ".131277-0700 0x30e8ed   Default     0x0                  5871   0    nesessionmanager: "
                    "[com.apple.networkextension:] ",
                    kSession, text, "\n");
  }
  absl::StrAppend(
      &log,
      "default\t17:43:00.157552+0800\tnesessionmanager\t<NESMServer: 0x1>: Request to uninstall session: ",
      kSession, "\n", R"({"eventMessage":"\u003c)", kSession,
      R"(: status changed to connected","processImagePath":"\/x\/nesessionmanager","processID":7})", "\n",
      "sysextd: com.example.filter : extension failed category property check: x\n",
      "nehelper: com.example.proxy: failed to save configuration: permission denied\n",
      "type: debug\ntime: 15:02:54.817903+0000\nprocess: Mail\nmessage: nw [C723.1.1:1] "
      "SO_NECP_ATTRIBUTES\n");
  return log;
}

constexpr char kList[] =
    "Available network connection services in the current set (*=enabled):\n"
    "* (Connected)      07CD635E-71A1-4229-9C2F-B485A7702C9A VPN (io.example.vpn) \"Corp [x]\"          "
    "[VPN:io.example.vpn]\n"
    "  (Disconnected)   E3A8F336-CCEB-4A29-B50A-FBAD41D84A71 PPP --> L2TP       \"My VPN\" [PPP:L2TP]\n";

constexpr char kStatus[] =
    "Connected\nExtended Status <dictionary> {\n  IPv4 : <dictionary> {\n    Addresses : <array> {\n      0 "
    ": 10.0.0.2\n"
    "    }\n    InterfaceName : utun8\n  }\n  LastStatusChangeTime : 08/11/2026 12:40:14\n  NEStatus : 3\n"
    "  Status : 2\n  VPN : <dictionary> {\n    LastCause : 31\n  }\n}\n";

constexpr char kExtensions[] =
    "2 extension(s)\n--- com.apple.system_extension.network_extension (Go to 'x' to modify)\n"
    "enabled\tactive\tteamID\tbundleID (version)\tname\t[state]\n"
    "\t*\tTEAM123456\tcom.example.a (1.15/1.15)\ta\t[activated waiting for user]\n"
    "*\t*\tTEAM123456\tcom.example.a (1.13/1.13)\ta\t[activated enabled]\n";

constexpr char kDatabase[] =
    "<?xml version=\"1.0\"?>\n<plist version=\"1.0\">\n<dict><key>developerMode</key><false/>\n"
    "<key>extensionPolicies</key><array/>\n<key>extensions</key><array>\n"
    "<dict><key>bundleVersion</key><dict><key>CFBundleShortVersionString</key><string>1.13</string>"
    "<key>CFBundleVersion</key><string>113</string></dict>\n<key>categories</key><array>"
    "<string>com.apple.system_extension.network_extension</string></array>\n"
    "<key>identifier</key><string>com.example.a</string>\n<key>state</key><string>activated_enabled</string>"
    "<key>teamID</key><string>TEAM123456</string></dict>\n"
    "<dict><key>bundleVersion</key><dict><key>CFBundleVersion</key><string>112</string></dict>\n"
    "<key>identifier</key><string>com.example.a</string>\n"
    "<key>state</key><string>terminated_waiting_to_uninstall_on_reboot</string>"
    "<key>teamID</key><string>TEAM123456</string></dict>\n</array>\n</dict>\n</plist>\n";

constexpr char kProfiles[] =
    "<?xml version=\"1.0\"?>\n<plist version=\"1.0\">\n<dict><key>_computerlevel</key><array>\n<dict>"
    "<key>ProfileIdentifier</key><string>com.example.a</string>\n<key>ProfileInstallDate</key>"
    "<string>2023-03-31 01:14:38 +0000</string>\n<key>ProfileRemovalDisallowed</key><string>true</string>\n"
    "<key>ProfileItems</key><array><dict><key>PayloadType</key><string>com.apple.mdm</string></dict></"
    "array>\n"
    "</dict>\n</array></dict>\n</plist>\n";

}  // namespace

std::string ValidText(Kind kind) {
  switch (kind) {
    case Kind::kNelog:
      return Log();
    case Kind::kScutilList:
      return kList;
    case Kind::kScutilStatus:
      return kStatus;
    case Kind::kSysextList:
      return kExtensions;
    case Kind::kSysextDb:
      return kDatabase;
    case Kind::kProfilesXml:
      return kProfiles;
    case Kind::kNePlist:
      return NeFixture().Bytes();
  }
  return "";
}

std::string Noise(uint64_t seed, size_t bytes) {
  static constexpr std::array<absl::string_view, 20> kWords = {"the",
                                                               "connection",
                                                               "interface:",
                                                               "permission denied",
                                                               "nesession",
                                                               "NESM",
                                                               "NESMServer",
                                                               "session",
                                                               "status changed to",
                                                               "sysextd",
                                                               "[C",
                                                               "]",
                                                               "necp",
                                                               "9C0C4226-0DDC-4D98-8C6C-B74E1CF7F50E",
                                                               "(Connected)",
                                                               "{",
                                                               "}",
                                                               "OSSystemExtension",
                                                               "NESMVPNSessionStateRunning",
                                                               "last stop reason"};
  static constexpr std::array<absl::string_view, 6> kHeads = {
      "2022-10-30 15:48:16.741400-0400 0x10a8     Default     0x0                  81    0    kernel: ",
      "2021-03-04 08:01:20.123 Df launchd[1:10a8] [com.apple.xpc:] ",
      "default\t17:43:00.157552+0800\tMail\t",
      "Mar 28 10:15:32 my-mac syslogd[55]: ",
      "{\"eventMessage\":\"",
      ""};
  std::mt19937_64 random(seed);
  std::string out;
  while (out.size() < bytes) {
    absl::StrAppend(&out, kHeads[random() % kHeads.size()]);
    for (uint64_t words = random() % 12; words > 0; --words) {
      if (random() % 8 == 0) {
        out += static_cast<char>(random() % 256);
      } else {
        absl::StrAppend(&out, kWords[random() % kWords.size()], " ");
      }
    }
    out += '\n';
  }
  return out;
}

}  // namespace holdfast::parse
