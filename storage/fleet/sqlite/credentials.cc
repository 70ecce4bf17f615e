#include "absl/strings/str_join.h"
#include "absl/strings/str_split.h"
#include "base/error.h"
#include "storage/fleet/sqlite/columns.h"
#include "storage/fleet/sqlite/sqlite_store.h"

namespace holdfast::fleet {
namespace {

// A state that does not exist, in a damaged column, opens nothing.
CertificateState StateAt(const sqlite::Statement& s, int column) {
  const int64_t value = s.Int(column);
  const bool known = value == static_cast<int>(CertificateState::kCandidate) ||
                     value == static_cast<int>(CertificateState::kValid);
  return known ? static_cast<CertificateState>(value) : CertificateState::kRevoked;
}

CertificateRecord CertificateFrom(const sqlite::Statement& s) {
  return {.serial = TextAt(s, 0),
          .device = s.Int(1),
          .state = StateAt(s, 2),
          .spki_der = BytesAt(s, 3),
          .issued = TimeAt(s, 4),
          .expires = TimeAt(s, 5),
          .authority = TextAt(s, 6)};
}

EnrollmentToken TokenFrom(const sqlite::Statement& s) {
  EnrollmentToken token{.id = TextAt(s, 0),
                        .group = TextAt(s, 1),
                        .created = TimeAt(s, 2),
                        .expires = TimeAt(s, 3),
                        .quota = static_cast<int>(s.Int(4)),
                        .used = static_cast<int>(s.Int(5)),
                        .revoked = s.Int(6) != 0,
                        .allowed_serials = {},
                        .secret_hash = DigestAt(s, 8),
                        .group_bound = s.Int(9) != 0};
  for (absl::string_view serial : absl::StrSplit(s.Text(7), '\n', absl::SkipEmpty())) {
    token.allowed_serials.emplace_back(serial);
  }
  return token;
}

AdminToken AdminTokenFrom(const sqlite::Statement& s) {
  return {.id = TextAt(s, 0),
          .name = TextAt(s, 1),
          .role = TextAt(s, 2),
          .created = TimeAt(s, 3),
          .expires = s.IsNull(6) ? std::nullopt : std::optional(TimeAt(s, 6)),
          .revoked = s.Int(4) != 0,
          .secret_hash = DigestAt(s, 5),
          .groups = absl::StrSplit(s.Text(7), '\n', absl::SkipEmpty())};
}

}  // namespace

absl::Status SqliteFleetStore::AddCertificate(const CertificateRecord& record) {
  HOLDFAST_ASSIGN_OR_RETURN(
      auto add,
      db_->Prepare("INSERT INTO certificates(serial, device, state, spki, issued, expires, authority) "
                   "VALUES(?,?,?,?,?,?,?)"));
  HOLDFAST_RETURN_IF_ERROR(add.BindAll(record.serial, record.device, static_cast<int>(record.state),
                                       sqlite::Blob{record.spki_der}, record.issued.ns, record.expires.ns,
                                       record.authority)
                               .Run());
  return FollowKeyHolder(record.device);
}

absl::Status SqliteFleetStore::SetCertificateState(const std::string& serial, CertificateState state) {
  HOLDFAST_ASSIGN_OR_RETURN(auto set,
                            db_->Prepare("UPDATE certificates SET state=? WHERE serial=? RETURNING device"));
  HOLDFAST_ASSIGN_OR_RETURN(const bool found, set.BindAll(static_cast<int>(state), serial).Step());
  if (!found) return absl::OkStatus();
  const DeviceKey device = set.Int(0);
  set.Reset();
  return FollowKeyHolder(device);
}

absl::StatusOr<std::optional<CertificateRecord>> SqliteFleetStore::FindCertificate(
    const std::string& serial) {
  HOLDFAST_ASSIGN_OR_RETURN(
      auto find,
      db_->Prepare("SELECT serial, device, state, spki, issued, expires, authority FROM certificates "
                   "WHERE serial=?"));
  HOLDFAST_ASSIGN_OR_RETURN(const bool found, find.Bind(1, serial).Step());
  if (!found) return std::nullopt;
  return CertificateFrom(find);
}

absl::StatusOr<std::vector<CertificateRecord>> SqliteFleetStore::CertificatesOf(DeviceKey device) {
  HOLDFAST_ASSIGN_OR_RETURN(
      auto find,
      db_->Prepare("SELECT serial, device, state, spki, issued, expires, authority FROM certificates "
                   "WHERE device=? ORDER BY issued DESC, serial"));
  find.Bind(1, device);
  std::vector<CertificateRecord> out;
  while (true) {
    HOLDFAST_ASSIGN_OR_RETURN(const bool more, find.Step());
    if (!more) return out;
    out.push_back(CertificateFrom(find));
  }
}

absl::Status SqliteFleetStore::PutEnrollmentToken(const EnrollmentToken& t) {
  HOLDFAST_ASSIGN_OR_RETURN(
      auto put,
      db_->Prepare("INSERT OR REPLACE INTO enrollment_tokens(id, device_group, created, expires, quota, "
                   "used, revoked, allowed_serials, secret_hash, group_bound) "
                   "VALUES(?,?,?,?,?,?,?,?,?,?)"));
  return put
      .BindAll(t.id, t.group, t.created.ns, t.expires.ns, t.quota, t.used, t.revoked,
               absl::StrJoin(t.allowed_serials, "\n"), AsBlob(t.secret_hash), t.group_bound)
      .Run();
}

absl::StatusOr<std::optional<EnrollmentToken>> SqliteFleetStore::FindEnrollmentToken(const std::string& id) {
  HOLDFAST_ASSIGN_OR_RETURN(
      auto find, db_->Prepare("SELECT id, device_group, created, expires, quota, used, revoked, "
                              "allowed_serials, secret_hash, group_bound FROM enrollment_tokens WHERE id=?"));
  HOLDFAST_ASSIGN_OR_RETURN(const bool found, find.Bind(1, id).Step());
  if (!found) return std::nullopt;
  return TokenFrom(find);
}

absl::StatusOr<std::vector<EnrollmentToken>> SqliteFleetStore::ListEnrollmentTokens() {
  HOLDFAST_ASSIGN_OR_RETURN(
      auto list,
      db_->Prepare("SELECT id, device_group, created, expires, quota, used, revoked, allowed_serials, "
                   "secret_hash, group_bound FROM enrollment_tokens ORDER BY created DESC, id"));
  std::vector<EnrollmentToken> out;
  while (true) {
    HOLDFAST_ASSIGN_OR_RETURN(const bool more, list.Step());
    if (!more) return out;
    out.push_back(TokenFrom(list));
  }
}

absl::Status SqliteFleetStore::AddAdminToken(const AdminToken& t) {
  HOLDFAST_ASSIGN_OR_RETURN(auto add,
                            db_->Prepare("INSERT INTO admin_tokens(id, name, role, created, revoked, "
                                         "secret_hash, expires, device_groups) VALUES(?,?,?,?,?,?,?,?)"));
  return add
      .BindAll(t.id, t.name, t.role, t.created.ns, t.revoked, AsBlob(t.secret_hash),
               t.expires ? std::optional<int64_t>(t.expires->ns) : std::nullopt,
               absl::StrJoin(t.groups, "\n"))
      .Run();
}

absl::StatusOr<std::optional<AdminToken>> SqliteFleetStore::FindAdminToken(const std::string& id) {
  HOLDFAST_ASSIGN_OR_RETURN(auto find, db_->Prepare("SELECT id, name, role, created, revoked, secret_hash, "
                                                    "expires, device_groups FROM admin_tokens WHERE id=?"));
  HOLDFAST_ASSIGN_OR_RETURN(const bool found, find.Bind(1, id).Step());
  if (!found) return std::nullopt;
  return AdminTokenFrom(find);
}

absl::StatusOr<std::vector<AdminToken>> SqliteFleetStore::ListAdminTokens() {
  HOLDFAST_ASSIGN_OR_RETURN(
      auto list, db_->Prepare("SELECT id, name, role, created, revoked, secret_hash, "
                              "expires, device_groups FROM admin_tokens ORDER BY created DESC, id"));
  std::vector<AdminToken> out;
  while (true) {
    HOLDFAST_ASSIGN_OR_RETURN(const bool more, list.Step());
    if (!more) return out;
    out.push_back(AdminTokenFrom(list));
  }
}

absl::Status SqliteFleetStore::SetAdminTokenRevoked(const std::string& id) {
  HOLDFAST_ASSIGN_OR_RETURN(auto set, db_->Prepare("UPDATE admin_tokens SET revoked=1 WHERE id=?"));
  return set.BindAll(id).Run();
}

}  // namespace holdfast::fleet
