// The messages about orders and override codes.
#include "server/rpc/admin_codec.h"
#include "server/rpc/timestamps.h"

namespace holdfast::server {

absl::StatusOr<IssueOverrideCodeRequest> FromProto(const v1::IssueOverrideCodeRequest& m) {
  if (m.device().empty()) return absl::InvalidArgumentError("an override code needs a device");
  return IssueOverrideCodeRequest{m.device(), absl::Seconds(m.length_seconds()), m.reason()};
}

absl::StatusOr<IssueOrderRequest> FromProto(const v1::IssueOrderRequest& m) {
  if (m.kind() < v1::ORDER_KIND_EMERGENCY || m.kind() > v1::ORDER_KIND_WITHDRAWAL) {
    return absl::InvalidArgumentError("an order is an emergency, a hold or a withdrawal");
  }
  return IssueOrderRequest{static_cast<Order::Kind>(m.kind()), m.device(), m.group(),      m.fleet(),
                           absl::Seconds(m.length_seconds()),  m.reason(), m.disconnect(), m.withdraws()};
}

v1::IssueOverrideCodeResponse ToProto(const IssueOverrideCodeResponse& m) {
  v1::IssueOverrideCodeResponse out;
  out.set_code(m.code);
  out.set_code_id(m.code_id);
  out.set_device_id(m.device.ToString());
  out.set_hostname(m.hostname);
  SetTime(m.good_until, out.mutable_good_until());
  return out;
}

v1::OrderInfo ToProto(const Order& m) {
  v1::OrderInfo out;
  out.set_number(m.number);
  out.set_kind(static_cast<v1::OrderKind>(static_cast<int>(m.kind)));
  out.set_scope(ScopeText(m));
  SetTime(m.issued, out.mutable_issued());
  SetTime(m.expires, out.mutable_expires());
  out.set_disconnect(m.disconnect);
  out.set_reason(m.reason);
  out.set_issued_by(m.issued_by);
  out.set_withdraws(m.withdraws);
  return out;
}

}  // namespace holdfast::server
