#include "base/error.h"
#include "storage/fleet/sqlite/schema.h"
#include "tests/storage/fleet/memory_store.h"
#include "tests/storage/temp_folder.h"

namespace holdfast::fleet {
namespace {

// A server's own first token must outlive the update that lets tokens expire.
TEST(AdminTokenStore, TokensOfBeforeThereWasAnExpiryDoNotExpire) {
  const TempFolder folder;
  const std::string path = folder.File("fleet.db");
  {
    const auto db = sqlite::Database::Open({.path = path}).value();
    ASSERT_TRUE(sqlite::Migrate(*db, Migrations().first(6)).ok());
    ASSERT_TRUE(
        db->Execute("INSERT INTO admin_tokens VALUES('00', 'admin', 'admin', 5, 0, zeroblob(32))").ok());
  }
  const auto store = SqliteFleetStore::Open({.path = path});
  ASSERT_TRUE(store.ok()) << store.status();
  const auto tokens = (*store)->ListAdminTokens();
  ASSERT_TRUE(tokens.ok()) << tokens.status();
  ASSERT_EQ(tokens->size(), 1u);
  EXPECT_EQ(tokens->front().name, "admin");
  EXPECT_FALSE(tokens->front().revoked);
  EXPECT_EQ(tokens->front().expires, std::nullopt);
}

class AdminTokenStoreTest : public StoreTest {};

TEST_F(AdminTokenStoreTest, IsListedNewestFirstAndRevokedAlone) {
  ASSERT_TRUE(store->AddAdminToken({"a", "anna", "viewer", {1}, ServerTime{9}, false, {}}).ok());
  ASSERT_TRUE(store->AddAdminToken({"b", "bert", "admin", {2}, std::nullopt, false, {}}).ok());
  ASSERT_TRUE(store->SetAdminTokenRevoked("a").ok());
  const auto tokens = *store->ListAdminTokens();
  ASSERT_EQ(tokens.size(), 2u);
  EXPECT_EQ(tokens[0].name, "bert");
  EXPECT_FALSE(tokens[0].revoked);
  EXPECT_EQ(tokens[1].expires, ServerTime{9});
  EXPECT_TRUE(tokens[1].revoked);
  EXPECT_TRUE(store->FindAdminToken("a").value()->revoked);
}

}  // namespace
}  // namespace holdfast::fleet
