#include <utility>

#include "absl/strings/str_cat.h"
#include "base/error.h"
#include "storage/fleet/sqlite/columns.h"
#include "storage/fleet/sqlite/group_filter.h"
#include "storage/fleet/sqlite/profile_set_bytes.h"
#include "storage/fleet/sqlite/sqlite_store.h"

namespace holdfast::fleet {
namespace {

constexpr absl::string_view kInfo =
    "device_group, hash, put, put_by, target, accepted, files, errors, warnings, infos, allowed, left_out";
constexpr int kFindingsColumn = 12;

ProfileSetInfo InfoFrom(const sqlite::Statement& s) {
  const auto number = [&](int column) { return static_cast<int>(s.Int(column)); };
  return {.group = TextAt(s, 0),
          .hash = DigestAt(s, 1),
          .put = TimeAt(s, 2),
          .put_by = TextAt(s, 3),
          .target = TextAt(s, 4),
          .errors_accepted = s.Int(5) != 0,
          .files = number(6),
          .errors = number(7),
          .warnings = number(8),
          .infos = number(9),
          .allowed = number(10),
          .left_out = number(11)};
}

absl::Status ReadFiles(sqlite::Statement& read, std::vector<ProfileFile>& files) {
  while (true) {
    HOLDFAST_ASSIGN_OR_RETURN(const bool more, read.Step());
    if (!more) return absl::OkStatus();
    ProfileFile& file = files.emplace_back();
    file.name = TextAt(read, 0);
    file.identifier = TextAt(read, 1);
    file.display_name = TextAt(read, 2);
    file.declaration = TextAt(read, 3);
    file.sha256 = DigestAt(read, 4);
    HOLDFAST_ASSIGN_OR_RETURN(file.payloads, DecodePayloads(read.Bytes(5)));
    file.outline = BytesAt(read, 6);
  }
}

// Devices in service, and the state that they sent of their profiles. `installed` is not there when a device
// does not know.
constexpr absl::string_view kInService = "d.revoked IS NULL AND d.lifecycle IN (1, 2)";
constexpr absl::string_view kTold =
    "CROSS JOIN sections s ON s.device = d.key AND s.name = 'profiles' AND json_valid(CAST(s.body AS TEXT)) "
    "AND "
    "json_type(CAST(s.body AS TEXT), '$.installed') = 'array'";

}  // namespace

absl::Status SqliteFleetStore::PutProfileSet(const ProfileSetRecord& set) {
  HOLDFAST_RETURN_IF_ERROR(RemoveProfileSet(set.info.group));
  const ProfileSetInfo& i = set.info;
  HOLDFAST_ASSIGN_OR_RETURN(auto put,
                            db_->Prepare(absl::StrCat("INSERT INTO profile_sets(", kInfo,
                                                      ", findings) VALUES(?,?,?,?,?,?,?,?,?,?,?,?,?)")));
  HOLDFAST_RETURN_IF_ERROR(put.BindAll(i.group, AsBlob(i.hash), i.put.ns, i.put_by, i.target,
                                       i.errors_accepted, i.files, i.errors, i.warnings, i.infos, i.allowed,
                                       i.left_out, sqlite::Blob{EncodeFindings(set.findings)})
                               .Run());
  HOLDFAST_ASSIGN_OR_RETURN(
      auto add,
      db_->Prepare("INSERT INTO profile_files(device_group, name, identifier, display_name, declaration, "
                   "sha256, payloads, outline) VALUES(?,?,?,?,?,?,?,?)"));
  for (const ProfileFile& file : set.files) {
    HOLDFAST_RETURN_IF_ERROR(add.BindAll(i.group, file.name, file.identifier, file.display_name,
                                         file.declaration, AsBlob(file.sha256),
                                         sqlite::Blob{EncodePayloads(file.payloads)},
                                         sqlite::Blob{file.outline})
                                 .Run());
  }
  return absl::OkStatus();
}

absl::Status SqliteFleetStore::RemoveProfileSet(const std::string& group) {
  for (const char* sql :
       {"DELETE FROM profile_files WHERE device_group=?", "DELETE FROM profile_sets WHERE device_group=?"}) {
    HOLDFAST_ASSIGN_OR_RETURN(auto remove, db_->Prepare(sql));
    HOLDFAST_RETURN_IF_ERROR(remove.BindAll(group).Run());
  }
  return absl::OkStatus();
}

absl::StatusOr<std::optional<ProfileSetRecord>> SqliteFleetStore::FindProfileSet(const std::string& group) {
  HOLDFAST_ASSIGN_OR_RETURN(
      auto find,
      db_->Prepare(absl::StrCat("SELECT ", kInfo, ", findings FROM profile_sets WHERE device_group=?")));
  HOLDFAST_ASSIGN_OR_RETURN(const bool found, find.BindAll(group).Step());
  if (!found) return std::nullopt;
  ProfileSetRecord set;
  set.info = InfoFrom(find);
  HOLDFAST_ASSIGN_OR_RETURN(set.findings, DecodeFindings(find.Bytes(kFindingsColumn)));
  HOLDFAST_ASSIGN_OR_RETURN(
      auto files,
      db_->Prepare("SELECT name, identifier, display_name, declaration, sha256, payloads, outline FROM "
                   "profile_files WHERE device_group=? ORDER BY name"));
  files.BindAll(group);
  HOLDFAST_RETURN_IF_ERROR(ReadFiles(files, set.files));
  return set;
}

absl::StatusOr<std::vector<ProfileSetInfo>> SqliteFleetStore::ListProfileSets() {
  HOLDFAST_ASSIGN_OR_RETURN(
      auto list, db_->Prepare(absl::StrCat("SELECT ", kInfo, " FROM profile_sets ORDER BY device_group")));
  std::vector<ProfileSetInfo> sets;
  while (true) {
    HOLDFAST_ASSIGN_OR_RETURN(const bool more, list.Step());
    if (!more) return sets;
    sets.push_back(InfoFrom(list));
  }
}

absl::StatusOr<InstalledProfiles> SqliteFleetStore::CountInstalled(const std::string& set,
                                                                   const std::vector<std::string>& groups) {
  const std::string where = absl::StrCat(" WHERE ", kInService, GroupFilter("d.device_group", groups));
  InstalledProfiles counts;
  HOLDFAST_ASSIGN_OR_RETURN(auto all, db_->Prepare(absl::StrCat("SELECT COUNT(*) FROM devices d", where)));
  BindGroups(all, groups);
  HOLDFAST_RETURN_IF_ERROR(all.Step().status());
  counts.devices = static_cast<int>(all.Int(0));
  HOLDFAST_ASSIGN_OR_RETURN(auto telling,
                            db_->Prepare(absl::StrCat("SELECT COUNT(*) FROM devices d ", kTold, where)));
  BindGroups(telling, groups);
  HOLDFAST_RETURN_IF_ERROR(telling.Step().status());
  counts.telling = static_cast<int>(telling.Int(0));
  HOLDFAST_ASSIGN_OR_RETURN(
      auto having,
      db_->Prepare(absl::StrCat(
          "SELECT f.identifier, COUNT(DISTINCT d.key) FROM devices d ", kTold,
          " CROSS JOIN json_each(CAST(s.body AS TEXT), '$.installed') j CROSS JOIN profile_files f ON "
          "f.device_group = ?1 AND f.identifier = j.value",
          where, " GROUP BY f.identifier")));
  having.Bind(1, set);
  BindGroups(having, groups);
  while (true) {
    HOLDFAST_ASSIGN_OR_RETURN(const bool more, having.Step());
    if (!more) return counts;
    counts.having[TextAt(having, 0)] = static_cast<int>(having.Int(1));
  }
}

}  // namespace holdfast::fleet
