// The tools of macOS as doctor sees them: each is run once, what it prints is counted, what fails is named
// with what is lost.
#include "agent/doctor/tool_probe.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "absl/strings/str_cat.h"

namespace holdfast::doctor {
namespace {

using ::testing::HasSubstr;
using ::testing::SizeIs;

absl::StatusOr<std::string> Well(const std::vector<std::string>& arguments) {
  const std::string& program = arguments.at(0);
  if (absl::StrContains(program, "systemextensionsctl")) {
    return std::string(
        "1 extension(s)\n--- com.apple.system_extension.network_extension\n"
        "enabled\tactive\tteamID\tbundleID (version)\tname\t[state]\n"
        "*\t*\tABCDE12345\tcom.example.filter (2.0/2)\tFilter\t[activated enabled]\n");
  }
  if (absl::StrContains(program, "plutil")) {
    return std::string("<plist version=\"1.0\"><dict><key>extensions</key><array/></dict></plist>");
  }
  if (absl::StrContains(program, "netstat")) {
    return std::string("Destination Gateway Flags Netif Expire\ndefault 192.0.2.1 UGScg en0\n");
  }
  if (absl::StrContains(program, "profiles")) return std::string("<plist version=\"1.0\"><dict/></plist>");
  if (absl::StrContains(program, "route")) return std::string("  interface: en0\n");
  if (arguments.size() > 1 && arguments[1] == "--dns")
    return std::string("resolver #1\n  nameserver[0] : 192.0.2.1\n");
  if (arguments.size() > 1 && arguments[1] == "--nc") {
    return std::string("Available network connection services in the current set (*=enabled):\n");
  }
  return std::string();
}

TEST(Tools, WhatEachSaysIsCounted) {
  const auto findings = ProbeTools(Well);
  ASSERT_THAT(findings, SizeIs(9));
  for (const Finding& finding : findings)
    EXPECT_EQ(finding.state, State::kOk) << finding.name << finding.detail;
  EXPECT_EQ(findings[0].name, "/usr/bin/systemextensionsctl list");
  EXPECT_EQ(findings[0].detail, "1 extensions");
  EXPECT_EQ(findings[5].detail, "the internet is reached by en0");
  EXPECT_EQ(findings[6].detail, "1 default routes, the first by en0");
}

TEST(Tools, OneThatFailsOrSaysSomethingElseIsNamedWithWhatIsLost) {
  const auto failed = ProbeTools([](const auto&) { return absl::NotFoundError("no such program"); });
  for (const Finding& finding : failed) {
    EXPECT_EQ(finding.state, State::kDegraded) << finding.name;
    EXPECT_THAT(finding.remedy, HasSubstr("does not know"));
  }
  const auto odd =
      ProbeTools([](const auto&) { return absl::StatusOr<std::string>("usage: something else"); });
  int degraded = 0;
  for (const Finding& finding : odd) degraded += finding.state == State::kDegraded;
  EXPECT_EQ(degraded, 7);  // ps and mount print lines of any shape
}

}  // namespace
}  // namespace holdfast::doctor
