// What is generated for a management server: read back by our own reader, and held against Apple's schema
// where a checkout has it beside it.
#include "profiles/generate/generate.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <map>
#include <set>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "absl/strings/str_split.h"
#include "base/file.h"
#include "base/sha256.h"
#include "core/policy/parse.h"
#include "profiles/generate/product.h"
#include "profiles/installed/installed.h"
#include "profiles/mobileconfig/read.h"
#include "profiles/plist/keys.h"
#include "profiles/plist/plist.h"
#include "profiles/preferences/preferences.h"
#include "tests/profiles/mach_o.h"

namespace holdfast::profiles {
namespace {

namespace fs = std::filesystem;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::Not;

const std::vector<std::string> kPayloadKinds = {"service-management", "notifications", "privacy",
                                                "preferences"};

fs::path Source() {
  const char* source = std::getenv("HOLDFAST_SOURCE");
  return source == nullptr ? "." : source;
}

GenerateRequest Request(std::vector<std::string> kinds) {
  GenerateRequest out;
  out.kinds = std::move(kinds);
  out.signer = *SignerOfTeam("ABCDE12345");
  out.policy =
      *ParseDocument("policyVersion: 7\nenforcementMode: enforce\nwake: {grace: 90s}\n", "policy.yaml");
  out.organization = "Example & Sons";
  return out;
}

plist::Value Tree(const GenerateRequest& request) {
  const auto text = Generate(request);
  EXPECT_TRUE(text.ok()) << text.status();
  const auto document = plist::Parse(text.ok() ? *text : "", "generated");
  EXPECT_TRUE(document.ok()) << document.status();
  return document.ok() ? document->root : plist::Value();
}

std::string WhyNot(const GenerateRequest& request) {
  return std::string(Generate(request).status().message());
}

plist::Value PayloadOf(const std::string& kind) {
  return Tree(Request({kind})).Find("PayloadContent")->As<plist::Array>()->front();
}

TEST(Generate, OurOwnReaderFindsNothingWrong) {
  const auto profile = Read(*Generate(Request(kPayloadKinds)), "holdfast.mobileconfig");
  ASSERT_TRUE(profile.ok()) << profile.status();
  for (const ProfileFinding& finding : Combine({*profile}).findings)
    ADD_FAILURE() << finding.code << finding.message;
  EXPECT_EQ(profile->identifier, "io.holdfast.profile");
  EXPECT_TRUE(profile->scope_declared);
  EXPECT_EQ(profile->scope, ProfileScope::kSystem);
  std::vector<std::string> types;
  for (const Payload& payload : profile->payloads) types.push_back(payload.type);
  EXPECT_THAT(types, ElementsAre("com.apple.servicemanagement", "com.apple.notificationsettings",
                                 "com.apple.TCC.configuration-profile-policy", "io.holdfast.agent"));
}

TEST(Generate, TheSameNamesGiveTheSameFile) {
  EXPECT_EQ(*Generate(Request(kPayloadKinds)), *Generate(Request(kPayloadKinds)));
}

TEST(Generate, NoTwoUuidsAreEqual) {
  std::set<std::string> uuids;
  size_t count = 0;
  const auto take = [&](const plist::Value& dict) {
    const std::string uuid = plist::Text(dict, "PayloadUUID");
    EXPECT_TRUE(Uuid::Parse(uuid).ok()) << uuid;
    uuids.insert(uuid);
    ++count;
  };
  for (std::vector<std::string> kinds : {kPayloadKinds, {"privacy"}, {"notifications"}}) {
    const plist::Value root = Tree(Request(std::move(kinds)));
    take(root);
    for (const plist::Value& payload : *root.Find("PayloadContent")->As<plist::Array>()) take(payload);
  }
  EXPECT_EQ(uuids.size(), count);
}

TEST(Generate, AProfileOfOneKindReplacesOnlyItsOwn) {
  EXPECT_EQ(plist::Text(Tree(Request({"privacy"})), "PayloadIdentifier"), "io.holdfast.profile.privacy");
  GenerateRequest named = Request({"privacy"});
  named.identifier = "com.example.holdfast";
  EXPECT_EQ(plist::Text(Tree(named), "PayloadIdentifier"), "com.example.holdfast");
}

TEST(Generate, AKindTwiceIsOnePayload) {
  EXPECT_EQ(Tree(Request({"privacy", "privacy"})).Find("PayloadContent")->As<plist::Array>()->size(), 1U);
}

TEST(Generate, EveryRuleOfServiceManagementNamesTheTeam) {
  const plist::Value payload = PayloadOf("service-management");
  const plist::Array& rules = *payload.Find("Rules")->As<plist::Array>();
  ASSERT_EQ(rules.size(), kJobs.size());
  for (const plist::Value& rule : rules) {
    EXPECT_EQ(plist::Text(rule, "TeamIdentifier"), "ABCDE12345");
    EXPECT_EQ(plist::Text(rule, "RuleType"), "Label");
  }
}

TEST(Generate, PrivacyIsOneRightForTheDaemonAlone) {
  const plist::Value payload = PayloadOf("privacy");
  const plist::Dict& services = *payload.Find("Services")->As<plist::Dict>();
  ASSERT_EQ(services.entries().size(), 1U);
  EXPECT_EQ(services.entries().front().key, "SystemPolicyAllFiles");
  const plist::Array& programs = *services.entries().front().value.As<plist::Array>();
  ASSERT_EQ(programs.size(), 1U);
  EXPECT_EQ(plist::Text(programs.front(), "Identifier"), "/Library/Holdfast/bin/holdfastd");
  EXPECT_EQ(*programs.front().Find("Allowed"), plist::Value(true));
  EXPECT_EQ(plist::Text(programs.front(), "CodeRequirement"),
            "identifier \"io.holdfast.holdfastd\" and anchor apple generic and certificate "
            "1[field.1.2.840.113635.100.6.2.6] and certificate leaf[field.1.2.840.113635.100.6.1.13] and "
            "certificate leaf[subject.OU] = \"ABCDE12345\"");
}

TEST(Generate, PreferencesAreThePolicy) {
  const auto document = ReadPolicyDocument(*Generate(Request({"preferences"})), "holdfast.mobileconfig");
  ASSERT_TRUE(document.ok()) << document.status();
  const auto parsed = ResolvePolicy({{*document, PolicySource::kManagedDevice, "mdm"}});
  ASSERT_TRUE(parsed.ok()) << parsed.status();
  EXPECT_EQ(parsed->policy.version, 7U);
  EXPECT_EQ(parsed->policy.mode, EnforcementMode::kEnforce);
  EXPECT_EQ(parsed->policy.wake_grace, absl::Seconds(90));
  EXPECT_THAT(parsed->warnings, IsEmpty());
}

TEST(Generate, ThePlainListIsThePreferencesWithoutAnEnvelope) {
  const plist::Value root = Tree(Request({"preferences-plist"}));
  EXPECT_EQ(root.Find("PayloadContent"), nullptr);
  EXPECT_EQ(*root.Find("PolicyVersion"), plist::Value(int64_t{7}));
  EXPECT_EQ(*root.Find("Wake")->Find("Grace"), plist::Value(int64_t{90}));
}

TEST(Generate, AnInvalidPolicyIsRefusedWithEveryProblem) {
  GenerateRequest request = Request({"preferences"});
  request.policy = *ParseDocument("policyVersion: 1\nwake: {grace: soon}\nboot: {grace: 9h}\n", "p.yaml");
  EXPECT_THAT(WhyNot(request), HasSubstr("p.yaml:2: wake.grace"));
  EXPECT_THAT(WhyNot(request), HasSubstr("p.yaml:3: boot.grace"));
}

TEST(Generate, WithoutATeamNothingIsGeneratedThatNamesOne) {
  GenerateRequest request = Request({"notifications", "privacy"});
  request.signer.reset();
  EXPECT_THAT(WhyNot(request), HasSubstr("--team-id"));
  EXPECT_TRUE(absl::IsFailedPrecondition(Generate(request).status()));
  request.kinds = {"service-management"};
  EXPECT_FALSE(Generate(request).ok());
  request.kinds = {"notifications"};
  EXPECT_TRUE(Generate(request).ok());
}

TEST(Generate, WhatAKindNeedsIsAskedForByItsOption) {
  EXPECT_THAT(WhyNot({.kinds = {"preferences"}}), HasSubstr("--policy"));
  EXPECT_THAT(WhyNot({.kinds = {"background-tasks-asset"}}), HasSubstr("--launch-job"));
  EXPECT_THAT(WhyNot({.kinds = {}}), HasSubstr("at least one"));
  EXPECT_THAT(WhyNot({.kinds = {"wifi"}}), HasSubstr("there is no kind 'wifi'"));
  EXPECT_THAT(WhyNot(Request({"privacy", "manifest"})), HasSubstr("manifest is a file of its own"));
}

TEST(Generate, OnlyTeamIdsAreTeams) {
  for (absl::string_view no : {"", "ABCDE1234", "abcde12345", "ABCDE123456", "ABCDE-2345"}) {
    EXPECT_TRUE(absl::IsInvalidArgument(SignerOfTeam(no).status())) << no;
  }
}

TEST(Generate, TheProgramSaysWhoSignedIt) {
  SignedAs as;
  as.identifier = "com.example.holdfastd";
  const auto signer = SignerOfProgram(Universal({Program(as, kX8664), Program(as)}), "holdfastd");
  ASSERT_TRUE(signer.ok()) << signer.status();
  EXPECT_EQ(*signer, (Signer{"ABCDE12345", "com.example.holdfastd"}));
}

TEST(Generate, AProgramWithoutATeamIsRefused) {
  const auto why = [](const std::string& program) {
    const absl::Status status = SignerOfProgram(program, "holdfastd").status();
    EXPECT_TRUE(absl::IsFailedPrecondition(status)) << status;
    return std::string(status.message());
  };
  EXPECT_THAT(why(Program(AdHoc())), HasSubstr("holdfastd (arm64) is signed ad hoc: macOS applies"));
  EXPECT_THAT(why(Universal({Program({}, kX8664), Program(AdHoc())})), HasSubstr("(arm64) is signed ad hoc"));
  EXPECT_THAT(why(Thin("")), HasSubstr("is not signed at all: sign it"));
  SignedAs as;
  as.team = "";
  EXPECT_THAT(why(Program(as)), HasSubstr("without a Team ID"));
  as = {};
  as.certificate = false;
  EXPECT_THAT(why(Program(as)), HasSubstr("no certificate"));
  as = {};
  as.team = "not a team";
  EXPECT_THAT(why(Program(as)), HasSubstr("which is no Team ID"));
  as = {};
  as.team = "ZZZZZ99999";
  EXPECT_THAT(why(Universal({Program({}, kX8664), Program(as)})), HasSubstr("unlike its x86_64 part"));
}

TEST(Generate, AnotherProgramOfOursIsNotTheDaemon) {
  SignedAs as;
  as.identifier = "io.holdfast.holdfastctl";
  EXPECT_THAT(std::string(SignerOfProgram(Program(as), "holdfastctl").status().message()),
              HasSubstr("give holdfastd"));
}

std::string DeployedJob(const std::string& name) {
  return *ReadFile((Source() / "deploy" / "macos" / name).string());
}

TEST(Generate, TheAssetIsTheLaunchFilesHash) {
  GenerateRequest request;
  request.kinds = {"background-tasks-asset"};
  request.launch_job = LaunchJob{DeployedJob("io.holdfast.agent.plist"), "io.holdfast.agent.plist",
                                 "https://mdm.example.com/io.holdfast.agent.plist"};
  const auto json = Generate(request);
  ASSERT_TRUE(json.ok()) << json.status();
  EXPECT_THAT(*json, HasSubstr("\"Identifier\":\"io.holdfast.agent.launchd\""));
  EXPECT_THAT(*json, HasSubstr(ToHex(Sha256(request.launch_job->bytes))));
  EXPECT_THAT(*Generate({.kinds = {"background-tasks"}}),
              HasSubstr("{\"FileAssetReference\":\"io.holdfast.agent.launchd\",\"Context\":\"daemon\"}"));
  request.launch_job->url = "http://mdm.example.com/x";
  EXPECT_THAT(WhyNot(request), HasSubstr("https://"));
  request.launch_job = LaunchJob{"<plist><dict><key>Label</key><string>com.example.x</string></dict></plist>",
                                 "x", "https://mdm.example.com/x"};
  EXPECT_THAT(WhyNot(request), HasSubstr("its Label is 'com.example.x'"));
}

// Each launch job that the package installs is one that the payloads know, with its program.
TEST(Generate, EveryLaunchJobOfThePackageIsKnown) {
  size_t jobs = 0;
  for (const auto& entry : fs::directory_iterator(Source() / "deploy" / "macos")) {
    const std::string name = entry.path().filename().string();
    if (entry.path().extension() != ".plist" || !absl::StartsWith(name, "io.holdfast.")) continue;
    const auto job = plist::Parse(DeployedJob(name), name);
    ASSERT_TRUE(job.ok()) << job.status();
    const std::string label = plist::Text(job->root, "Label");
    const std::string program =
        *job->root.Find("ProgramArguments")->As<plist::Array>()->front().As<std::string>();
    const auto* known = std::find_if(kJobs.begin(), kJobs.end(),
                                     [&](const Job& j) { return j.label == label && j.program == program; });
    EXPECT_NE(known, kJobs.end()) << name << ": " << label << " runs " << program;
    ++jobs;
  }
  EXPECT_GT(jobs, 0U);
}

// Apple's schema, flattened: a row per key with its type, whether it is required, and its values.
class AppleSchema : public ::testing::Test {
 protected:
  struct Row {
    std::string type, presence, values, introduced;
  };
  void SetUp() override {
    const fs::path file = Source() / ".." / "shared" / "apple-device-management" / "keys.tsv";
    std::ifstream in(file);
    if (!in) GTEST_SKIP() << "Apple's schema is not beside this checkout";
    for (std::string line; std::getline(in, line);) {
      const std::vector<std::string> cells = absl::StrSplit(line, '\t');
      if (cells.size() >= 8) schemas_[cells[0]][cells[1]] = {cells[2], cells[3], cells[5], cells[7]};
    }
  }

