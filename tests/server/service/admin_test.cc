#include "base/enrollment.h"
#include "base/error.h"
#include "tests/server/service/test_device.h"

namespace holdfast::server {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::SizeIs;

// Else a server that is killed, or whose disk is full, at its first start would have a token that nobody
// knows.
TEST(Admin, AFirstTokenThatReachesNobodyIsNone) {
  World world;
  const auto lost = world.core->EnsureAdminToken(
      [](const std::string&) { return absl::ResourceExhaustedError("the disk is full"); });
  EXPECT_TRUE(absl::IsResourceExhausted(lost.status())) << lost.status();
  std::string received;
  const auto token = world.core->EnsureAdminToken([&](const std::string& text) {
    received = text;
    return absl::OkStatus();
  });
  ASSERT_TRUE(token.ok() && token->has_value());
  EXPECT_EQ(received, **token);
}

TEST(Admin, FirstStartMakesOneAdminToken) {
  World world;
  const auto token = world.core->EnsureAdminToken();
  ASSERT_TRUE(token.ok() && token->has_value());
  EXPECT_FALSE(world.core->EnsureAdminToken()->has_value());
  const auto actor = world.core->Authenticate("Bearer " + **token, "192.0.2.9");
  ASSERT_TRUE(actor.ok());
  EXPECT_EQ(actor->role, Role::kAdmin);
  EXPECT_EQ(actor->source, "192.0.2.9");
  world.Restart(sim::Loss::kUnsynced);
  EXPECT_FALSE(world.core->EnsureAdminToken()->has_value());
  EXPECT_TRUE(world.core->Authenticate(**token, "").ok());
}

TEST(Admin, OnlyTheRightSecretAuthenticates) {
  World world;
  std::string token = **world.core->EnsureAdminToken();
  for (const std::string& bad : {std::string(), std::string("Bearer "), world.MakeToken()}) {
    EXPECT_TRUE(absl::IsUnauthenticated(world.core->Authenticate(bad, "").status()));
  }
  token.back() = token.back() == '0' ? '1' : '0';
  EXPECT_TRUE(absl::IsUnauthenticated(world.core->Authenticate(token, "").status()));
}

TEST(Admin, SecretsAreNotStored) {
  World world;
  const std::string admin = **world.core->EnsureAdminToken();
  const std::string enrollment = world.MakeToken();
  for (const std::string& path : world.disk.List()) {
    const std::string bytes = world.disk.Contents(path).value_or("");
    for (const std::string& token : {admin, enrollment}) {
      EXPECT_EQ(bytes.find(token.substr(token.rfind('_') + 1)), std::string::npos) << path;
    }
  }
}

TEST(Admin, EnrollmentStringPinsTheAuthority) {
  World world;
  const auto made = world.core->CreateEnrollmentToken(kAdmin, {});
  const auto parsed = EnrollmentString::Parse(made->enrollment_string);
  ASSERT_TRUE(parsed.ok()) << parsed.status();
  EXPECT_EQ(parsed->server.ToString(), "fleet.example.test:7443");
  EXPECT_EQ(ToHex(parsed->ca_spki_sha256), world.issuer.CaSpkiSha256Hex());
  EXPECT_EQ(parsed->token, made->secret);
}

TEST(Admin, ListsSortFilterAndPageWithoutSkippingOrRepeating) {
  World world;
  std::vector<TestDevice> devices;
  devices.reserve(9);
  for (int i = 0; i < 9; ++i) {
    devices.emplace_back(world, absl::StrCat("mac-", 9 - i));
    CreateEnrollmentTokenRequest token;
    token.group = i % 3 == 0 ? "lab" : "";
    ASSERT_TRUE(devices.back().Enroll(world.MakeToken(token)).ok());
    devices.back().WriteVerdict(i % 2 == 0 ? TimeClass::kProtected : TimeClass::kViolation, "user");
    devices.back().Advance(absl::Seconds(1));
    ASSERT_TRUE(devices.back().SyncNow().ok());
  }
  for (const char* order : {"name", "-name", "last_seen", "-last_seen", "posture", "-posture", "version"}) {
    ListDevicesRequest request{.page_size = 2, .order_by = order};
    std::vector<std::string> names;
    do {
      const auto page = world.core->ListDevices(kAdmin, request);
      ASSERT_TRUE(page.ok()) << page.status();
      EXPECT_EQ(page->total, 9);
      for (const Device& d : page->devices) names.push_back(d.hostname);
      request.page_token = page->next_page_token;
    } while (!request.page_token.empty());
    EXPECT_THAT(names, SizeIs(9)) << order;
    EXPECT_EQ(std::set<std::string>(names.begin(), names.end()).size(), 9u) << order;
    if (std::string(order) == "name") EXPECT_EQ(names.front(), "mac-1");
    if (std::string(order) == "-last_seen") EXPECT_EQ(names.front(), "mac-1");
    if (std::string(order) == "-posture") EXPECT_EQ(names.back(), "mac-9");
  }
  EXPECT_EQ(world.core->ListDevices(kAdmin, {.group = "lab"})->total, 3);
  ListDevicesRequest violations;
  violations.posture = TimeClass::kViolation;
  EXPECT_EQ(world.core->ListDevices(kAdmin, violations)->total, 4);
  EXPECT_EQ(world.core->ListDevices(kAdmin, {.query = "SERIAL-mac-4"})->devices[0].hostname, "mac-4");
  EXPECT_EQ(world.core->ListDevices(kAdmin, {.query = "AC-4"})->total, 1);
  EXPECT_TRUE(absl::IsInvalidArgument(world.core->ListDevices(kAdmin, {.order_by = "luck"}).status()));
}

TEST(Admin, PageTokenOfAnotherQueryIsRefused) {
  World world;
  for (const char* name : {"a", "b", "c"}) TestDevice(world, name).EnrollNow();
  const auto page = world.core->ListDevices(kAdmin, {.page_size = 1});
  EXPECT_FALSE(page->next_page_token.empty());
  for (const std::string& token : {page->next_page_token + "00", std::string("zz"), std::string("ab")}) {
    EXPECT_TRUE(absl::IsInvalidArgument(world.core->ListDevices(kAdmin, {.page_token = token}).status()));
  }
  const auto other =
      world.core->ListDevices(kAdmin, {.page_token = page->next_page_token, .order_by = "-name"});
  EXPECT_TRUE(absl::IsInvalidArgument(other.status()));
}

TEST(Admin, PageTokenIsStableWhileDevicesComeAndGo) {
  World world;
  for (const char* name : {"b", "d", "f"}) TestDevice(world, name).EnrollNow();
  const auto first = world.core->ListDevices(kAdmin, {.page_size = 2});
  for (const char* name : {"a", "e"}) TestDevice(world, name).EnrollNow();
  const auto second = world.core->ListDevices(kAdmin, {.page_size = 2, .page_token = first->next_page_token});
  ASSERT_THAT(second->devices, SizeIs(2));
  EXPECT_EQ(second->devices[0].hostname, "e");
  EXPECT_EQ(second->devices[1].hostname, "f");
}

TEST(Admin, VersionsSortAsNumbers) {
  World world;
  for (const char* version : {"0.10.0", "0.9.1", "0.9.0"}) {
    TestDevice device(world, version);
    device.EnrollNow();
    auto request = device.Request(1);
    request.agent_version = version;
    ASSERT_TRUE(device.Sync(request).ok());
  }
  std::vector<std::string> versions;
  const auto page = world.core->ListDevices(kAdmin, {.order_by = "version"});
  for (const Device& d : page->devices) versions.push_back(d.agent_version);
  EXPECT_THAT(versions, ElementsAre("0.9.0", "0.9.1", "0.10.0"));
}

TEST(Admin, AmbiguousNameIsAnErrorThatNamesTheMatches) {
  World world;
  TestDevice one(world, "one"), two(world, "two");
  one.hardware.hostname = two.hardware.hostname = "same";
  one.EnrollNow();
  two.EnrollNow();
  const auto status = world.core->GetDevice(kAdmin, "Same").status();
  EXPECT_TRUE(absl::IsFailedPrecondition(status));
  EXPECT_THAT(std::string(status.message()), HasSubstr(one.id.ToString()));
  EXPECT_THAT(std::string(status.message()), HasSubstr("SERIAL-two"));
  EXPECT_EQ(world.core->GetDevice(kAdmin, "SERIAL-one")->id, one.id);
  EXPECT_TRUE(absl::IsNotFound(world.core->GetDevice(kAdmin, "none").status()));
}

TEST(Admin, RevocationIsAuditedNudgedAndLasting) {
  World world;
  TestDevice device(world, "alpha");
  device.EnrollNow();
  int nudges = 0;
  world.core->SetNudge([&](const Uuid&, absl::Duration) { ++nudges; });
  ASSERT_TRUE(world.core->RevokeDevice(kAdmin, {"alpha", "stolen"}).ok());
  EXPECT_EQ(nudges, 1);
  const AuditEntry entry = world.Audit().front();
  EXPECT_EQ(entry.action, "RevokeDevice");
  EXPECT_EQ(entry.after, "revoked: stolen");
  world.Restart(sim::Loss::kUnsynced);
  EXPECT_EQ(ReasonOf(device.SyncNow().status()), ErrorReason::kRevoked);
  EXPECT_TRUE(world.core->GetDevice(kAdmin, "alpha")->revoked);
}

TEST(Admin, AuditIsNewestFirstAndPaged) {
  World world;
  for (int i = 0; i < 5; ++i) world.MakeToken();
  ListAuditRequest request{.page_size = 2};
  std::vector<AuditEntry> entries;
  do {
    const auto page = world.core->ListAudit(kAdmin, request);
    for (const AuditEntry& e : page->entries) entries.push_back(e);
    request.page_token = page->next_page_token;
  } while (!request.page_token.empty());
  EXPECT_THAT(entries, SizeIs(5));
}

TEST(Admin, ImpossibleTokensAreRefused) {
  World world;
  EXPECT_FALSE(world.core->CreateEnrollmentToken(kAdmin, {.quota = -1}).ok());
  EXPECT_FALSE(world.core->CreateEnrollmentToken(kAdmin, {.lifetime = absl::Hours(24 * 366)}).ok());
  EXPECT_FALSE(world.core->CreateEnrollmentToken(kAdmin, {.allowed_serials = {""}}).ok());
}

}  // namespace
}  // namespace holdfast::server
