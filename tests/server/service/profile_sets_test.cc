// Sets of profiles: linted for the whole fleet before they are deployed, kept without their contents, and
// held against what devices say.
#include "absl/strings/str_replace.h"
#include "base/error.h"
#include "server/service/profile_job.h"
#include "tests/profiles/lint/samples.h"
#include "tests/server/service/test_device.h"

namespace holdfast::server {
namespace {

using ::testing::AllOf;
using ::testing::Contains;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::Not;
using ::testing::SizeIs;

using File = PutProfileSetRequest::File;

// A transparent proxy of a provider of its own, with the profile that allows it: without a flaw alone.
std::string Proxy(int number, int order) {
  const std::string keys = absl::StrReplaceAll(
      lint::ProviderKeys("TransparentProxy"),
      {{"com.example.vpn", absl::StrCat("com.example.vpn", number)},
       {">Edge<", absl::StrCat(">Edge ", number, "<")},
       {"@", absl::StrCat("<key>Order</key><integer>", order, "</integer><key>Password</key><string>hush-",
                          number, "</string>")}});
  const std::string allowed = absl::StrReplaceAll(
      lint::kExtensionKeys, {{"com.example.vpn", absl::StrCat("com.example.vpn", number)}, {"@", ""}});
  return absl::StrReplaceAll(
      lint::ProfileXml(
          absl::StrCat(lint::PayloadXml("com.apple.vpn.managed", number, keys),
                       lint::PayloadXml("com.apple.system-extension-policy", number + 4, allowed)),
          absl::StrCat("com.example.p", number)),
      {{"<plist", "<!-- holdfast-lint: allow secret-in-profile proxy-order-chain: a test -->\n<plist"}});
}

File ProxyFile(int number, int order) {
  return {absl::StrCat("p", number, ".mobileconfig"), Proxy(number, order)};
}

std::vector<std::string> Grave(const std::vector<ProfileFinding>& findings) {
  std::vector<std::string> found;
  for (const ProfileFinding& f : findings) {
    if (f.severity == "error" && f.allowed_because.empty()) found.push_back(f.place.file + " " + f.rule);
  }
  return found;
}

class ProfileSets : public ::testing::Test {
 protected:
  PutProfileSetResponse Put(const std::string& group, std::vector<File> files, bool accept = false,
                            bool dry_run = false) {
    const auto put = world.core->PutProfileSet(
        kAdmin, {.group = group, .files = std::move(files), .dry_run = dry_run, .accept_errors = accept});
    EXPECT_TRUE(put.ok()) << put.status();
    return put.value_or(PutProfileSetResponse{});
  }
  absl::Status WhyNot(std::vector<File> files) {
    return world.core->PutProfileSet(kAdmin, {.files = std::move(files)}).status();
  }
  GetProfileSetResponse Get(const std::string& group) {
    const auto found = world.core->GetProfileSet(kAdmin, group);
    EXPECT_TRUE(found.ok()) << found.status();
    return found.value_or(GetProfileSetResponse{});
  }
  World world;
};

TEST_F(ProfileSets, AFlawlessSetIsStoredListedAndAudited) {
  const auto put = Put("", {ProxyFile(2, 2), ProxyFile(1, 1)});
  EXPECT_TRUE(put.stored) << Grave(put.findings).size();
  EXPECT_EQ(put.errors, 0);
  const auto got = Get("");
  ASSERT_THAT(got.profiles, SizeIs(2));
  EXPECT_EQ(got.profiles[0].file.name, "p1.mobileconfig");
  EXPECT_EQ(got.profiles[0].file.identifier, "com.example.p1");
  EXPECT_EQ(got.profiles[0].file.sha256, Sha256(Proxy(1, 1)));
  ASSERT_THAT(got.profiles[0].file.payloads, SizeIs(2));
  EXPECT_EQ(got.profiles[0].file.payloads[0].type, "com.apple.vpn.managed");
  EXPECT_EQ(got.set.hash, put.set.hash);
  EXPECT_EQ(got.set.put_by, "ada");
  EXPECT_THAT(*world.core->ListProfileSets(kAdmin), SizeIs(1));
  const AuditEntry entry = world.Audit().front();
  EXPECT_EQ(entry.action, "PutProfileSet");
  EXPECT_EQ(entry.target, "profiles:(every Mac)");
  EXPECT_EQ(entry.before, "");
  EXPECT_EQ(entry.after, "files=2; hash=" + ToHex(put.set.hash));
  EXPECT_EQ(Put("", {ProxyFile(1, 1), ProxyFile(2, 2)}).set.hash, put.set.hash) << "in any order";
}

TEST_F(ProfileSets, ErrorsRefuseTheSetUnlessTheyAreAccepted) {
  const auto refused = Put("berlin", {ProxyFile(1, 1), ProxyFile(2, 1)});
  EXPECT_FALSE(refused.stored);
  EXPECT_THAT(Grave(refused.findings), ElementsAre("p2.mobileconfig proxy-order-equal"));
  EXPECT_EQ(refused.errors, 1);
  EXPECT_TRUE(absl::IsNotFound(world.core->GetProfileSet(kAdmin, "berlin").status()));
  EXPECT_THAT(world.Audit(), Not(Contains(::testing::Field(&AuditEntry::action, "PutProfileSet"))));

  EXPECT_TRUE(Put("berlin", {ProxyFile(1, 1), ProxyFile(2, 1)}, /*accept=*/true).stored);
  EXPECT_TRUE(Get("berlin").set.errors_accepted);
  EXPECT_EQ(Get("berlin").set.errors, 1);
  EXPECT_THAT(world.Audit().front().after, HasSubstr("; errors accepted=1"));
  EXPECT_EQ(world.Audit().front().group, "berlin");
}

TEST_F(ProfileSets, ADryRunFindsAndStoresNothing) {
  const auto dry = Put("", {ProxyFile(1, 1)}, false, /*dry_run=*/true);
  EXPECT_FALSE(dry.stored);
  EXPECT_EQ(dry.set.files, 1);
  EXPECT_THAT(*world.core->ListProfileSets(kAdmin), IsEmpty());
}

TEST_F(ProfileSets, AGroupsSetIsLookedAtBesideThatOfEveryMac) {
  ASSERT_TRUE(Put("", {ProxyFile(1, 1)}).stored);
  const auto berlin = Put("berlin", {ProxyFile(2, 1)});
  EXPECT_FALSE(berlin.stored);
  ASSERT_THAT(Grave(berlin.findings), ElementsAre("p2.mobileconfig proxy-order-equal"));
  for (const ProfileFinding& finding : berlin.findings) {
    if (finding.rule != "proxy-order-equal") continue;
    ASSERT_THAT(finding.related, SizeIs(1));
    EXPECT_EQ(finding.related[0].file, "every Mac: p1.mobileconfig");
    EXPECT_GT(finding.related[0].line, 0u) << "known without the file";
    EXPECT_THAT(finding.what, HasSubstr("'every Mac: p1.mobileconfig'"));
  }
  EXPECT_TRUE(Put("berlin", {ProxyFile(2, 2)}).stored);
  EXPECT_TRUE(Put("rome", {ProxyFile(3, 2)}).stored) << "two groups have no Mac in common";
}

TEST_F(ProfileSets, ASetOfEveryMacIsLookedAtBesideEachGroups) {
  ASSERT_TRUE(Put("berlin", {ProxyFile(2, 1)}).stored);
  ASSERT_TRUE(Put("rome", {ProxyFile(3, 3)}).stored);
  const auto refused = Put("", {ProxyFile(1, 1)});
  EXPECT_FALSE(refused.stored);
  EXPECT_THAT(Grave(refused.findings), ElementsAre("group berlin: p2.mobileconfig proxy-order-equal"));
  EXPECT_EQ(refused.set.errors, 0) << "of its own";
  EXPECT_EQ(refused.errors, 1);
  EXPECT_THAT(Grave(Get("berlin").findings), IsEmpty());

  ASSERT_TRUE(Put("", {ProxyFile(1, 1)}, /*accept=*/true).stored);
  EXPECT_THAT(Grave(Get("berlin").findings), ElementsAre("p2.mobileconfig proxy-order-equal"));
  EXPECT_EQ(Get("berlin").set.errors, 1);
  EXPECT_THAT(Grave(Get("rome").findings), IsEmpty());
  EXPECT_TRUE(Put("", {ProxyFile(1, 1)}).stored) << "what was accepted in a group's is not new";
  ASSERT_TRUE(Put("", {ProxyFile(1, 7)}).stored);
  EXPECT_THAT(Grave(Get("berlin").findings), IsEmpty()) << "and goes when the collision does";
}

TEST_F(ProfileSets, WithoutTheSetOfEveryMacItsCollisionsGo) {
  ASSERT_TRUE(Put("", {ProxyFile(1, 1)}).stored);
  ASSERT_TRUE(Put("berlin", {ProxyFile(2, 1)}, true).stored);
  ASSERT_TRUE(world.core->DeleteProfileSet(kAdmin, "").ok());
  EXPECT_THAT(Grave(Get("berlin").findings), IsEmpty());
  const AuditEntry entry = world.Audit().front();
  EXPECT_EQ(entry.action, "DeleteProfileSet");
  EXPECT_THAT(entry.before, HasSubstr("files=1; hash="));
  EXPECT_TRUE(absl::IsNotFound(world.core->DeleteProfileSet(kAdmin, "")));
}

TEST_F(ProfileSets, AreThereAfterARestartAndTheirContentsNowhere) {
  ASSERT_TRUE(Put("", {ProxyFile(1, 1)}).stored);
  world.Restart(sim::Loss::kUnsynced);
  EXPECT_THAT(Get("").profiles, SizeIs(1));
  EXPECT_FALSE(Put("berlin", {ProxyFile(2, 1)}).stored) << "the collision is found from what is kept";
  std::vector<std::string> kept;
  const auto stored = world.store->FindProfileSet("");
  ASSERT_TRUE(stored.ok() && stored->has_value());
  for (const fleet::ProfileFile& file : (*stored)->files) kept.push_back(file.outline);
  EXPECT_THAT(kept, ElementsAre(AllOf(HasSubstr("com.example.vpn1"), Not(HasSubstr("hush")))));
}

TEST_F(ProfileSets, WhatIsNoProfileIsAFindingOfItsFile) {
  const auto put = Put("", {{"x.mobileconfig", "hello"}, {"d.json", R"({"Type": "x"})"}});
  EXPECT_FALSE(put.stored);
  EXPECT_THAT(Grave(put.findings), SizeIs(2));
}

TEST_F(ProfileSets, LimitsAreToldWithTheirNumbers) {
  EXPECT_THAT(WhyNot({}).message(), HasSubstr("`profiles delete`"));
  EXPECT_THAT(WhyNot({{"a", std::string(kMostProfileBytes + 1, ' ')}}).message(), HasSubstr("1048576"));
  EXPECT_THAT(WhyNot(std::vector<File>(501)).message(), HasSubstr("no name"));
  std::vector<File> many;
  for (int i = 0; i < 501; ++i) many.push_back({absl::StrCat(i), ""});
  EXPECT_THAT(WhyNot(many).message(), HasSubstr("501 files"));
  many.resize(4, {"", ""});
  for (File& file : many) file.content = std::string(kMostProfileBytes - 1, ' ');
  EXPECT_THAT(WhyNot(many).message(), HasSubstr("3145728"));
  EXPECT_THAT(WhyNot({{"a", ""}, {"a", ""}}).message(), HasSubstr("two files 'a'"));
  EXPECT_THAT(WhyNot({{"a\nb", ""}}).message(), HasSubstr("no name"));
  std::string payloads;
  for (size_t i = 0; i <= kMostProfilePayloads; ++i) absl::StrAppend(&payloads, "<dict/>");
  EXPECT_THAT(WhyNot({{"a", lint::ProfileXml(payloads)}}).message(), HasSubstr("5001 payloads"));
  EXPECT_TRUE(absl::IsInvalidArgument(
      world.core->PutProfileSet(kAdmin, {.files = {ProxyFile(1, 1)}, .target_macos = "soon"}).status()));
  EXPECT_FALSE(
      world.core->PutProfileSet(kAdmin, {.group = std::string(257, 'g'), .files = {ProxyFile(1, 1)}}).ok());
}

TEST_F(ProfileSets, WhatWasPutMeanwhileIsNotOverruled) {
  auto job = world.core->BeginPutProfileSet(kAdmin, {.group = "berlin", .files = {ProxyFile(1, 1)}});
  ASSERT_TRUE(job.ok()) << job.status();
  ASSERT_TRUE(Put("", {ProxyFile(2, 1)}).stored);
  auto linted = LintProfiles(*std::move(job));
  ASSERT_TRUE(linted.ok()) << linted.status();
  EXPECT_TRUE(absl::IsAborted(world.core->FinishPutProfileSet(*std::move(linted)).status()));
  EXPECT_THAT(*world.core->ListProfileSets(kAdmin), SizeIs(1));
}

TEST_F(ProfileSets, OfAllThereAreOnlySoMany) {
  std::vector<File> many;
  for (int i = 0; i < 500; ++i) many.push_back({absl::StrCat(i), "{}"});
  for (int i = 0; i < 4; ++i) ASSERT_TRUE(Put(absl::StrCat("g", i), many, true).stored);
  const auto one = world.core->PutProfileSet(kAdmin, {.group = "h", .files = {ProxyFile(1, 1)}});
  EXPECT_TRUE(absl::IsResourceExhausted(one.status())) << one.status();
  EXPECT_TRUE(Put("g0", {ProxyFile(1, 1)}).stored) << "one that takes the place of another";
}

TEST_F(ProfileSets, OfManyFindingsTheGravestAreKept) {
  std::string keys;
  for (int i = 0; i < 1500; ++i) absl::StrAppend(&keys, "<key>Unknown", i, "</key><string>x</string>\n");
  const std::string noisy = lint::ProfileXml(lint::PayloadXml(
      "com.apple.vpn.managed", 1, absl::StrCat(absl::StrReplaceAll(lint::kIkev2Keys, {{"@", ""}}), keys)));
  const auto put = Put("", {{"a", noisy}, {"z", "no profile"}});
  EXPECT_THAT(put.findings, SizeIs(kMostProfileFindings));
  EXPECT_GT(put.set.left_out, 400);
  EXPECT_EQ(put.set.errors + put.set.warnings + put.set.infos + put.set.allowed,
            put.set.left_out + static_cast<int>(kMostProfileFindings));
  EXPECT_EQ(put.findings.back().place.file, "z") << "an error, though it comes last";
}

class ProfilesOnDevices : public ProfileSets {
 protected:
  ProfilesOnDevices() {
    for (TestDevice* device : {&alpha, &beta, &gamma}) {
      EXPECT_TRUE(device->Enroll(world.MakeToken({.group = "berlin"})).ok());
    }
    EXPECT_TRUE(paris.Enroll(world.MakeToken({.group = "paris"})).ok());
  }
  void Say(TestDevice& device, const std::string& body) {
    wire::SyncRequest request = device.Request(1);
    request.sections.push_back({"profiles", body, Sha256(body)});
    ASSERT_TRUE(device.Sync(request).ok());
  }
  TestDevice alpha{world, "alpha"}, beta{world, "beta"}, gamma{world, "gamma"}, paris{world, "paris"};
};

TEST_F(ProfilesOnDevices, WhoHasAProfileIsCounted) {
  ASSERT_TRUE(Put("berlin", {ProxyFile(1, 1), ProxyFile(2, 2)}).stored);
  Say(alpha, R"({"installed":["com.example.p1","com.example.p2"]})");
  Say(beta, R"({"installed":["com.example.p1"]})");
  Say(gamma, R"({"transparentProxies":[]})");
  Say(paris, R"({"installed":["com.example.p2"]})");
  const auto got = Get("berlin");
  const auto counts = [&](size_t i) {
    return std::vector<int>{got.profiles[i].installed, got.profiles[i].missing, got.profiles[i].unknown};
  };
  EXPECT_THAT(counts(0), ElementsAre(2, 0, 1));
  EXPECT_THAT(counts(1), ElementsAre(1, 1, 1));
}

// No device lists declarations: that it has one not is never known.
TEST_F(ProfilesOnDevices, ADeclarationIsNeverMissing) {
  const std::string declaration =
      R"({"Type": "com.apple.configuration.network.vpn.ikev2", "Identifier": "com.example.d",
          "Payload": {"VisibleName": "Corp", "HostName": "vpn.example.com"}})";
  ASSERT_TRUE(Put("berlin", {{"d.json", declaration}}, true).stored);
  Say(alpha, R"({"installed":["com.example.d"]})");
  Say(beta, R"({"installed":[]})");
  const ProfileOfSet shown = Get("berlin").profiles.at(0);
  EXPECT_EQ(shown.file.declaration, "com.apple.configuration.network.vpn.ikev2");
  EXPECT_THAT((std::vector<int>{shown.installed, shown.missing, shown.unknown}), ElementsAre(1, 0, 2));
}