  // `names` maps the tree's list items to the labels that the schema gives them.
  void Check(const std::string& schema, const plist::Dict& dict, const std::string& prefix) {
    for (const plist::Entry& entry : dict.entries()) {
      const std::string path = prefix + entry.key;
      const auto& rows = schemas_[schema];
      const auto row = rows.find(path);
      if (row == rows.end()) {
        // What any payload has.
        EXPECT_TRUE(prefix.empty() && schemas_["CommonPayloadKeys"].contains(entry.key))
            << schema << ": " << path;
        continue;
      }
      CheckValue(schema, path, row->second, entry.value);
    }
    for (const auto& [path, row] : schemas_[schema]) {
      absl::string_view name = path;
      if (!absl::ConsumePrefix(&name, prefix) || absl::StrContains(name, ".") || row.presence != "required")
        continue;
      EXPECT_NE(dict.Find(name), nullptr) << schema << ": " << path << " is required";
    }
  }

  void CheckValue(const std::string& schema, const std::string& path, const Row& row,
                  const plist::Value& value) {
    const absl::string_view type = value.As<bool>() != nullptr ? "<boolean>" : value.TypeName();
    EXPECT_EQ(row.type, type == "<dict>" ? "<dictionary>" : std::string(type)) << schema << ": " << path;
    EXPECT_NE(row.introduced, "n/a") << schema << ": " << path << " is not on macOS";
    if (!row.values.empty()) {
      const auto* number = value.As<int64_t>();
      const std::string text = number != nullptr ? absl::StrCat(*number) : *value.As<std::string>();
      const std::vector<std::string> allowed = absl::StrSplit(row.values, '|');
      EXPECT_THAT(allowed, ::testing::Contains(text)) << schema << ": " << path;
    }
    if (const auto* below = value.As<plist::Dict>()) Check(schema, *below, path + ".");
    if (const auto* items = value.As<plist::Array>()) CheckItems(schema, path, *items);
  }

