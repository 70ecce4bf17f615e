// `holdfastctl parse`: what it prints of each kind, and how it refuses.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>
#include <sstream>

#include "agent/ctl/app.h"
#include "tests/agent/signals/parse/ne_fixture.h"
#include "tests/storage/temp_folder.h"

namespace holdfast::ctl {
namespace {

using ::testing::HasSubstr;
using ::testing::Not;

constexpr char kLog[] =
    "Timestamp                       Thread     Type        Activity             PID    TTL  \n"
    "2025-07-09 08:12:51.131277-0700 0x30e8ed   Default     0x0                  5871   0    "
    "nesessionmanager: "
    "[com.apple.networkextension:] NESMVPNSession[Primary "
    "Tunnel:Corp:B74E1CF7-F50E-4D98-8C6C-9C0C42260DDC:(null)]: "
    "Received a start command from Vendor[99]\n"
    "2025-07-09 08:12:51.131280-0700 0x30e8ed   Default     0x0                  5871   0    "
    "nesessionmanager: "
    "[com.apple.networkextension:] NESMVPNSession[Primary "
    "Tunnel:Corp:B74E1CF7-F50E-4D98-8C6C-9C0C42260DDC:(null)]: "
    "a sentence of next year\n"
    "2025-07-09 08:12:51.131280-0700 0x30e8ed   Default     0x0                  1   0    other: thing\n";
constexpr char kList[] =
    "Available network connection services in the current set (*=enabled):\n"
    "* (Connected)      07CD635E-71A1-4229-9C2F-B485A7702C9A VPN (io.example.vpn) \"Corp\" "
    "[VPN:io.example.vpn]\n";

class ParseTest : public ::testing::Test {
 protected:
  // `text` as a file; `more` arguments follow.
  ExitCode Parse(const std::string& kind, const std::string& text, std::vector<std::string> more = {}) {
    const std::string path = folder_.File("given");
    std::ofstream(path, std::ios::binary) << text;
    more.insert(more.begin(), {"parse", kind, path});
    return Run(more);
  }
  ExitCode Run(const std::vector<std::string>& arguments, const std::string& input = "") {
    std::istringstream in(input);
    out_.str("");
    err_.str("");
    return ctl::Run(
        arguments, {out_, err_, {}, absl::UTCTimeZone(), [](absl::Duration) { return false; }, nullptr, &in});
  }
  std::string out() const { return out_.str(); }
  std::string err() const { return err_.str(); }
  TempFolder folder_;

 private:
  std::ostringstream out_, err_;
};

TEST_F(ParseTest, ALogLineByLineThenCountsThenWhatWasNotRecognised) {
  EXPECT_EQ(Parse("nelog", kLog), ExitCode::kOk);
  EXPECT_EQ(
      out(),
      "2  2025-07-09 08:12:51.131277-0700  Corp (B74E1CF7-F50E-4D98-8C6C-9C0C42260DDC): start received from "
      "Vendor[99]\n"
      "lines: 4, recognised: 1, without a fact: 1, not recognised: 1, of other programs: 1, too long: 0\n"
      "Not recognised:\n"
      "  line 3: NESMVPNSession[Primary Tunnel:Corp:B74E1CF7-F50E-4D98-8C6C-9C0C42260DDC:(null)]: a sentence "
      "of "
      "next year\n");
  EXPECT_EQ(err(), "");
}

TEST_F(ParseTest, ALogAsJson) {
  EXPECT_EQ(Parse("nelog", kLog, {"--json"}), ExitCode::kOk);
  EXPECT_THAT(out(), HasSubstr(R"({"kind": "nelog",)"));
  EXPECT_THAT(
      out(),
      HasSubstr(R"({"line":2,"time":"2025-07-09 08:12:51.131277-0700","process":"nesessionmanager",)"
                R"("pid":5871,"fact":"start_received","session":{"class":"NESMVPNSession","name":"Corp",)"
                R"("id":"B74E1CF7-F50E-4D98-8C6C-9C0C42260DDC"},"requested_by":"Vendor",)"
                R"("requested_by_pid":99,"text":"Received a start command from Vendor[99]"})"));
  EXPECT_THAT(out(),
              HasSubstr(R"("counts": {"lines":4,"recognised":1,"without_a_fact":1,"not_recognised":1,)"));
  EXPECT_THAT(out(), HasSubstr(R"("unrecognised": [{"line":3,)"));
}

TEST_F(ParseTest, BurstsAreTold) {
  std::string log;
  for (int i = 0; i < 20; ++i) {
    log +=
        "default\t17:43:00.157552+0800\tnesessionmanager\tNESMVPNSession[Primary "
        "Tunnel:Corp:B74E1CF7-F50E-4D98-8C6C-9C0C42260DDC:(null)]: Received a start command from "
        "Vendor[99]\n";
  }
  EXPECT_EQ(Parse("nelog", log), ExitCode::kOk);
  EXPECT_THAT(out(),
              HasSubstr("burst: 16 starts of B74E1CF7-F50E-4D98-8C6C-9C0C42260DDC by Vendor[99] within 0"));
}

TEST_F(ParseTest, StandardInput) {
  EXPECT_EQ(Run({"parse", "nelog", "-"}, kLog), ExitCode::kOk);
  EXPECT_THAT(out(), HasSubstr("recognised: 1"));
}

// A log that goes on, as `log stream` does: what has come is printed before more comes.
class LiveLog : public std::streambuf {
 public:
  LiveLog(std::string first, std::function<void()> before_more)
      : first_(std::move(first)), before_more_(before_more) {
    setg(first_.data(), first_.data(), first_.data() + first_.size());
  }