TEST_F(ProfilesOnDevices, OpenIncidentsAreHeldAgainstWhatLintFound) {
  ASSERT_TRUE(Put("", {ProxyFile(3, 1)}).stored);
  ASSERT_TRUE(Put("berlin", {ProxyFile(1, 1)}, true).stored);
  const auto open = [](TestDevice& device, const std::string& key) {
    device.Write(IncidentOpened{.name = "profile_invalid", .severity = "warning", .key = key});
    ASSERT_TRUE(device.SyncNow().ok());
  };
  open(alpha, "com.example.p1:proxy-order-equal");
  open(beta, "com.example.p1:proxy-order-equal");
  open(beta, "com.example.p3:proxy-order-equal");  // the other one of the two, as the device reads them
  open(beta, "com.example.p1:secret-in-profile");
  open(beta, "com.other:proxy-order-equal");
  open(beta, "com.example.p1:no-such-rule");
  open(beta, "nonsense");
  open(paris, "com.example.p1:proxy-order-equal");
  std::vector<std::string> told;
  for (const ProfileIncidents& i : Get("berlin").incidents) {
    told.push_back(absl::StrCat(i.profile, " ", i.rule, " ", i.devices, i.in_lint ? " found" : ""));
  }
  EXPECT_THAT(told,
              ElementsAre("com.example.p1 proxy-order-equal 2 found", "com.example.p1 secret-in-profile 1",
                          "com.example.p3 proxy-order-equal 1 found"));
}

TEST_F(ProfilesOnDevices, AnAdminOfAGroupSeesTheirDevicesUnderTheSetOfEveryMac) {
  ASSERT_TRUE(Put("", {ProxyFile(1, 1)}).stored);
  ASSERT_TRUE(Put("paris", {ProxyFile(2, 2)}).stored);
  Say(alpha, R"({"installed":["com.example.p1"]})");
  Say(paris, R"({"installed":["com.example.p1"]})");
  const Actor bea{.name = "bea", .source = "192.0.2.7", .role = Role::kAdmin, .groups = {"berlin"}};
  const auto shown = world.core->GetProfileSet(bea, "");
  ASSERT_TRUE(shown.ok()) << shown.status();
  EXPECT_EQ(shown->profiles[0].installed, 1);
  EXPECT_EQ(shown->profiles[0].unknown, 2);
  ASSERT_THAT(*world.core->ListProfileSets(bea), SizeIs(1));
  EXPECT_TRUE(world.core->PutProfileSet(bea, {.group = "berlin", .files = {ProxyFile(2, 2)}}).ok());
  EXPECT_TRUE(world.core->DeleteProfileSet(bea, "berlin").ok());
}

}  // namespace
}  // namespace holdfast::server