  void CheckItems(const std::string& schema, const std::string& path, const plist::Array& items) {
    std::string label;
    for (const auto& [key, row] : schemas_[schema]) {
      absl::string_view name = key;
      if (absl::ConsumePrefix(&name, path + ".") && !absl::StrContains(name, ".")) label = std::string(name);
    }
    for (const plist::Value& item : items) {
      if (const auto* dict = item.As<plist::Dict>())
        Check(schema, *dict, absl::StrCat(path, ".", label, "."));
    }
  }

  std::map<std::string, std::map<std::string, Row>> schemas_;
};

TEST_F(AppleSchema, HasEveryKeyThatIsGenerated) {
  for (const char* kind : {"service-management", "notifications", "privacy"}) {
    const plist::Value payload = PayloadOf(kind);
    Check(plist::Text(payload, "PayloadType"), *payload.As<plist::Dict>(), "");
    Check(
        "CommonPayloadKeys",
        [&] {
          plist::Dict common;
          for (const plist::Entry& entry : payload.As<plist::Dict>()->entries()) {
            if (absl::StartsWith(entry.key, "Payload")) common.Set(entry.key, entry.value);
          }
          return common;
        }(),
        "");
  }
  plist::Value root = Tree(Request(kPayloadKinds));
  root.As<plist::Dict>()->Find("PayloadContent")->As<plist::Array>()->clear();  // checked above
  Check("TopLevel", *root.As<plist::Dict>(), "");
}

}  // namespace
}  // namespace holdfast::profiles
