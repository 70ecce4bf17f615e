#include "core/orders/order.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace holdfast {
namespace {

Order Emergency() {
  Order order;
  order.number = 7;
  order.scope = Order::Scope::kGroup;
  order.target = "sales";
  order.issued = ServerTime{1000};
  order.expires = order.issued + absl::Hours(24);
  order.disconnect = true;
  order.reason = "gateway outage";
  order.issued_by = "anna";
  return order;
}

TEST(Order, SaysWhatWasPutInto) {
  for (Order::Kind kind : {Order::Kind::kEmergency, Order::Kind::kHold, Order::Kind::kWithdrawal}) {
    Order order = Emergency();
    order.kind = kind;
    order.withdraws = 5;
    const auto decoded = DecodeOrder(EncodeOrder(order));
    ASSERT_TRUE(decoded.ok()) << decoded.status();
    EXPECT_EQ(*decoded, order);
  }
}

TEST(Order, NoByteCanBeMissingOrAdded) {
  const std::string bytes = EncodeOrder(Emergency());
  for (size_t size = 0; size < bytes.size(); ++size)
    EXPECT_FALSE(DecodeOrder(bytes.substr(0, size)).ok()) << size;
  EXPECT_FALSE(DecodeOrder(bytes + "x").ok());
}

TEST(Order, AlwaysEndsWithinADay) {
  Order order = Emergency();
  order.expires = order.issued + absl::Hours(24) + absl::Nanoseconds(1);
  EXPECT_FALSE(DecodeOrder(EncodeOrder(order)).ok());
  order.expires = order.issued - absl::Nanoseconds(1);
  EXPECT_FALSE(DecodeOrder(EncodeOrder(order)).ok());
}

TEST(Order, UnknownKindsAndScopesAreRefused) {
  Order order = Emergency();
  order.kind = static_cast<Order::Kind>(4);
  EXPECT_FALSE(DecodeOrder(EncodeOrder(order)).ok());
  order = Emergency();
  order.scope = static_cast<Order::Scope>(3);
  EXPECT_FALSE(DecodeOrder(EncodeOrder(order)).ok());
  order = Emergency();
  order.number = 0;
  EXPECT_FALSE(DecodeOrder(EncodeOrder(order)).ok());
}

TEST(Order, IsOneLineOfText) {
  const SignedOrder order{EncodeOrder(Emergency()), std::string(64, '\1')};
  const std::string text = OrderText(order);
  EXPECT_EQ(text.find('\n'), std::string::npos);
  const auto parsed = ParseOrderText(text);
  ASSERT_TRUE(parsed.ok());
  EXPECT_EQ(*parsed, order);
  for (absl::string_view wrong : {"", "holdfast-order1:AAAA", "holdfast-order1:!:AAAA", "x:AAAA:AAAA"}) {
    EXPECT_FALSE(ParseOrderText(wrong).ok()) << wrong;
  }
}

}  // namespace
}  // namespace holdfast
