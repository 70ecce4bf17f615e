#include "server/rpc/event_feed.h"

#include <gtest/gtest.h>

#include "tests/server/service/test_device.h"

namespace holdfast::server {
namespace {

struct KeptSink final : EventSink {
  bool Deliver(const HistoryRow& /*row*/) override {
    ++rows;
    return true;
  }
  void Close(const absl::Status& status) override { closed = status; }
  int rows = 0;
  std::optional<absl::Status> closed;
};

class EventFeedTest : public ::testing::Test {
 protected:
  std::shared_ptr<KeptSink> Watch(const std::string& name, absl::Duration lifetime) {
    const auto made = world.core->CreateAdminToken(kAdmin, {name, Role::kViewer, lifetime});
    auto sink = std::make_shared<KeptSink>();
    feed.Add(sink, {*world.core->Authenticate(made->secret, ""), std::nullopt, {}});
    return sink;
  }

  World world;
  EventFeed feed{*world.core};
};

TEST_F(EventFeedTest, ATokenThatExpiresEndsWhatIsOpenWithIt) {
  const auto anna = Watch("anna", absl::Hours(1)), bert = Watch("bert", absl::ZeroDuration());
  feed.CloseEnded();
  EXPECT_FALSE(anna->closed.has_value());
  world.clock.Advance(absl::Hours(1));
  feed.CloseEnded();
  ASSERT_TRUE(anna->closed.has_value());
  EXPECT_TRUE(absl::IsUnauthenticated(*anna->closed)) << *anna->closed;
  EXPECT_FALSE(bert->closed.has_value());
  TestDevice device(world, "mac");
  device.EnrollNow();
  device.WriteVerdict(TimeClass::kProtected, "");
  ASSERT_TRUE(device.SyncNow().ok());
  EXPECT_EQ(anna->rows, 0);
  EXPECT_GT(bert->rows, 0);
}

TEST_F(EventFeedTest, WhoHasGroupsHearsOfTheirDevicesOnly) {
  const auto sink = std::make_shared<KeptSink>();
  feed.Add(sink, {{.name = "bea", .role = Role::kViewer, .groups = {"berlin"}}, std::nullopt, {}});
  for (const std::string group : {"paris", "berlin"}) {
    TestDevice device(world, group);
    ASSERT_TRUE(device.Enroll(world.MakeToken({.group = group})).ok());
    device.WriteVerdict(TimeClass::kProtected, "");
    ASSERT_TRUE(device.SyncNow().ok());
    EXPECT_EQ(sink->rows, group == "berlin" ? 1 : 0);
  }
}

TEST_F(EventFeedTest, RevocationEndsWhatIsOpenWithTheTokenAtOnce) {
  const auto anna = Watch("anna", absl::ZeroDuration()), bert = Watch("bert", absl::ZeroDuration());
  const auto tokens = world.core->ListAdminTokens(kAdmin);
  for (const AdminToken& token : *tokens) {
    if (token.name == "anna") ASSERT_TRUE(world.core->RevokeAdminToken(kAdmin, token.id).ok());
  }
  EXPECT_TRUE(anna->closed.has_value());
  EXPECT_FALSE(bert->closed.has_value());
}

}  // namespace
}  // namespace holdfast::server
