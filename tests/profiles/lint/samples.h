// Profiles for tests of rules, from pieces: each sample is flawless until a test changes it.
#pragma once

#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "profiles/mobileconfig/read.h"

namespace holdfast::lint {

inline constexpr char kRequirement[] =
    "identifier \"com.example.vpn.extension\" and anchor apple generic and certificate leaf[subject.OU] = "
    "ABCDE12345";

// A payload's dictionary, with what every payload has; `number` makes its identifier and UUID its own.
inline std::string PayloadXml(const std::string& type, int number, const std::string& keys) {
  return absl::StrCat(
      "<dict><key>PayloadType</key><string>", type,
      "</string>\n<key>PayloadVersion</key><integer>1</integer>\n<key>PayloadIdentifier</key><string>"
      "com.example.profile.p",
      number, "</string>\n<key>PayloadUUID</key><string>10000000-0000-4000-8000-00000000000", number,
      "</string>\n", keys, "</dict>\n");
}

inline std::string ProfileXml(const std::string& payloads,
                              const std::string& identifier = "com.example.profile", char uuid = 'A') {
  return absl::StrCat(
      "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<plist version=\"1.0\">\n<dict>\n<key>PayloadType</key>"
      "<string>Configuration</string>\n<key>PayloadVersion</key><integer>1</integer>\n<key>PayloadScope</key>"
      "<string>System</string>\n<key>PayloadIdentifier</key><string>",
      identifier, "</string>\n<key>PayloadUUID</key><string>20000000-0000-4000-8000-00000000000",
      std::string(1, uuid), "</string>\n<key>PayloadContent</key><array>\n", payloads,
      "</array>\n</dict>\n</plist>\n");
}

inline const std::string kIkev2Keys =
    "<key>UserDefinedName</key><string>Corp</string>\n<key>VPNType</key><string>IKEv2</string>\n<key>IKEv2</"
    "key><dict>"
    "<key>RemoteAddress</key><string>vpn.example.com</string>\n<key>LocalIdentifier</key><string>mac</"
    "string>\n"
    "<key>RemoteIdentifier</key><string>vpn.example.com</string>\n<key>AuthenticationMethod</"
    "key><string>SharedSecret"
    "</string>\n@</dict>";

// A provider's VPN; the keys of its dictionary may be added at '@'.
inline std::string ProviderKeys(const std::string& type) {
  return absl::StrCat(
      "<key>UserDefinedName</key><string>Edge</string>\n<key>VPNType</key><string>", type,
      "</string>\n<key>VPNSubType</key><string>com.example.vpn</string>\n<key>", type, "</key><dict>",
      type == "VPN" ? "<key>RemoteAddress</key><string>edge.example.com</string>\n" : "",
      "<key>AuthenticationMethod</key><string>Password</string>\n<key>ProviderBundleIdentifier</key>"
      "<string>com.example.vpn.extension</string>\n<key>ProviderDesignatedRequirement</key><string>",
      kRequirement, "</string>\n@</dict>");
}

inline const std::string kFilterKeys = absl::StrCat(
    "<key>FilterType</key><string>Plugin</string>\n<key>UserDefinedName</key><string>Filter</string>\n"
    "<key>PluginBundleID</key><string>com.example.vpn</string>\n<key>FilterGrade</key><string>firewall</"
    "string>\n"
    "<key>FilterSockets</key><true/>\n<key>FilterDataProviderBundleIdentifier</"
    "key><string>com.example.vpn.extension"
    "</string>\n<key>FilterDataProviderDesignatedRequirement</key><string>",
    kRequirement, "</string>\n@");

inline const std::string kExtensionKeys =
    "<key>AllowUserOverrides</key><false/>\n<key>AllowedSystemExtensions</key><dict><key>ABCDE12345</"
    "key><array>"
    "<string>com.example.vpn.extension</string></array></dict>\n@";

inline profiles::Profile ReadSample(const std::string& xml, const std::string& name = "sample.mobileconfig") {
  auto profile = profiles::Read(xml, name);
  return profile.ok() ? *std::move(profile) : profiles::Unreadable(name, profile.status());
}

}  // namespace holdfast::lint
