#include "base/error.h"
#include "storage/fleet/sqlite/profile_set_bytes.h"
#include "tests/storage/fleet/memory_store.h"

namespace holdfast::fleet {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;
using ::testing::Pair;
using ::testing::SizeIs;

ProfileFinding Finding(const std::string& what) {
  return {.rule = "proxy-order-equal",
          .severity = "error",
          .place = {"a.mobileconfig", 7, "PayloadContent[0]"},
          .profile = "com.a",
          .payload_type = "com.apple.vpn.managed",
          .subject = "VPN payload 'A'",
          .what = what,
          .fix = "mend it",
          .related = {{"b.mobileconfig", 9, ""}, {"c", 0, "k"}},
          .allowed_because = "known",
          .together = true};
}

ProfileSetRecord Set(const std::string& group, const std::vector<std::string>& identifiers) {
  ProfileSetRecord set;
  set.info = {.group = group,
              .hash = Sha256(group),
              .put = {7},
              .put_by = "ada",
              .target = "26.1",
              .errors_accepted = true,
              .files = static_cast<int>(identifiers.size()),
              .errors = 1,
              .warnings = 2,
              .infos = 3,
              .allowed = 4,
              .left_out = 5};
  for (const std::string& identifier : identifiers) {
    ProfileFile file;
    file.name = identifier + ".mobileconfig";
    file.identifier = identifier;
    file.payloads = {{"com.apple.vpn.managed", identifier + ".vpn"}, {"x", ""}};
    file.sha256 = Sha256(identifier);
    file.outline = std::string("\0outline", 8);
    set.files.push_back(file);
  }
  set.findings = {Finding("one"), Finding("two")};
  return set;
}

class ProfileSets : public StoreTest {
 protected:
  void Tell(DeviceKey device, const std::string& body) {
    ASSERT_TRUE(store->PutSection(device, "profiles", {}, body).ok());
  }
};

TEST_F(ProfileSets, ASetComesBackWhole) {
  const ProfileSetRecord set = Set("berlin", {"com.a", "com.b"});
  ASSERT_TRUE(store->PutProfileSet(set).ok());
  const auto found = store->FindProfileSet("berlin");
  ASSERT_TRUE(found.ok() && found->has_value()) << found.status();
  const ProfileSetRecord& back = **found;
  EXPECT_EQ(back.info.hash, set.info.hash);
  EXPECT_EQ(back.info.put, set.info.put);
  EXPECT_EQ(back.info.put_by, "ada");
  EXPECT_EQ(back.info.target, "26.1");
  EXPECT_TRUE(back.info.errors_accepted);
  EXPECT_THAT((std::vector<int>{back.info.files, back.info.errors, back.info.warnings, back.info.infos,
                                back.info.allowed, back.info.left_out}),
              ElementsAre(2, 1, 2, 3, 4, 5));
  EXPECT_EQ(back.findings, set.findings);
  ASSERT_THAT(back.files, SizeIs(2));
  EXPECT_EQ(back.files[1].name, "com.b.mobileconfig");
  EXPECT_EQ(back.files[1].payloads, set.files[1].payloads);
  EXPECT_EQ(back.files[1].sha256, set.files[1].sha256);
  EXPECT_EQ(back.files[1].outline, set.files[1].outline);
  EXPECT_FALSE(store->FindProfileSet("")->has_value());
}

TEST_F(ProfileSets, PuttingReplacesAndRemovingRemovesOneGroups) {
  ASSERT_TRUE(store->PutProfileSet(Set("", {"com.a", "com.b"})).ok());
  ASSERT_TRUE(store->PutProfileSet(Set("rome", {"com.a"})).ok());
  ASSERT_TRUE(store->PutProfileSet(Set("", {"com.c"})).ok());
  EXPECT_THAT((*store->FindProfileSet(""))->files, SizeIs(1));
  ASSERT_TRUE(store->RemoveProfileSet("").ok());
  const auto left = store->ListProfileSets();
  ASSERT_THAT(*left, SizeIs(1));
  EXPECT_EQ(left->front().group, "rome");
  EXPECT_THAT((*store->FindProfileSet("rome"))->files, SizeIs(1));
}

TEST_F(ProfileSets, CountWhoSaysThatTheyAreInstalled) {
  ASSERT_TRUE(store->PutProfileSet(Set("", {"com.a", "com.b"})).ok());
  const DeviceKey both = Add("both", "rome"), one = Add("one", "rome"), silent = Add("silent", "rome");
  const DeviceKey older = Add("older", "rome"), broken = Add("broken", "rome"), paris = Add("paris", "paris");
  Tell(both, R"({"installed": ["com.a", "com.b", "com.a", "com.x"], "findings": []})");
  Tell(one, R"({"installed": ["com.a", 7, {"com.b": 1}]})");
  Tell(older, R"({"transparentProxies": [{"profile": "com.b"}]})");
  Tell(broken, "{\"installed\": [\"com.b\"");
  Tell(paris, R"({"installed": []})");
  ASSERT_TRUE(store->PutSection(silent, "services", {}, R"({"installed": ["com.b"]})").ok());
  const auto rome = store->CountInstalled("", {"rome"});
  ASSERT_TRUE(rome.ok()) << rome.status();
  EXPECT_EQ(rome->devices, 5);
  EXPECT_EQ(rome->telling, 2);
  EXPECT_THAT(rome->having, ElementsAre(Pair("com.a", 2), Pair("com.b", 1)));
  EXPECT_EQ(store->CountInstalled("", {})->telling, 3);
  EXPECT_THAT(store->CountInstalled("", {"paris"})->having, IsEmpty());
  ASSERT_TRUE(store->AddLifecycle(both, {Lifecycle::kRetired, {9}, ""}).ok());
  EXPECT_EQ(store->CountInstalled("", {"rome"})->devices, 4);
}

TEST_F(ProfileSets, OpenIncidentsAreCountedByKey) {
  const DeviceKey a = Add("a", "rome"), b = Add("b", "rome"), c = Add("c", "paris");
  const auto open = [&](DeviceKey device, uint64_t seq, const std::string& name, const std::string& key) {
    Incident incident;
    incident.id.epoch = 1;
    incident.id.seq = seq;
    incident.name = name;
    incident.key = key;
    ASSERT_TRUE(store->OpenIncident(device, incident).ok());
  };
  open(a, 1, "profile_invalid", "com.a:x");
  open(a, 2, "profile_invalid", "com.a:x");
  open(b, 1, "profile_invalid", "com.a:x");
  open(b, 2, "other", "com.a:x");
  open(b, 3, "profile_invalid", "com.a:closed");
  open(c, 1, "profile_invalid", "com.a:y");
  ASSERT_TRUE(store->CloseIncident(b, 1, 3, {9}, "").ok());
  const auto keys = [&](const std::vector<std::string>& groups) {
    std::vector<std::pair<std::string, int>> out;
    EXPECT_TRUE(
        store
            ->EachOpenKey("profile_invalid", groups,
                          [&](const std::string& key, int devices) { out.emplace_back(key, devices); })
            .ok());
    return out;
  };
  EXPECT_THAT(keys({"rome"}), ElementsAre(Pair("com.a:x", 2)));
  EXPECT_THAT(keys({}), ElementsAre(Pair("com.a:x", 2), Pair("com.a:y", 1)));
}

TEST(ProfileSetBytes, DamagedOnesAreRefused) {
  const std::string whole = EncodeFindings({Finding("one"), Finding("two")});
  for (size_t size = 0; size < whole.size(); ++size) {
    EXPECT_TRUE(absl::IsDataLoss(DecodeFindings(whole.substr(0, size)).status())) << size;
  }
  EXPECT_TRUE(absl::IsDataLoss(DecodePayloads("\xff\xff\xff\xff").status()));
  EXPECT_TRUE(absl::IsDataLoss(DecodePayloads(whole + "x").status()));
}

}  // namespace
}  // namespace holdfast::fleet