 protected:
  int_type underflow() override {
    before_more_();
    return traits_type::eof();
  }

 private:
  std::string first_;
  std::function<void()> before_more_;
};

TEST_F(ParseTest, ALogThatGoesOnIsPrintedAsItComes) {
  std::ostringstream out, err;
  std::string seen;
  LiveLog live(kLog, [&] { seen = out.str(); });
  std::istream in(&live);
  EXPECT_EQ(ctl::Run({"parse", "nelog", "-"}, {out, err, {}, absl::UTCTimeZone(), nullptr, nullptr, &in}),
            ExitCode::kOk);
  EXPECT_THAT(seen, HasSubstr("start received from Vendor[99]\n"));
  EXPECT_THAT(seen, Not(HasSubstr("recognised:")));
}

TEST_F(ParseTest, LinesLongerThanAnyPiece) {
  const std::string fact =
      "NESMVPNSession[Corp:B74E1CF7-F50E-4D98-8C6C-9C0C42260DDC]: status changed to connected";
  for (const size_t size : {65534, 65535, 65536, 65537, 200000}) {
    EXPECT_EQ(Parse("nelog", std::string(size, 'x') + "\n\n" + fact), ExitCode::kOk);
    EXPECT_THAT(out(), HasSubstr("3  Corp"));
    EXPECT_THAT(out(), HasSubstr("lines: 3, recognised: 1"));
  }
}

TEST_F(ParseTest, NamesCannotSteerTheTerminal) {
  EXPECT_EQ(
      Parse("nelog",
            "NESMVPNSession[\x1B[31m:B74E1CF7-F50E-4D98-8C6C-9C0C42260DDC]: status changed to connected\n"),
      ExitCode::kOk);
  EXPECT_THAT(out(), Not(HasSubstr("\x1B")));
}

TEST_F(ParseTest, TheListOfScutil) {
  EXPECT_EQ(Parse("scutil-list", kList), ExitCode::kOk);
  EXPECT_THAT(out(),
              HasSubstr("*  connected  07CD635E-71A1-4229-9C2F-B485A7702C9A  VPN (io.example.vpn)  Corp\n"));
  EXPECT_THAT(out(), HasSubstr("services: 1, not recognised: 0\n"));
  EXPECT_EQ(Parse("scutil-list", kList, {"--json"}), ExitCode::kOk);
  EXPECT_THAT(out(), HasSubstr(R"("provider_bundle_id":"io.example.vpn")"));
}

TEST_F(ParseTest, AStatusOfScutil) {
  const std::string text =
      "Connected\nExtended Status <dictionary> {\n  IPv4 : <dictionary> {\n    InterfaceName : utun8\n  }\n  "
      "Status : 2\n}\n";
  EXPECT_EQ(Parse("scutil-status", text), ExitCode::kOk);
  EXPECT_THAT(out(), HasSubstr("Tunnel's interface  utun8\n"));
  EXPECT_THAT(out(), HasSubstr("2 (Connected)\n"));
  EXPECT_EQ(Parse("scutil-status", text, {"--json"}), ExitCode::kOk);
  EXPECT_THAT(out(), HasSubstr(R"("interface":"utun8")"));
  EXPECT_THAT(out(), HasSubstr(R"({"path":"Status","value":"2","meaning":"Connected"})"));
}

TEST_F(ParseTest, AListOfExtensions) {
  const std::string text =
      "2 extension(s)\n*\t*\tTEAM123456\tcom.example.x (1.0/1)\tx\t[activated enabled]\n";
  EXPECT_EQ(Parse("sysext-list", text), ExitCode::kOk);
  EXPECT_THAT(out(), HasSubstr("com.example.x"));
  EXPECT_THAT(out(), HasSubstr("announces 2 extensions: some of it is missing"));
  EXPECT_EQ(Parse("sysext-list", text, {"--json"}), ExitCode::kOk);
  EXPECT_THAT(out(), HasSubstr(R"("enabled":true,"active":true)"));
}

TEST_F(ParseTest, TheFileOfNetworkExtensionWithoutItsSecrets) {
  const std::string file = parse::NeFixture().Bytes();
  ASSERT_THAT(file, HasSubstr(parse::kSecret));
  EXPECT_EQ(Parse("ne-plist", file), ExitCode::kOk);
  EXPECT_THAT(out(), HasSubstr("Corporate: HQ"));
  EXPECT_THAT(out(), HasSubstr("IKEv2, enabled, on demand"));
  EXPECT_THAT(out(), HasSubstr("connect when SSIDMatch=(2)"));
  EXPECT_THAT(out(), HasSubstr("com.apple.preferences.application-firewall"));
  EXPECT_THAT(out(), HasSubstr("version: 1, configurations: 5, others: 1, not recognised: 0\n"));
  const std::string people = out();
  EXPECT_EQ(Parse("ne-plist", file, {"--json"}), ExitCode::kOk);
  EXPECT_THAT(out(),
              HasSubstr(R"("service":{"type":"IKEv2","enabled":true,"on_demand":true,"per_app":false,)"
                        R"("server":"vpn.example.com","include_all_networks":true,"enforce_routes":false,)"));
  EXPECT_THAT(people + out(), Not(HasSubstr(parse::kSecret)));
  for (size_t size = 0; size < file.size(); size += 97) {  // nor when the file is damaged
    Parse("ne-plist", file.substr(0, size));
    EXPECT_THAT(out() + err(), Not(HasSubstr(parse::kSecret)));
  }
}

TEST_F(ParseTest, InstalledProfilesWithoutTheirContent) {
  const std::string file =
      "<plist version=\"1.0\"><dict><key>_computerlevel</key><array><dict><key>ProfileIdentifier</key>"
      "<string>com.example.a</string><key>ProfileItems</key><array><dict><key>PayloadType</key>"
      "<string>com.apple.vpn.managed</string><key>PayloadContent</key><dict><key>Password</key>"
      "<string>hunter2</string></dict></dict></array></dict></array></dict></plist>";
  EXPECT_EQ(Parse("profiles-xml", file), ExitCode::kOk);
  EXPECT_THAT(out(), HasSubstr("com.example.a"));
  EXPECT_THAT(out(), HasSubstr("com.apple.vpn.managed"));
  EXPECT_THAT(out(), HasSubstr("profiles: 1, payloads: 1, not recognised: 0\n"));
  const std::string people = out();
  EXPECT_EQ(Parse("profiles-xml", file, {"--json"}), ExitCode::kOk);
  EXPECT_THAT(out(), HasSubstr(R"("payloads":[{"type":"com.apple.vpn.managed"}])"));
  EXPECT_THAT(people + out(), Not(HasSubstr("hunter2")));
  EXPECT_EQ(Parse("ne-plist", file), ExitCode::kFailed);
  EXPECT_THAT(err(), HasSubstr("try `holdfastctl parse profiles-xml"));
}

TEST_F(ParseTest, AnotherKindIsNamed) {
  EXPECT_EQ(Parse("sysext-list", kList), ExitCode::kFailed);
  EXPECT_EQ(out(), "");
  EXPECT_THAT(
      err(), HasSubstr("It looks like the output of `scutil --nc list`: try `holdfastctl parse scutil-list"));
  EXPECT_EQ(Parse("nelog", kList), ExitCode::kFailed);
  EXPECT_THAT(err(), HasSubstr("try `holdfastctl parse scutil-list"));
  EXPECT_EQ(Parse("scutil-list", kLog), ExitCode::kFailed);
  EXPECT_THAT(err(), HasSubstr("try `holdfastctl parse nelog"));
}

TEST_F(ParseTest, WhatCannotBeReadSaysWhy) {
  EXPECT_EQ(Run({"parse", "nelog", folder_.File("none")}), ExitCode::kUsage);
  EXPECT_THAT(err(), HasSubstr("/none: No such file or directory"));
  EXPECT_EQ(Run({"parse", "nelog", folder_.path()}), ExitCode::kUsage);
  EXPECT_THAT(err(), HasSubstr("Is a directory"));
  EXPECT_EQ(Run({"parse", "nolog", "-"}), ExitCode::kUsage);
  EXPECT_THAT(err(), HasSubstr("scutil-list"));
  for (const std::string kind : {"nelog", "scutil-list", "ne-plist"}) {
    EXPECT_EQ(Parse(kind, ""), ExitCode::kFailed);
    EXPECT_THAT(err(), HasSubstr("it is empty"));
    EXPECT_EQ(out(), "");
  }
  EXPECT_EQ(Parse("nelog", "hello\n"), ExitCode::kFailed);
  EXPECT_THAT(err(), HasSubstr("no line of it is of the session manager"));
}

}  // namespace
}  // namespace holdfast::ctl
