// Codes and orders from an admin's word to a device's answer.
#include "server/service/orders.h"

#include <gmock/gmock.h>

#include "core/orders/code.h"
#include "tests/server/service/test_device.h"

namespace holdfast::server {
namespace {

using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::SizeIs;

struct OrdersTest : ::testing::Test {
  World world;
  TestDevice device{world, "alpha"};
  OrdersTest() { device.EnrollNow(); }

  absl::StatusOr<IssueOrderResponse> Issue(IssueOrderRequest request) {
    if (request.length == absl::ZeroDuration()) request.length = absl::Hours(1);
    if (request.reason.empty()) request.reason = "gateway outage";
    return world.core->IssueOrder(kAdmin, request);
  }
  std::string NewestAudit() {
    const auto audit = world.core->ListAudit(kAdmin, {});
    const AuditEntry& entry = audit->entries.front();
    return absl::StrCat(entry.action, " ", entry.target, " ", entry.after);
  }
};

TEST_F(OrdersTest, ACodeIsVerifiedWithTheKeyThatTheDeviceGot) {
  const auto sync = device.SyncNow();
  ASSERT_TRUE(sync.ok()) << sync.status();
  ASSERT_THAT(sync->override_key, SizeIs(32));
  const auto code = world.core->IssueOverrideCode(kAdmin, {device.id.ToString(), absl::Hours(2), "on call"});
  ASSERT_TRUE(code.ok()) << code.status();
  const WallTime now{world.clock.Now().wall.ns};
  const auto decoded = DecodeOverrideCode(code->code, device.id, sync->override_key, now);
  ASSERT_TRUE(decoded.ok()) << decoded.status();
  EXPECT_EQ(decoded->length, absl::Hours(2));
  EXPECT_EQ(decoded->Id(), code->code_id);
  EXPECT_THAT(NewestAudit(), ::testing::AllOf(HasSubstr("IssueOverrideCode"), HasSubstr(code->code_id),
                                              HasSubstr("on call"), ::testing::Not(HasSubstr(code->code))));
}

TEST_F(OrdersTest, KeysAreADevicesOwnAndSentOnce) {
  TestDevice other(world, "beta");
  other.EnrollNow();
  const auto first = device.SyncNow(), second = other.SyncNow();
  EXPECT_NE(first->override_key, second->override_key);
  auto request = device.Request(1);
  request.override_key_id = first->override_key_id;
  EXPECT_THAT(device.Sync(request)->override_key, IsEmpty());
  request.override_key_id = "of an older key";
  request.message_number++;
  EXPECT_EQ(device.Sync(request)->override_key, first->override_key);
}

TEST_F(OrdersTest, CodesHaveLimitsAndNeedAReasonAndARole) {
  const std::string id = device.id.ToString();
  EXPECT_FALSE(world.core->IssueOverrideCode(kAdmin, {id, absl::Hours(13), "on call"}).ok());
  EXPECT_FALSE(world.core->IssueOverrideCode(kAdmin, {id, absl::ZeroDuration(), "on call"}).ok());
  EXPECT_FALSE(world.core->IssueOverrideCode(kAdmin, {id, absl::Hours(1), ""}).ok());
  Actor viewer = kAdmin;
  viewer.role = Role::kAuditor;
  EXPECT_TRUE(absl::IsPermissionDenied(
      world.core->IssueOverrideCode(viewer, {id, absl::Hours(1), "on call"}).status()));
}

TEST_F(OrdersTest, APasscodesHashIsShownToAdminsOnly) {
  const std::string hash = absl::StrCat("scrypt:14:", std::string(22, 'A'), "==:", std::string(43, 'B'), "=");
  PutPolicyRequest put;
  put.document = absl::StrCat("policyVersion: 1\noverride: {mode: passcode, passcode: '", hash, "'}\n");
  ASSERT_TRUE(world.core->PutPolicy(kAdmin, put).ok());
  EXPECT_EQ(world.core->GetPolicy(kAdmin, {})->document, put.document);
  Actor viewer = kAdmin;
  viewer.role = Role::kAuditor;
  EXPECT_THAT(world.core->GetPolicy(viewer, {})->document, ::testing::Not(HasSubstr("scrypt")));
}

TEST_F(OrdersTest, AnOrderReachesWhomItIsForUntilItIsOver) {
  TestDevice other(world, "beta");
  other.EnrollNow();
  ASSERT_TRUE(Issue({.device = device.id.ToString(), .disconnect = true}).ok());
  const auto sync = device.SyncNow();
  ASSERT_THAT(sync->orders, SizeIs(1));
  EXPECT_TRUE(
      crypto::VerifyEd25519(sync->policy_keys[0], sync->orders[0].signed_bytes, sync->orders[0].signature)
          .ok());
  const auto order = DecodeOrder(sync->orders[0].signed_bytes);
  EXPECT_EQ(order->target, device.id.ToString());
  EXPECT_TRUE(order->disconnect);
  EXPECT_THAT(other.SyncNow()->orders, IsEmpty());
  device.Advance(absl::Minutes(61));
  EXPECT_THAT(device.SyncNow()->orders, IsEmpty());
}

TEST_F(OrdersTest, AnOrderForAGroupOrForTheFleet) {
  TestDevice lab(world, "beta");
  ASSERT_TRUE(lab.Enroll(world.MakeToken({.group = "lab"})).ok());
  ASSERT_TRUE(Issue({.kind = Order::Kind::kHold, .group = "lab"}).ok());
  EXPECT_THAT(lab.SyncNow()->orders, SizeIs(1));
  EXPECT_THAT(device.SyncNow()->orders, IsEmpty());
  ASSERT_TRUE(Issue({.fleet = true}).ok());
  EXPECT_THAT(lab.SyncNow()->orders, SizeIs(2));
  EXPECT_THAT(device.SyncNow()->orders, SizeIs(1));
}

TEST_F(OrdersTest, AWithdrawalTakesItsPlace) {
  const auto issued = Issue({.fleet = true});
  ASSERT_TRUE(issued.ok());
  const auto withdrawn = Issue({.kind = Order::Kind::kWithdrawal, .withdraws = issued->order.number});
  ASSERT_TRUE(withdrawn.ok()) << withdrawn.status();
  const auto orders = device.SyncNow()->orders;
  ASSERT_THAT(orders, SizeIs(1));
  EXPECT_EQ(DecodeOrder(orders[0].signed_bytes)->withdraws, issued->order.number);
  EXPECT_TRUE(absl::IsNotFound(Issue({.kind = Order::Kind::kWithdrawal, .withdraws = 99}).status()));
  EXPECT_THAT(NewestAudit(), HasSubstr("WithdrawOrder fleet"));
}

TEST_F(OrdersTest, OrdersHaveLimitsAScopeAReasonAndARole) {
  EXPECT_FALSE(Issue({.fleet = true, .length = absl::Hours(25)}).ok());
  EXPECT_FALSE(Issue({}).ok()) << "for whom?";
  EXPECT_FALSE(Issue({.device = "alpha", .fleet = true}).ok());
  EXPECT_FALSE(Issue({.fleet = true, .reason = "x"}).ok());
  EXPECT_TRUE(absl::IsNotFound(Issue({.device = "nobody"}).status()));
  Actor viewer = kAdmin;
  viewer.role = Role::kViewer;
  EXPECT_TRUE(absl::IsPermissionDenied(
      world.core->IssueOrder(viewer, {.fleet = true, .length = absl::Hours(1), .reason = "outage"})
          .status()));
  EXPECT_TRUE(world.core->ListOrders(viewer)->empty());
}

TEST_F(OrdersTest, WhatNoDeviceCouldReadIsNotIssued) {
  EXPECT_FALSE(Issue({.kind = Order::Kind{0}, .fleet = true}).ok());
  EXPECT_FALSE(Issue({.group = std::string(kMaxOrderText + 1, 'g')}).ok());
  EXPECT_TRUE(device.SyncNow().ok());
  EXPECT_THAT(*world.core->ListOrders(kAdmin), IsEmpty());
}

TEST_F(OrdersTest, NumbersGrow) {
  const uint64_t first = Issue({.fleet = true})->order.number;
  device.Advance(absl::Hours(30));
  EXPECT_EQ(Issue({.fleet = true})->order.number, first + 1);
}

}  // namespace
}  // namespace holdfast::server
