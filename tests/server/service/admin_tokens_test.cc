#include "base/error.h"
#include "tests/server/service/test_device.h"

namespace holdfast::server {
namespace {

using ::testing::AllOf;
using ::testing::HasSubstr;
using ::testing::Not;
using ::testing::SizeIs;

class AdminTokens : public ::testing::Test {
 protected:
  CreateAdminTokenResponse Make(const CreateAdminTokenRequest& request) {
    auto made = world.core->CreateAdminToken(kAdmin, request);
    EXPECT_TRUE(made.ok()) << made.status();
    return made.value_or(CreateAdminTokenResponse{});
  }
  absl::Status Try(const CreateAdminTokenRequest& request) {
    return world.core->CreateAdminToken(kAdmin, request).status();
  }
  absl::Status Revoke(const CreateAdminTokenResponse& made) {
    return world.core->RevokeAdminToken(kAdmin, made.token.id);
  }
  absl::Status Present(const std::string& token) { return world.core->Authenticate(token, "").status(); }

  World world;
};

TEST_F(AdminTokens, OneIsItsHoldersNameAndRole) {
  for (const Role role : {Role::kViewer, Role::kAuditor, Role::kAdmin}) {
    const std::string name = absl::StrCat("anna+", RoleName(role), "@example.com");
    const auto actor = world.core->Authenticate("Bearer " + Make({name, role}).secret, "192.0.2.9");
    ASSERT_TRUE(actor.ok()) << actor.status();
    EXPECT_EQ(actor->name, name);
    EXPECT_EQ(actor->role, role);
    EXPECT_TRUE(world.core->StillGood(*actor).ok());
  }
}

TEST_F(AdminTokens, ANameIsTakenWhileItsTokenCanBeUsed) {
  const auto first = Make({"anna", Role::kViewer});
  const absl::Status taken = Try({"Anna", Role::kAdmin});
  EXPECT_TRUE(absl::IsAlreadyExists(taken)) << taken;
  EXPECT_THAT(std::string(taken.message()), HasSubstr(first.token.id));
  ASSERT_TRUE(Revoke(first).ok());
  Make({"anna", Role::kViewer, absl::Hours(1)});
  EXPECT_TRUE(absl::IsAlreadyExists(Try({"anna"})));
  world.clock.Advance(absl::Hours(1));
  EXPECT_TRUE(Try({"anna"}).ok());
}

TEST_F(AdminTokens, NoNamePassesForTheServerOrADevice) {
  for (const std::string& name :
       {std::string(), std::string("server"), std::string("Server"), std::string("device:1"),
        std::string("first start"), std::string("-x"), std::string("a\nb"), std::string(65, 'x')}) {
    EXPECT_TRUE(absl::IsInvalidArgument(Try({name}))) << name;
  }
  EXPECT_TRUE(Try({std::string(64, 'x')}).ok());
}

TEST_F(AdminTokens, ALifetimeIsUpToTenYears) {
  EXPECT_TRUE(absl::IsInvalidArgument(Try({"anna", Role::kViewer, -absl::Seconds(1)})));
  EXPECT_TRUE(absl::IsInvalidArgument(Try({"anna", Role::kViewer, absl::InfiniteDuration()})));
  EXPECT_TRUE(Try({"anna", Role::kViewer, absl::Hours(24 * 3650)}).ok());
}

TEST_F(AdminTokens, ThatOneExpiredIsToldToItsHolderAlone) {
  const auto made = Make({"anna", Role::kAuditor, absl::Hours(24)});
  world.clock.Advance(absl::Hours(24) - absl::Nanoseconds(1));
  const auto actor = world.core->Authenticate(made.secret, "");
  ASSERT_TRUE(actor.ok()) << actor.status();
  world.clock.Advance(absl::Nanoseconds(1));
  const absl::Status expired = Present(made.secret);
  EXPECT_TRUE(absl::IsUnauthenticated(expired)) << expired;
  EXPECT_THAT(std::string(expired.message()), AllOf(HasSubstr("anna"), HasSubstr("expired")));
  EXPECT_TRUE(absl::IsUnauthenticated(world.core->StillGood(*actor)));
  std::string guess = made.secret;
  guess.back() = guess.back() == '0' ? '1' : '0';
  const absl::Status refused = Present(guess);
  EXPECT_TRUE(absl::IsUnauthenticated(refused));
  EXPECT_THAT(std::string(refused.message()), Not(HasSubstr("expired")));
}

TEST_F(AdminTokens, ARevokedOneIsRefusedAtOnceAndForGood) {
  const auto made = Make({"anna", Role::kViewer});
  const Actor actor = *world.core->Authenticate(made.secret, "");
  int told = 0;
  world.core->SetAdminRevokedListener([&] { ++told; });
  ASSERT_TRUE(Revoke(made).ok());
  EXPECT_EQ(told, 1);
  EXPECT_TRUE(absl::IsUnauthenticated(Present(made.secret)));
  EXPECT_TRUE(absl::IsUnauthenticated(world.core->StillGood(actor)));
  EXPECT_TRUE(Revoke(made).ok()) << "once more is no error";
  world.Restart(sim::Loss::kUnsynced);
  EXPECT_TRUE(absl::IsUnauthenticated(Present(made.secret)));
  EXPECT_TRUE(absl::IsNotFound(world.core->RevokeAdminToken(kAdmin, "0123456789abcdef")));
}

TEST_F(AdminTokens, TheLastThatMayChangeAnythingStays) {
  const auto last = Make({"anna", Role::kAdmin});
  const auto viewer = Make({"bert", Role::kViewer});
  const auto brief = Make({"carl", Role::kAdmin, absl::Hours(1)});
  const auto gone = Make({"dora", Role::kAdmin});
  ASSERT_TRUE(Revoke(gone).ok());
  world.clock.Advance(absl::Hours(2));
  const absl::Status refused = Revoke(last);
  EXPECT_TRUE(absl::IsFailedPrecondition(refused)) << refused;
  EXPECT_THAT(std::string(refused.message()), HasSubstr("admins create"));
  EXPECT_TRUE(Present(last.secret).ok());
  EXPECT_TRUE(Revoke(viewer).ok());
  EXPECT_TRUE(Revoke(brief).ok()) << "it has expired: nothing is lost with it";
  Make({"emma", Role::kAdmin});
  EXPECT_TRUE(Revoke(last).ok());
}

TEST_F(AdminTokens, AreAuditedAndListedWithoutTheirSecrets) {
  const auto made = Make({"anna", Role::kAuditor, absl::Hours(24)});
  ASSERT_TRUE(Revoke(made).ok());
  const std::vector<AuditEntry> entries = world.Audit();
  ASSERT_THAT(entries, SizeIs(2));
  EXPECT_EQ(entries[0].action, "RevokeAdminToken");
  EXPECT_EQ(entries[0].before, entries[1].after);
  EXPECT_EQ(entries[0].after, "revoked");
  EXPECT_EQ(entries[1].action, "CreateAdminToken");
  EXPECT_EQ(entries[1].before, "");
  EXPECT_THAT(entries[1].after,
              AllOf(HasSubstr("name=anna"), HasSubstr("role=auditor"), HasSubstr("expires=20")));
  for (const AuditEntry& entry : entries) {
    EXPECT_EQ(entry.actor, kAdmin.name);
    EXPECT_EQ(entry.source, kAdmin.source);
    EXPECT_EQ(entry.target, "token:" + made.token.id);
  }
  const auto listed = world.core->ListAdminTokens(kAdmin);
  ASSERT_THAT(*listed, SizeIs(1));
  EXPECT_TRUE(listed->front().revoked);
  EXPECT_EQ(listed->front().expires, made.token.expires);
  const std::string secret = made.secret.substr(made.secret.rfind('_') + 1);
  for (const std::string& path : world.disk.List()) {
    EXPECT_THAT(world.disk.Contents(path).value_or(""), Not(HasSubstr(secret))) << path;
  }
}

}  // namespace
}  // namespace holdfast::server
