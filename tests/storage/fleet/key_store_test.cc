// Who depends on which key is counted by kinds of devices, which follow certificates, revocation and
// lifecycle.
#include "tests/storage/fleet/memory_store.h"
#include "tests/storage/temp_folder.h"

namespace holdfast::fleet {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;
using ::testing::SizeIs;

constexpr ServerTime kLongAgo{5};

class KeyStoreTest : public StoreTest {
 protected:
  static std::vector<KeyHolders> Kinds(FleetStore& in, ServerTime missing_through = {}) {
    std::vector<KeyHolders> kinds;
    const absl::Status read =
        in.EachKeyHolders(missing_through, 2, [&](const KeyHolders& kind) { kinds.push_back(kind); });
    EXPECT_TRUE(read.ok()) << read;
    return kinds;
  }
  std::vector<KeyHolders> Kinds(ServerTime missing_through = {}) { return Kinds(*store, missing_through); }
  static void Certify(FleetStore& in, DeviceKey device, const std::string& serial,
                      const std::string& authority, CertificateState state = CertificateState::kValid) {
    EXPECT_TRUE(in.AddCertificate({serial, device, state, "spki" + serial, {1}, {2}, authority}).ok());
  }
  void See(DeviceKey device, ServerTime at) {
    const Contact contact{.device = device, .last_seen = at};
    ASSERT_TRUE(store->SaveContacts({&contact, 1}).ok());
  }
};

TEST_F(KeyStoreTest, DevicesThatAreAlikeAreOneKindWithItsFirstNames) {
  const KeyEvidence evidence{
      .said = true, .authorities = {"a1", "a2"}, .policy_keys = {"p1"}, .bundle_key = "p1"};
  for (const char* name : {"one", "two", "three", "four"}) {
    const DeviceKey device = Add(name);
    Certify(*store, device, name, "a1");
    if (device != 4) ASSERT_TRUE(store->PutKeyEvidence(device, evidence).ok());
    See(device, device == 1 ? kLongAgo : ServerTime{100});
  }
  const auto kinds = Kinds(kLongAgo);
  ASSERT_THAT(kinds, SizeIs(2));
  EXPECT_EQ(kinds[0].evidence, std::nullopt) << "it never sent a message";
  EXPECT_THAT(kinds[0].first, ElementsAre(std::pair(DeviceKey{4}, "four")));
  EXPECT_EQ(kinds[1].evidence, evidence);
  EXPECT_EQ(kinds[1].authority, "a1");
  EXPECT_EQ(kinds[1].count, 3);
  EXPECT_EQ(kinds[1].missing, 1);
  EXPECT_THAT(kinds[1].first, ElementsAre(std::pair(DeviceKey{1}, "one"), std::pair(DeviceKey{2}, "two")));
  EXPECT_THAT(kinds[1].first_recent,
              ElementsAre(std::pair(DeviceKey{2}, "two"), std::pair(DeviceKey{3}, "three")));
}

TEST_F(KeyStoreTest, TheAuthorityIsThatOfTheCertificateInUseElseOfTheOneToCome) {
  const DeviceKey device = Add("one");
  EXPECT_EQ(Kinds().at(0).authority, "");
  Certify(*store, device, "s1", "a1", CertificateState::kCandidate);
  EXPECT_EQ(Kinds().at(0).authority, "a1");
  ASSERT_TRUE(store->SetCertificateState("s1", CertificateState::kValid).ok());
  Certify(*store, device, "s2", "a2", CertificateState::kCandidate);
  EXPECT_EQ(Kinds().at(0).authority, "a1");
  ASSERT_TRUE(store->SetCertificateState("s2", CertificateState::kValid).ok());
  ASSERT_TRUE(store->SetCertificateState("s1", CertificateState::kRevoked).ok());
  EXPECT_EQ(Kinds().at(0).authority, "a2");
  ASSERT_TRUE(store->SetCertificateState("none", CertificateState::kRevoked).ok());
}

TEST_F(KeyStoreTest, RevokedDevicesAndThoseOutOfServiceDoNotCount) {
  const DeviceKey one = Add("one"), two = Add("two");
  DeviceRecord record = **store->DeviceByKey(one);
  record.revoked = ServerTime{9};
  ASSERT_TRUE(store->UpdateDevice(record).ok());
  EXPECT_EQ(Kinds().at(0).count, 1);
  ASSERT_TRUE(store->AddLifecycle(two, {Lifecycle::kRetired, {9}, ""}).ok());
  EXPECT_THAT(Kinds(), IsEmpty());
  ASSERT_TRUE(store->AddLifecycle(two, {Lifecycle::kOnLoan, {10}, ""}).ok());
  record.revoked.reset();
  ASSERT_TRUE(store->UpdateDevice(record).ok());
  EXPECT_EQ(Kinds().at(0).count, 2);
}

// A file as the version before left it.
TEST(KeyStoreMigration, CountsTheSameAfterIt) {
  const TempFolder folder;
  const sqlite::DatabaseOptions options{.path = folder.path() + "/fleet.db"};
  const auto fill = [](FleetStore& store) {
    for (const char* name : {"heard", "not heard", "revoked", "retired"}) {
      DeviceRecord device;
      device.id = Uuid::FromName(name);
      device.hardware.hostname = name;
      if (std::string(name) == "revoked") device.revoked = ServerTime{3};
      const DeviceKey key = *store.AddDevice(device);
      EXPECT_TRUE(store.AddCertificate({name, key, CertificateState::kValid, "spki", {1}, {2}, "a1"}).ok());
      if (key == 1) EXPECT_TRUE(store.PutKeyEvidence(key, {.said = true, .authorities = {"a1"}}).ok());
      if (key == 4) EXPECT_TRUE(store.AddLifecycle(key, {Lifecycle::kRetired, {4}, ""}).ok());
    }
  };
  fill(**SqliteFleetStore::Open(options));
  const auto read = [&] {
    std::vector<std::string> kinds;
    const auto store = SqliteFleetStore::Open(options);
    EXPECT_TRUE(store.ok()) << store.status();
    EXPECT_TRUE((*store)
                    ->EachKeyHolders({}, 2,
                                     [&](const KeyHolders& kind) {
                                       kinds.push_back(
                                           absl::StrCat(kind.first.at(0).second, " ", kind.authority, " ",
                                                        kind.evidence.has_value(), " ", kind.count));
                                     })
                    .ok());
    return kinds;
  };
  const std::vector<std::string> before = read();
  EXPECT_THAT(before, ElementsAre("not heard a1 0 1", "heard a1 1 1"));
  {
    const auto db = sqlite::Database::Open(options);
    ASSERT_TRUE((*db)
                    ->Execute("DROP INDEX device_keys_alike; DELETE FROM device_keys WHERE heard = 0;"
                              "ALTER TABLE device_keys DROP COLUMN heard;"
                              "ALTER TABLE device_keys DROP COLUMN authority;"
                              "ALTER TABLE device_keys DROP COLUMN holds;"
                              // What later versions added.
                              "DROP TABLE profile_sets; DROP TABLE profile_files; PRAGMA user_version = 10")
                    .ok());
  }
  EXPECT_EQ(read(), before);
}

}  // namespace
}  // namespace holdfast::fleet
