// `profile generate SPEC`, `profile diff` and `profile verify` from the command line, and all three against a
// simulated Mac.
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/stat.h>

#include <filesystem>
#include <fstream>

#include "absl/strings/str_replace.h"
#include "base/file.h"
#include "profiles/mobileconfig/read.h"
#include "profiles/signature/unwrap.h"
#include "sim/profiles/simulated_profiles.h"
#include "sim/virtual_time.h"
#include "tests/agent/ctl/ctl_fixture.h"
#include "tests/profiles/signature/pem_identity.h"
#include "tests/storage/temp_folder.h"

namespace holdfast::ctl {
namespace {

namespace fs = std::filesystem;
using ::testing::AllOf;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::Not;

constexpr char kSpec[] = R"(organization: Example Corp
identifier: com.example.mac
profiles:
  - id: vpn
    name: Corporate VPN
    parts:
      - kind: ikev2
        name: Corporate VPN
        server: vpn.example.com
        localIdentifier: mac
        authentication: shared-secret
        sharedSecretFile: secret
        onDemand: [{action: connect}]
  - id: proxy
    name: Vendor
    parts:
      - kind: transparent-proxy
        name: Vendor Proxy
        app: com.vendor.app
        order: 1
        provider: {bundleIdentifier: com.vendor.app.proxy, teamIdentifier: VENDOR1234}
)";

class ProfileSpecTest : public ::testing::Test {
 protected:
  ProfileSpecTest() {
    Write("fleet.yaml", kSpec);
    Write("secret", "open sesame\n");
  }
  std::string Write(const std::string& name, const std::string& bytes) {
    std::ofstream(folder_.File(name), std::ios::binary) << bytes;
    return folder_.File(name);
  }
  std::string Folder(const std::string& name) {
    fs::create_directory(folder_.File(name));
    return folder_.File(name);
  }
  // The folder with what the spec makes, some of its text replaced.
  std::string Generated(const std::string& name,
                        const std::vector<std::pair<std::string, std::string>>& changed = {}) {
    const std::string spec = Write(name + ".yaml", absl::StrReplaceAll(kSpec, changed));
    const Result made = RunOn({"profile", "generate", spec, "-o", Folder(name)});
    EXPECT_EQ(made.code, ExitCode::kOk) << made.err;
    return folder_.File(name);
  }
  // What the Mac's own command would print.
  std::string ListOf(const std::vector<std::string>& files) {
    sim::VirtualTime time;
    sim::SimulatedMac mac(time, time, /*seed=*/1);
    for (const std::string& file : files) mac.Install(*profiles::ReadPath(file));
    return Write("installed.plist", *sim::ProfilesShow(mac));
  }
  TempFolder folder_;
};

TEST_F(ProfileSpecTest, MakesAFileForEachProfile) {
  const std::string folder = Generated("out");
  EXPECT_TRUE(profiles::Read(*ReadFile(folder + "/vpn.mobileconfig"), "vpn").ok());
  EXPECT_TRUE(fs::exists(folder + "/proxy.mobileconfig"));
  struct stat with_secret = {}, without = {};
  ASSERT_EQ(stat((folder + "/vpn.mobileconfig").c_str(), &with_secret), 0);
  ASSERT_EQ(stat((folder + "/proxy.mobileconfig").c_str(), &without), 0);
  EXPECT_EQ(with_secret.st_mode & 0777, 0600U);
  EXPECT_EQ(without.st_mode & 0777, 0644U);
}

TEST_F(ProfileSpecTest, SeveralFilesNeedAFolder) {
  const Result made = RunOn({"profile", "generate", folder_.File("fleet.yaml")});
  EXPECT_EQ(made.code, ExitCode::kFailed);
  EXPECT_THAT(
      made.err,
      HasSubstr(
          "3 files (vpn.mobileconfig, proxy.mobileconfig, system-extensions.mobileconfig): give a folder"));
  EXPECT_EQ(made.out, "");
}

TEST_F(ProfileSpecTest, WarningsAreOnTheErrorStream) {
  const Result made = RunOn({"profile", "generate", folder_.File("fleet.yaml"), "-o", Folder("out")});
  EXPECT_THAT(made.err,
              HasSubstr("fleet.yaml:17: profiles[1].parts[0]: which of Apple's update and push hosts"));
}

TEST_F(ProfileSpecTest, OfABadSpecNothingIsWritten) {
  const std::string spec = Write("bad.yaml", absl::StrReplaceAll(kSpec, {{"order: 1", "order: first"}}));
  const Result made = RunOn({"profile", "generate", spec, "-o", Folder("out")});
  EXPECT_EQ(made.code, ExitCode::kFailed);
  EXPECT_THAT(made.err,
              HasSubstr("bad.yaml:20: profiles[1].parts[0].order: \"first\" is not a whole number"));
  EXPECT_TRUE(fs::is_empty(folder_.File("out")));
}

TEST_F(ProfileSpecTest, OptionsThatContradictASpecAreRefused) {
  const std::string spec = folder_.File("fleet.yaml");
  for (const std::vector<std::string>& more : std::vector<std::vector<std::string>>{
           {"--team-id", "ABCDE12345"}, {"privacy"}, {"--key", "k"}, {"--as", "plist"}}) {
    std::vector<std::string> arguments = {"profile", "generate", spec};
    arguments.insert(arguments.end(), more.begin(), more.end());
    EXPECT_EQ(RunOn(arguments).code, ExitCode::kUsage) << more.front();
  }
  EXPECT_EQ(RunOn({"profile", "generate", "notifications", "--as", "declaration"}).code, ExitCode::kUsage);
}

TEST_F(ProfileSpecTest, SignsWithAKeyThatFits) {
  const profiles::PemIdentity signer = profiles::MakePemIdentity("Example Signer");
  const std::string certificate = Write("cert.pem", signer.certificate), key = Write("key.pem", signer.key);
  const std::vector<std::string> sign = {"profile",   "generate",    folder_.File("fleet.yaml"),
                                         "-o",        Folder("out"), "--sign",
                                         certificate, "--key",       key};
  const Result open = RunOn(sign);
  EXPECT_EQ(open.code, ExitCode::kFailed);
  EXPECT_THAT(open.err, HasSubstr("key.pem"));  // others may read it
  chmod(key.c_str(), 0600);
  EXPECT_EQ(RunOn(sign).code, ExitCode::kOk);
  const auto unwrapped = profiles::Unwrap(*ReadFile(folder_.File("out/proxy.mobileconfig")), "proxy");
  ASSERT_TRUE(unwrapped.ok());
  EXPECT_TRUE(unwrapped->intact);
  EXPECT_EQ(unwrapped->content, *ReadFile(Generated("plain") + "/proxy.mobileconfig"));
  Write("cert.pem", profiles::MakePemIdentity("Other").certificate);
  EXPECT_THAT(RunOn(sign).err, HasSubstr("not that of the certificate"));
}

TEST_F(ProfileSpecTest, AsDeclarationsItSaysWhatStaysAProfile) {
  const Result refused =
      RunOn({"profile", "generate", folder_.File("fleet.yaml"), "--as", "declaration", "-o", Folder("out")});
  EXPECT_EQ(refused.code, ExitCode::kFailed);
  EXPECT_THAT(refused.err, AllOf(HasSubstr("credentialsAsset: is required"),
                                 HasSubstr("the order of transparent proxies is a profile's alone")));
  const std::string text = kSpec;
  const std::string vpn =
      Write("vpn.yaml", absl::StrReplaceAll(text.substr(0, text.find("  - id: proxy")),
                                            {{"sharedSecretFile: secret", "credentialsAsset: a"}}));
  const Result declared = RunOn({"profile", "generate", vpn, "--as", "declaration"});
  EXPECT_EQ(declared.code, ExitCode::kOk) << declared.err;
  EXPECT_THAT(declared.out,
              AllOf(HasSubstr("com.apple.configuration.network.vpn.ikev2"), Not(HasSubstr("sesame"))));
}

TEST_F(ProfileSpecTest, DiffNamesKeysAndWhatAMacDoes) {
  const std::string before = Generated("a") + "/proxy.mobileconfig",
                    after = Generated("b", {{"order: 1", "order: 2"}}) + "/proxy.mobileconfig";
  const Result same = RunOn({"profile", "diff", before, before});
  EXPECT_EQ(same.code, ExitCode::kOk);
  EXPECT_THAT(same.out, HasSubstr("No difference of meaning."));
  const Result moved = RunOn({"profile", "diff", before, after});
  EXPECT_EQ(moved.code, ExitCode::kFailed);
  EXPECT_EQ(moved.err, "");
  EXPECT_THAT(moved.out,
              AllOf(HasSubstr("TransparentProxy.Order"), HasSubstr("its Order was 1 and becomes 2"),
                    HasSubstr("B replaces A in place")));
  EXPECT_THAT(RunOn({"--json", "profile", "diff", before, after}).out,
              HasSubstr(R"({"key":"TransparentProxy.Order","change":"changed","before":"1","after":"2"})"));
}

TEST_F(ProfileSpecTest, DiffShowsNoSecret) {
  const std::string before = Generated("a") + "/vpn.mobileconfig";
  Write("secret", "close sesame\n");
  const std::string after = Generated("b") + "/vpn.mobileconfig";
  for (const Result& diff :
       {RunOn({"profile", "diff", before, after}), RunOn({"--json", "profile", "diff", before, after})}) {
    EXPECT_EQ(diff.code, ExitCode::kFailed);
    EXPECT_THAT(diff.out, AllOf(HasSubstr("IKEv2.SharedSecret"), Not(HasSubstr("sesame"))));
  }
}

TEST_F(ProfileSpecTest, DiffOfWhatCannotBeReadIsUsage) {
  EXPECT_EQ(RunOn({"profile", "diff", folder_.File("none"), folder_.File("none")}).code, ExitCode::kUsage);
  EXPECT_EQ(RunOn({"profile", "diff", folder_.File("secret"), folder_.File("secret")}).code,
            ExitCode::kUsage);
}

TEST_F(ProfileSpecTest, WhatWasInstalledAsGeneratedIsEqual) {
  const std::string folder = Generated("out");
  const Result equal = RunOn({"profile", "verify", folder + "/vpn.mobileconfig",
                              folder + "/proxy.mobileconfig", "--installed", ListOf({folder})});
  EXPECT_EQ(equal.code, ExitCode::kOk) << equal.out << equal.err;
  EXPECT_THAT(
      equal.out,
      AllOf(HasSubstr("vpn.mobileconfig: equal (com.example.mac.vpn, profile, secrets not compared: 1)"),
            HasSubstr("proxy.mobileconfig: equal")));
}

TEST_F(ProfileSpecTest, WhatIsOldOrMissingIsShown) {
  const std::string folder = Generated("out"), old = Generated("old", {{"order: 1", "order: 9"}});
  const std::string proxy = folder + "/proxy.mobileconfig";
  const std::vector<std::string> verify = {"profile", "verify",      folder + "/vpn.mobileconfig",
                                           proxy,     "--installed", ListOf({old + "/proxy.mobileconfig"})};
  const Result wrong = RunOn(verify);
  EXPECT_EQ(wrong.code, ExitCode::kFailed);
  EXPECT_EQ(wrong.err, "");
  EXPECT_THAT(wrong.out,
              AllOf(HasSubstr("vpn.mobileconfig: missing: no profile com.example.mac.vpn is installed"),
                    HasSubstr("proxy.mobileconfig: different"), HasSubstr("TransparentProxy.Order")));
  std::vector<std::string> json = verify;
  json.insert(json.begin(), "--json");
  EXPECT_THAT(RunOn(json).out, AllOf(HasSubstr(R"("state":"missing")"), HasSubstr(R"("state":"different")"),
                                     HasSubstr(R"("before":"9","after":"1")")));
}

TEST_F(ProfileSpecTest, AnotherProfileWithTheSameOrderCollides) {
  const std::string wanted = Generated("out") + "/proxy.mobileconfig",
                    other = Generated("other", {{"identifier: com.example.mac", "identifier: com.other"},
                                                {"name: Vendor Proxy", "name: Another"}}) +
                            "/proxy.mobileconfig";
  const Result both = RunOn({"profile", "verify", wanted, "--installed", ListOf({wanted, other})});
  EXPECT_EQ(both.code, ExitCode::kFailed);
  EXPECT_THAT(both.out,
              AllOf(HasSubstr(": equal"), HasSubstr("collides: the installed profile com.other.proxy has a "
                                                    "payload with the Order of 'Vendor Proxy'")));
}

TEST_F(ProfileSpecTest, VerifyWithoutAMacSaysHow) {
  const std::string wanted = Generated("out") + "/proxy.mobileconfig";
  const Result nowhere = RunOn({"profile", "verify", wanted});
  EXPECT_EQ(nowhere.code, ExitCode::kUsage);
  EXPECT_THAT(nowhere.err, HasSubstr("elsewhere give --installed"));
  EXPECT_EQ(RunOn({"profile", "verify", wanted, "--installed", folder_.File("secret")}).code,
            ExitCode::kUsage);
}

}  // namespace
}  // namespace holdfast::ctl
