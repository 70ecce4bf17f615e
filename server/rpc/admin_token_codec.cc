// The messages about admin tokens.
#include "server/rpc/admin_codec.h"
#include "server/rpc/timestamps.h"

namespace holdfast::server {

absl::StatusOr<CreateAdminTokenRequest> FromProto(const v1::CreateAdminTokenRequest& m) {
  if (m.role() < v1::ADMIN_ROLE_VIEWER || m.role() > v1::ADMIN_ROLE_OPERATOR) {
    return absl::InvalidArgumentError("making an admin token: `role` is viewer, auditor, operator or admin");
  }
  return CreateAdminTokenRequest{m.name(),
                                 static_cast<Role>(m.role()),
                                 absl::Seconds(m.lifetime_seconds()),
                                 {m.groups().begin(), m.groups().end()}};
}

v1::AdminToken ToProto(const AdminToken& m) {
  v1::AdminToken out;
  out.set_token_id(m.id);
  out.set_name(m.name);
  // A role that there is not lets nobody in, and is none here.
  if (const auto role = ParseRole(m.role)) out.set_role(static_cast<v1::AdminRole>(static_cast<int>(*role)));
  SetTime(m.created, out.mutable_created());
  if (m.expires) SetTime(*m.expires, out.mutable_expires());
  out.set_revoked(m.revoked);
  out.mutable_groups()->Assign(m.groups.begin(), m.groups.end());
  return out;
}

}  // namespace holdfast::server
