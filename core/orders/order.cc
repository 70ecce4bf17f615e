#include "core/orders/order.h"

#include <vector>

#include "absl/status/status.h"
#include "absl/strings/escaping.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"
#include "base/canonical.h"
#include "base/error.h"

namespace holdfast {
namespace {

constexpr absl::string_view kMagic = "holdfast-order-v1";
constexpr absl::string_view kTextPrefix = "holdfast-order1";

absl::Status Wrong(absl::string_view what) {
  return absl::InvalidArgumentError(absl::StrCat("an order of the server: ", what));
}

absl::Status Check(const Order& order) {
  if (order.number == 0) return Wrong("it has no number");
  if (order.kind < Order::Kind::kEmergency || order.kind > Order::Kind::kWithdrawal ||
      order.scope > Order::Scope::kDevice) {
    return Wrong("it is of a kind that this version does not know");
  }
  // Moments before 1970 are none of ours, and their difference could not be told.
  if (order.issued.ns < 0 || order.expires < order.issued || order.expires - order.issued > kLongestOrder) {
    return Wrong("it does not end within 24 hours");
  }
  if (order.target.size() > kMaxOrderText || order.reason.size() > kMaxOrderText ||
      order.issued_by.size() > kMaxOrderText) {
    return Wrong("one of its texts is too long");
  }
  return absl::OkStatus();
}

}  // namespace

std::string ScopeText(const Order& order) {
  switch (order.scope) {
    case Order::Scope::kFleet:
      return "fleet";
    case Order::Scope::kGroup:
      return absl::StrCat("group:", order.target);
    case Order::Scope::kDevice:
      break;
  }
  return absl::StrCat("device:", order.target);
}

std::string EncodeOrder(const Order& order) {
  CanonicalWriter out;
  out.Raw(kMagic).U64(order.number);
  out.U32(static_cast<uint32_t>(order.kind)).U32(static_cast<uint32_t>(order.scope)).Bytes(order.target);
  out.U64(order.withdraws).I64(order.issued.ns).I64(order.expires.ns).U32(order.disconnect ? 1 : 0);
  out.Bytes(order.reason).Bytes(order.issued_by);
  return out.Take();
}

absl::StatusOr<Order> DecodeOrder(absl::string_view signed_bytes) {
  CanonicalReader in(signed_bytes);
  if (in.Raw(kMagic.size()) != kMagic) return Wrong("it is none, or of a newer layout");
  Order order;
  order.number = in.U64();
  const uint32_t kind = in.U32(), scope = in.U32();
  order.kind = kind > 255 ? Order::Kind{0} : static_cast<Order::Kind>(kind);
  order.scope = static_cast<Order::Scope>(scope > 255 ? 255 : scope);
  order.target = std::string(in.Bytes());
  order.withdraws = in.U64();
  order.issued.ns = in.I64();
  order.expires.ns = in.I64();
  order.disconnect = in.U32() != 0;
  order.reason = std::string(in.Bytes());
  order.issued_by = std::string(in.Bytes());
  if (absl::Status done = in.Done(); !done.ok()) return Wrong(done.message());
  HOLDFAST_RETURN_IF_ERROR(Check(order));
  return order;
}

std::string OrderText(const SignedOrder& order) {
  return absl::StrCat(kTextPrefix, ":", absl::Base64Escape(order.signed_bytes), ":",
                      absl::Base64Escape(order.signature));
}

absl::StatusOr<SignedOrder> ParseOrderText(absl::string_view text) {
  const std::vector<std::string> parts = absl::StrSplit(text, ':');
  SignedOrder order;
  if (parts.size() != 3 || parts[0] != kTextPrefix || !absl::Base64Unescape(parts[1], &order.signed_bytes) ||
      !absl::Base64Unescape(parts[2], &order.signature)) {
    return Wrong("its text does not read holdfast-order1:BASE64:BASE64");
  }
  return order;
}

}  // namespace holdfast
