// Findings as text, JSON and SARIF; accepted findings; all profiles of one Mac together.
#include "profiles/lint/output/output.h"

#include <gmock/gmock.h>
#include <google/protobuf/struct.pb.h>
#include <google/protobuf/util/json_util.h>
#include <gtest/gtest.h>

#include "absl/strings/str_replace.h"
#include "tests/profiles/lint/samples.h"

namespace holdfast::lint {
namespace {

using google::protobuf::Struct;
using google::protobuf::Value;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::Not;
using ::testing::SizeIs;

std::string Proxy(const std::string& vendor, const std::string& order) {
  return absl::StrReplaceAll(
      ProfileXml(PayloadXml("com.apple.vpn.managed", 1,
                            absl::StrReplaceAll(ProviderKeys("TransparentProxy"), {{"@", order}}))),
      {{"com.example", absl::StrCat("com.", vendor)}, {">Edge<", absl::StrCat(">", vendor, "<")}});
}
std::string Order(int number) {
  return absl::StrCat("<key>Order</key><integer>", number, "</integer>");
}

std::vector<Finding> Of(const Report& report, absl::string_view rule) {
  std::vector<Finding> found;
  for (const Finding& finding : report.findings) {
    if (finding.rule->id == rule) found.push_back(finding);
  }
  return found;
}

Struct Parse(const std::string& json) {
  Struct parsed;
  EXPECT_TRUE(google::protobuf::util::JsonStringToMessage(json, &parsed).ok()) << json;
  return parsed;
}

// Two vendors' samples both say 1, a third says nothing.
std::vector<profiles::Profile> ThreeVendors() {
  return {ReadSample(Proxy("alpha", Order(1)), "alpha.mobileconfig"),
          ReadSample(absl::StrReplaceAll(Proxy("beta", Order(1)), {{"0000-4000-8000", "0000-4000-8001"}}),
                     "beta.mobileconfig"),
          ReadSample(absl::StrReplaceAll(Proxy("gamma", ""), {{"0000-4000-8000", "0000-4000-8002"}}),
                     "gamma.mobileconfig")};
}

TEST(Fleet, ACollisionOfVendorsNamesFilesOrderAndEdits) {
  const Report report = Check(ThreeVendors(), {}, /*together=*/true);
  const std::vector<Finding> equal = Of(report, "proxy-order-equal"),
                             missing = Of(report, "proxy-order-missing");
  ASSERT_THAT(equal, SizeIs(1));
  EXPECT_EQ(equal[0].place.file, "beta.mobileconfig");
  ASSERT_THAT(equal[0].related, SizeIs(1));
  EXPECT_EQ(equal[0].related[0].file, "alpha.mobileconfig");
  EXPECT_GT(equal[0].related[0].line, 0u);
  EXPECT_THAT(equal[0].what,
              HasSubstr("1 com.alpha.vpn.extension ('alpha.mobileconfig'), 1 com.beta.vpn.extension "
                        "('beta.mobileconfig'), no Order com.gamma.vpn.extension"));
  EXPECT_THAT(equal[0].fix, HasSubstr("set Order as <integer>2</integer> in 'beta.mobileconfig', line "));
  EXPECT_THAT(equal[0].fix, HasSubstr("add Order as <integer>3</integer> in 'gamma.mobileconfig', line "));
  EXPECT_THAT(equal[0].fix, Not(HasSubstr("alpha")));
  ASSERT_THAT(missing, SizeIs(1));
  EXPECT_EQ(missing[0].place.file, "gamma.mobileconfig");
}

TEST(Fleet, TheEditsMendIt) {
  std::vector<profiles::Profile> mended = ThreeVendors();
  mended[1] = ReadSample(Proxy("beta", Order(2)), "beta.mobileconfig");
  mended[2] = ReadSample(Proxy("gamma", Order(3)), "gamma.mobileconfig");
  const Report report = Check(mended, {}, /*together=*/true);
  EXPECT_THAT(Of(report, "proxy-order-equal"), IsEmpty());
  EXPECT_THAT(Of(report, "proxy-order-missing"), IsEmpty());
  EXPECT_THAT(Of(report, "proxy-order-chain"), SizeIs(1));
}

TEST(Fleet, ALargeNumberKeepsItsPlaceInTheEdits) {
  const std::vector<profiles::Profile> files = {ReadSample(Proxy("alpha", Order(10)), "a"),
                                                ReadSample(Proxy("beta", Order(10)), "b"),
                                                ReadSample(Proxy("gamma", Order(20)), "c")};
  const std::vector<Finding> equal = Of(Check(files, {}, true), "proxy-order-equal");
  ASSERT_THAT(equal, SizeIs(1));
  EXPECT_THAT(equal[0].fix, HasSubstr("<integer>11</integer> in 'b'"));
  EXPECT_THAT(equal[0].fix, Not(HasSubstr("'c'")));
}

TEST(Fleet, NothingOfItIsSaidOfFilesByThemselves) {
  EXPECT_THAT(Of(Check(ThreeVendors(), {}, /*together=*/false), "proxy-order-equal"), IsEmpty());
}

// Apple's own example: keys at the top, a number as a real, Order as text, the end missing, two identifiers.
constexpr char kAppleLike[] = R"(<?xml version="1.0" encoding="UTF-8"?>
<plist version="1.0">
<dict>
  <key>PayloadType</key><string>Configuration</string>
  <key>PayloadVersion</key><real>1</real>
  <key>PayloadIdentifier</key><string>com.example.proxy</string>
  <key>PayloadUUID</key><string>20000000-0000-4000-8000-00000000000A</string>
  <key>UserDefinedName</key><string>Proxy</string>
  <key>VPNType</key><string>TransparentProxy</string>
  <key>VPNSubType</key><string>com.example.app</string>
  <key>TransparentProxy</key>
  <dict>
    <key>AuthenticationMethod</key><string>Password</string>
    <key>Order</key><string>1</string>
    <key>ProviderBundleIdentifier</key><string>com.example.apple.provider</string>
    <key>ProviderDesignatedRequirement</key><string>identifier "com.example.app.provider" and anchor apple</string>
  </dict>
</dict>
)";

TEST(Lint, FindsEachDefectOfAFileThatHasFive) {
  const Report report = Check({ReadSample(kAppleLike)}, {}, false);
  for (absl::string_view rule : {"proxy-order-mistyped", "profile-version-not-integer", "profile-keys-at-top",
                                 "profile-no-end", "vpn-requirement-mismatch"}) {
    EXPECT_THAT(Of(report, rule), SizeIs(1)) << rule;
  }
  EXPECT_EQ(Of(report, "proxy-order-mistyped")[0].place.line, 14u);
}

TEST(Text, NamesFileLinePayloadAndRemedy) {
  const Report report = Check(
      {ReadSample(Proxy("alpha", "<key>Order</key><string>1</string>"), "a/b.mobileconfig")}, {}, false);
  const std::string text = RenderText(report, /*verbose=*/false, {});
  EXPECT_THAT(
      text,
      HasSubstr(
          "a/b.mobileconfig:20: error: VPN payload 'alpha': its Order is <string> [proxy-order-mistyped]\n"
          "    at:  PayloadContent[0].TransparentProxy.Order\n"
          "    fix: write Order as <integer>: macOS ignores it as it is\n"));
  EXPECT_THAT(text, HasSubstr("1 profile: 1 error, 0 warnings, 0 for information\n"));
  EXPECT_THAT(RenderText(report, /*verbose=*/true, {}),
              HasSubstr("    why: macOS uses Order only if it is a number."));
}

TEST(Json, IsReadByAnyReader) {
  const Struct json = Parse(RenderJson(Check(ThreeVendors(), {}, true)));
  EXPECT_EQ(json.fields().at("files").number_value(), 3);
  const auto& findings = json.fields().at("findings").list_value();
  ASSERT_GT(findings.values_size(), 0);
  for (absl::string_view key :
       {"rule", "severity", "file", "line", "key", "what", "why", "fix", "reference", "related"}) {
    EXPECT_TRUE(findings.values(0).struct_value().fields().contains(std::string(key))) << key;
  }
}

TEST(Sarif, HasRulesResultsAndSuppressions) {
  AllowList allowed;
  allowed.entries.push_back({"proxy-order-equal", "both are being replaced", "beta*", {}});
  const Struct json = Parse(RenderSarif(Check(ThreeVendors(), {}, true, allowed), RuleGroups(), "1.2.3"));
  EXPECT_EQ(json.fields().at("version").string_value(), "2.1.0");
  const Struct& run = json.fields().at("runs").list_value().values(0).struct_value();
  const Struct& driver = run.fields().at("tool").struct_value().fields().at("driver").struct_value();
  const auto& rules = driver.fields().at("rules").list_value();
  EXPECT_GT(rules.values_size(), 80);
  bool suppressed = false;
  for (const Value& value : run.fields().at("results").list_value().values()) {
    const auto& result = value.struct_value().fields();
    const int index = static_cast<int>(result.at("ruleIndex").number_value());
    EXPECT_EQ(rules.values(index).struct_value().fields().at("id").string_value(),
              result.at("ruleId").string_value());
    suppressed = suppressed || result.contains("suppressions");
  }
  EXPECT_TRUE(suppressed);
}

TEST(Allowed, ACommentSilencesItsFileAndStaysInTheReport) {
  const std::string comment = "<!-- holdfast-lint: allow proxy-order-equal: ticket 4711 -->\n";
  std::vector<profiles::Profile> files = ThreeVendors();
  files[1] = ReadSample(absl::StrReplaceAll(Proxy("beta", Order(1)), {{"<plist", comment + "<plist"}}),
                        "beta.mobileconfig");
  const Report report = Check(files, {}, true);
  const std::vector<Finding> equal = Of(report, "proxy-order-equal");
  ASSERT_THAT(equal, SizeIs(1));
  EXPECT_EQ(equal[0].allowed_because, "ticket 4711");
  EXPECT_EQ(report.silenced(), 1u);
  EXPECT_THAT(RenderText(report, false, {}), Not(HasSubstr("proxy-order-equal")));
}

TEST(Allowed, AListNamesRuleFilesAndReason) {
  const auto list = ParseAllowList(
      "allow:\n  - rule: proxy-order-missing\n    files: gamma.*\n    reason: vendor says so\n",
      "allow.yaml");
  ASSERT_TRUE(list.ok()) << list.status();
  const Report report = Check(ThreeVendors(), {}, true, *list);
  EXPECT_EQ(Of(report, "proxy-order-missing")[0].allowed_because, "vendor says so");
  EXPECT_TRUE(Of(report, "proxy-order-equal")[0].allowed_because.empty());
}

TEST(Allowed, AListThatIsWrongSaysWhere) {
  const auto error = [](absl::string_view text) {
    return std::string(ParseAllowList(text, "allow.yaml").status().message());
  };
  EXPECT_THAT(error("allow:\n  - rule: nonsense\n    reason: x\n"),
              HasSubstr("allow.yaml:2: there is no rule 'nonsense'"));
  EXPECT_THAT(error("allow:\n  - rule: key-unknown\n"), HasSubstr("without a reason"));
  EXPECT_THAT(error("allow:\n  - rule: key-unknown\n    because: x\n"),
              HasSubstr("allow.yaml:3: unknown key 'because'"));
  EXPECT_THAT(error("rules: []\n"), HasSubstr("the one key 'allow'"));
}

TEST(Versions, AreReadAsAppleWritesThem) {
  EXPECT_EQ(ParseMacOsVersion("26").value(), (MacOsVersion{26, 0, 0}));
  EXPECT_EQ(ParseMacOsVersion("10.15.7").value(), (MacOsVersion{10, 15, 7}));
  for (absl::string_view text : {"", "9.2", "15.", "sequoia", "15.4.1.2", "-15"}) {
    EXPECT_FALSE(ParseMacOsVersion(text).ok()) << text;
  }
}

}  // namespace
}  // namespace holdfast::lint
