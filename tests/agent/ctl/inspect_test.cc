// `inspect` from the command line: what is printed, and how it ends.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>
#include <sstream>

#include "agent/ctl/app.h"
#include "google/protobuf/struct.pb.h"
#include "google/protobuf/util/json_util.h"
#include "tests/profiles/bundle/sample.h"
#include "tests/storage/temp_folder.h"

namespace holdfast::ctl {
namespace {

using ::testing::HasSubstr;
using ::testing::Not;

class InspectTest : public ::testing::Test {
 protected:
  ExitCode Ctl(std::vector<std::string> arguments) {
    out_.str("");
    err_.str("");
    arguments.insert(arguments.begin(), "inspect");
    return ctl::Run(arguments, {out_, err_, {}, absl::UTCTimeZone(), [](absl::Duration) { return false; }});
  }
  std::string Write() {
    sample_.WriteTo(folder_.File("My.app"));
    return folder_.File("My.app");
  }
  google::protobuf::Struct Json() {
    google::protobuf::Struct out;
    EXPECT_TRUE(google::protobuf::util::JsonStringToMessage(out_.str(), &out).ok()) << out_.str();
    return out;
  }
  bundle::Sample sample_;
  TempFolder folder_;
  std::ostringstream out_, err_;
};

TEST_F(InspectTest, TellsWhatEachBundleIs) {
  EXPECT_EQ(Ctl({Write()}), ExitCode::kOk) << err_.str();
  EXPECT_THAT(out_.str(), HasSubstr("My.app: app 'com.example.vpn'\n"));
  EXPECT_THAT(out_.str(), HasSubstr("  Providers     packet tunnel (My.Provider)\n"));
  EXPECT_THAT(out_.str(), HasSubstr("  macOS         13.0 and later\n"));
  EXPECT_THAT(out_.str(),
              HasSubstr("Developer ID Application: Example (ABCDE12345), team ABCDE12345, hardened"));
  EXPECT_THAT(out_.str(), HasSubstr(":\nidentifier \"com.example.vpn.tunnel\" and anchor apple generic"));
  EXPECT_THAT(out_.str(), HasSubstr("2 bundles: 0 errors, 0 warnings, 1 for information\n"));
}

TEST_F(InspectTest, ErrorsEndWithOneAndWarningsOnlyIfStrict) {
  sample_.extension.cpus = {profiles::kX8664};
  EXPECT_EQ(Ctl({Write()}), ExitCode::kOk);
  EXPECT_THAT(out_.str(), HasSubstr("[bundle-no-arm64]"));
  EXPECT_EQ(Ctl({"--strict", Write()}), ExitCode::kFailed);
  sample_.extension.info.erase("NSSystemExtensionUsageDescription");
  EXPECT_EQ(Ctl({Write()}), ExitCode::kFailed);
  EXPECT_THAT(out_.str(), HasSubstr("[sysex-usage-description-missing]"));
  EXPECT_THAT(out_.str(), Not(HasSubstr("why:")));
  EXPECT_EQ(Ctl({"-v", Write()}), ExitCode::kFailed);
  EXPECT_THAT(out_.str(), HasSubstr("    why: NSSystemExtensionUsageDescription is required"));
}

TEST_F(InspectTest, TheOldestMacOsIsAskedFor) {
  EXPECT_EQ(Ctl({Write(), "--target-macos", "12"}), ExitCode::kFailed);
  EXPECT_THAT(out_.str(), HasSubstr("[bundle-needs-newer-macos]"));
  EXPECT_EQ(Ctl({Write(), "--target-macos", "13"}), ExitCode::kOk);
  EXPECT_EQ(Ctl({Write(), "--target-macos", "Tahoe"}), ExitCode::kUsage);
}

TEST_F(InspectTest, JsonForPrograms) {
  sample_.extension.info["NetworkExtension"] = bundle::Dict(bundle::Providers({"transparent-proxy"}));
  EXPECT_EQ(Ctl({Write(), "--json"}), ExitCode::kFailed);
  const google::protobuf::Struct json = Json();
  EXPECT_EQ(json.fields().at("errors").number_value(), 1);
  const auto& extension = json.fields().at("bundles").list_value().values(1).struct_value().fields();
  EXPECT_EQ(extension.at("kind").string_value(), "systemExtension");
  EXPECT_EQ(extension.at("signing").string_value(), "developer-id");
  EXPECT_EQ(extension.at("team").string_value(), "ABCDE12345");
  EXPECT_TRUE(extension.at("requirementDerived").bool_value());
  EXPECT_EQ(extension.at("architectures").list_value().values_size(), 2);
  const auto& first = json.fields().at("findings").list_value().values(0).struct_value().fields();
  EXPECT_EQ(first.at("rule").string_value(), "provider-unknown");
  EXPECT_EQ(first.at("severity").string_value(), "error");
  EXPECT_THAT(first.at("key").string_value(), HasSubstr("NEProviderClasses"));
  EXPECT_THAT(first.at("reference").string_value(), HasSubstr("TN3134"));
}

TEST_F(InspectTest, AnExpandedPackageIsAFolder) {
  sample_.WriteTo(folder_.File("package/Payload/Applications/My.app"));
  EXPECT_EQ(Ctl({folder_.File("package")}), ExitCode::kOk) << err_.str();
  EXPECT_THAT(out_.str(), HasSubstr("package/Payload/Applications/My.app: app"));
}

TEST_F(InspectTest, WhatCannotBeReadIsWrongUsage) {
  EXPECT_EQ(Ctl({folder_.File("nothing.app")}), ExitCode::kUsage);
  EXPECT_THAT(err_.str(), HasSubstr("nothing.app"));
  std::ofstream(folder_.File("My.pkg")) << "xar!";
  EXPECT_EQ(Ctl({folder_.File("My.pkg")}), ExitCode::kUsage);
  EXPECT_THAT(err_.str(), HasSubstr("pkgutil --expand-full"));
}

TEST_F(InspectTest, ItsRulesAreListedWithTheOthers) {
  std::ostringstream out, err;
  const Io io{out, err, {}, absl::UTCTimeZone(), nullptr};
  EXPECT_EQ(ctl::Run({"profile", "rules", "mach-service-prefix"}, io), ExitCode::kOk) << err.str();
  EXPECT_THAT(out.str(), HasSubstr("the group, a dot, and a name"));
  EXPECT_EQ(ctl::Run({"profile", "rules"}, io), ExitCode::kOk) << err.str();
  EXPECT_THAT(out.str(), HasSubstr("library-outside-extension"));
}

// Names come from whoever made the app: none steers a terminal.
TEST_F(InspectTest, NamesCannotSteerATerminal) {
  sample_.extension.info["CFBundleIdentifier"] = bundle::Text("com.example.vpn.\xC2\x9B[31mred");
  sample_.extension.info["CFBundleVersion"] = bundle::Text("1\xE2\x80\xAE 2");
  Ctl({Write()});
  EXPECT_THAT(out_.str(), Not(HasSubstr("\xC2\x9B")));
  EXPECT_THAT(out_.str(), Not(HasSubstr("\xE2\x80\xAE")));
}

}  // namespace
}  // namespace holdfast::ctl
