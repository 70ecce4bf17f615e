// What scutil prints.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "agent/signals/parse/sc_dictionary.h"
#include "agent/signals/parse/scutil_list.h"
#include "agent/signals/parse/scutil_status.h"

namespace holdfast::parse {
namespace {

using ::testing::IsEmpty;

constexpr char kHeader[] = "Available network connection services in the current set (*=enabled):\n";

TEST(ScutilList, OnlyTheHeadingIsAListWithoutServices) {
  const auto list = ReadScutilList(kHeader);
  ASSERT_TRUE(list.ok());
  EXPECT_TRUE(list->has_header);
  EXPECT_THAT(list->services, IsEmpty());
}

TEST(ScutilList, AllColumns) {
  const auto list = ReadScutilList(absl::StrCat(
      kHeader,
      "* (Connected)      07CD635E-71A1-4229-9C2F-B485A7702C9A VPN (io.example.vpn) \"Corp [x] (y)\"         "
      " "
      "          [VPN:io.example.vpn]\n"
      "* (Disconnected)   E3A8F336-CCEB-4A29-B50A-FBAD41D84A71 PPP --> L2TP       \"My VPN\"                "
      "         [PPP:L2TP]\r\n"
      "  (Invalid)        2C5C591F-B2EB-4ADD-8A69-04109E8ABCA1 IPSec              \"Old\" [IPSec]\n"
      "  (Unknown)        2C5C591F-B2EB-4ADD-8A69-04109E8ABCA2 IPSec              \"New\" [IPSec]\n"
      "something else\n"));
  ASSERT_TRUE(list.ok());
  ASSERT_EQ(list->services.size(), 4u);
  const ScutilService& corp = list->services[0];
  EXPECT_EQ(corp.id.ToString(), "07CD635E-71A1-4229-9C2F-B485A7702C9A");
  EXPECT_EQ(corp.name, "Corp [x] (y)");
  EXPECT_TRUE(corp.enabled);
  EXPECT_EQ(corp.status, SessionStatus::kConnected);
  EXPECT_EQ(corp.kind, "VPN (io.example.vpn)");
  EXPECT_EQ(corp.provider_bundle_id, "io.example.vpn");
  EXPECT_EQ(corp.type, ServiceType::kProvider);
  EXPECT_EQ(list->services[1].type, ServiceType::kL2tp);
  EXPECT_EQ(list->services[1].name, "My VPN");
  EXPECT_EQ(list->services[2].type, ServiceType::kIpsec);
  EXPECT_FALSE(list->services[2].enabled);
  EXPECT_EQ(list->services[2].status, SessionStatus::kInvalid);
  EXPECT_EQ(list->services[3].status, std::nullopt);
  EXPECT_EQ(list->odd, (std::vector<OddLine>{{6, "something else"}}));
  EXPECT_EQ(ServiceFactsOf(corp).provider_bundle_id, "io.example.vpn");
}

// The tool pads the quoted name to the name's own length, 32 at least, and cuts what is longer.
TEST(ScutilList, LongNamesLoseTheirEnd) {
  for (int length = 28; length <= 40; ++length) {
    const std::string name(static_cast<size_t>(length), 'n');
    std::string padded = "\"" + name + "\"";
    padded.resize(static_cast<size_t>(std::max(length, 32)), ' ');
    const auto service = ReadScutilService(
        "* (Connected)      07CD635E-71A1-4229-9C2F-B485A7702C9A IPSec              " + padded + " [IPSec]");
    ASSERT_TRUE(service);
    EXPECT_EQ(service->name, length <= 31 ? name : name.substr(1)) << length;
    EXPECT_EQ(service->name_cut, length >= 31) << length;
    EXPECT_EQ(service->type, ServiceType::kIpsec);
  }
}

TEST(ScutilList, SomethingElseIsNoList) {
  EXPECT_FALSE(ReadScutilList("hello\n07CD635E-71A1-4229-9C2F-B485A7702C9A\n").ok());
  EXPECT_FALSE(ReadScutilList("").ok());
}

ScBlock Block(absl::string_view text) {
  return ReadScBlock(*TextLines(text), 0);
}

TEST(ScDictionary, NestsByIndentation) {
  const ScBlock block = Block(
      "Title <dictionary> {\n  A : <dictionary> {\n    L : <array> {\n      0 : x\n      1 : y\n"
      "    }\n    S : \n  }\n  E : <dictionary> {\n  }\n  Z : 1\n}\nrest\n");
  EXPECT_EQ(block.title, "Title");
  EXPECT_TRUE(block.complete);
  EXPECT_EQ(block.lines, 12u);
  ASSERT_NE(block.value.Find({"A", "L", "1"}), nullptr);
  EXPECT_EQ(block.value.Find({"A", "L", "1"})->text, "y");
  EXPECT_EQ(block.value.Find({"A", "S"})->text, "");
  EXPECT_EQ(block.value.Find("E")->kind, ScValue::Kind::kDictionary);
  EXPECT_EQ(block.value.Find("Z")->text, "1");
}

TEST(ScDictionary, TextsMayHoldLinesColonsAndBraces) {
  const ScBlock block = Block(
      "<dictionary> {\n  A : one\n}x\nkey : value\n      }\n  A : again\n  B : <array> {\n    0 : p\n"
      "    7 : q\n  }\n}\n");
  EXPECT_TRUE(block.complete);
  EXPECT_EQ(block.value.Find("A")->text, "one\n}x\nkey : value\n      }\n  A : again");
  EXPECT_EQ(block.value.Find({"B", "0"})->text, "p\n    7 : q");
}

TEST(ScDictionary, ADeeperLineOfATextIsNoEntry) {
  const ScBlock block = Block("<dictionary> {\n  A : one\n      Status : 2\n  B : two\n}\n");
  EXPECT_EQ(block.value.entries.size(), 2u);
  EXPECT_EQ(block.value.Find("A")->text, "one\n      Status : 2");
}

TEST(ScDictionary, AnIndentedCopyAndACutOne) {
  const ScBlock block =
      Block("    Extended Status <dictionary> {\n      A : <dictionary> {\n        B : 1\n");
  EXPECT_FALSE(block.complete);
  EXPECT_EQ(block.value.Find({"A", "B"})->text, "1");
}

TEST(ScDictionary, DepthIsBounded) {
  std::string text = "<dictionary> {\n";
  for (int i = 1; i < 1000; ++i)
    text += std::string(static_cast<size_t>(2 * i), ' ') + "K : <dictionary> {\n";
  const ScBlock block = Block(text);
  EXPECT_FALSE(block.complete);
}

TEST(ScutilStatus, TheTunnelsInterfaceIsNotThatOfItsExcludedRoutes) {
  const auto output = ReadScutilStatus(
      "Connected\nExtended Status <dictionary> {\n  IPv4 : <dictionary> {\n    ExcludedRoutes : <array> {\n"
      "      0 : <dictionary> {\n        DestinationAddress : 192.0.2.0\n        InterfaceName : en0\n      "
      "}\n    }\n"
      "    InterfaceName : utun8\n    ServerAddress : 198.51.100.7\n  }\n  LastStatusChangeTime : 08/11/2026 "
      "12:40:14\n"
      "  NEStatus : 3\n  SessionState : 4\n  Status : 2\n  VPN : <dictionary> {\n    LastCause : 31\n  "
      "}\n}\n");
  ASSERT_TRUE(output.ok());
  ASSERT_EQ(output->reports.size(), 1u);
  const ScutilReport& report = output->reports[0];
  EXPECT_EQ(report.status, SessionStatus::kConnected);
  EXPECT_EQ(report.interface_name, "utun8");
  EXPECT_EQ(report.server_address, "198.51.100.7");
  EXPECT_EQ(report.ne_status, SessionStatus::kConnected);
  EXPECT_EQ(report.session_state, 4);
  EXPECT_EQ(report.last_stop_reason, 31);
  EXPECT_EQ(report.last_change, absl::CivilSecond(2026, 8, 11, 12, 40, 14));
  EXPECT_THAT(report.facts, testing::Contains(ScFact{"SessionState", "4", "Running", false}));
  EXPECT_THAT(report.facts,
              testing::Contains(ScFact{"VPN.LastCause", "31", "Configuration was disabled", false}));
  EXPECT_THAT(report.facts,
              testing::Contains(ScFact{"IPv4.ExcludedRoutes.0.InterfaceName", "en0", "", false}));
  EXPECT_THAT(output->odd, IsEmpty());
}

TEST(ScutilStatus, NumbersOfPppAndIpsecHaveWords) {
  const auto output = ReadScutilStatus(
      "Disconnected\nExtended Status <dictionary> {\n  IPSec : <dictionary> {\n    LastCause : 11\n    "
      "Status : 0\n  }\n"
      "  PPP : <dictionary> {\n    DeviceLastCause : 2\n    LastCause : 19\n    Status : 9\n  }\n  Status : "
      "0\n}\n");
  ASSERT_TRUE(output.ok());
  const auto& facts = output->reports.at(0).facts;
  EXPECT_THAT(facts,
              testing::ElementsAre(ScFact{"IPSec.LastCause", "11", "shared secret", false},
                                   ScFact{"IPSec.Status", "0", "Idle", false},
                                   ScFact{"PPP.DeviceLastCause", "2", "no answer", false},
                                   ScFact{"PPP.LastCause", "19", "authentication to peer failed", false},
                                   ScFact{"PPP.Status", "9", "Terminating", false},
                                   ScFact{"Status", "0", "Disconnected", false}));
}

TEST(ScutilStatus, OtherCommandsOfTheSameTool) {
  const auto output = ReadScutilStatus(
      "No service\n"
      "Invalid: No such key\n"
      "<dictionary> {\n  PPP : <dictionary> {\n    BytesIn : 20337\n  }\n}\n"
      "* (Disconnected)   E3A8F336-CCEB-4A29-B50A-FBAD41D84A71 VPN (io.example.vpn) \"Corp\" "
      "[VPN:io.example.vpn]\n"
      "ApplicationURL: file:///x\n"
      "VPN <dictionary> {\n  AuthPassword : hunter2\n  RemoteAddress : vpn.example.com\n  SharedSecret : "
      "<dictionary> {\n"
      "    A : hunter2\n  }\n}\n"
      "OnDemand <dictionary> {\n  Enabled : TRUE\n}\n"
      "No statistics available\nhow is this\n");
  ASSERT_TRUE(output.ok());
  using What = ScutilReport::What;
  std::vector<What> whats;
  for (const ScutilReport& report : output->reports) whats.push_back(report.what);
  EXPECT_THAT(whats, testing::ElementsAre(What::kRefusal, What::kStatus, What::kStatistics, What::kShow,
                                          What::kOnDemand, What::kRefusal));
  EXPECT_EQ(output->reports[1].word, "Invalid: No such key");
  EXPECT_EQ(output->reports[2].facts, (std::vector<ScFact>{{"PPP.BytesIn", "20337", "", false}}));
  EXPECT_EQ(output->reports[3].service->name, "Corp");
  EXPECT_EQ(output->reports[3].facts,
            (std::vector<ScFact>{{"VPN.AuthPassword", "", "", true},
                                 {"VPN.RemoteAddress", "vpn.example.com", "", false},
                                 {"VPN.SharedSecret", "", "", true}}));
  EXPECT_EQ(output->odd, (std::vector<OddLine>{{21, "how is this"}}));
}

TEST(ScutilStatus, SomethingElseIsNone) {
  EXPECT_FALSE(ReadScutilStatus("hello\n").ok());
  EXPECT_FALSE(ReadScutilStatus("").ok());
}

TEST(TextLines, HaveLimits) {
  EXPECT_EQ(TextLines(std::string(kMaxTextBytes + 1, 'x')).status().code(),
            absl::StatusCode::kResourceExhausted);
  EXPECT_EQ(TextLines(std::string(kMaxTextLines + 1, '\n')).status().code(),
            absl::StatusCode::kResourceExhausted);
  EXPECT_THAT(*TextLines("\xEF\xBB\xBF"
                         "a\r\nb"),
              testing::ElementsAre("a", "b"));
}

}  // namespace
}  // namespace holdfast::parse
