#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "base/error.h"
#include "storage/fleet/sqlite/columns.h"
#include "storage/fleet/sqlite/group_filter.h"
#include "storage/fleet/sqlite/page_token.h"
#include "storage/fleet/sqlite/sqlite_store.h"

namespace holdfast::fleet {
namespace {

constexpr absl::string_view kRowColumns =
    "r.number, r.device, r.chain, c.epoch, r.seq, r.boot, r.mono, r.wall, r.kind, r.payload_version, "
    "r.subject, "
    "r.payload, r.hash, r.at, r.uncertainty, r.received";
constexpr absl::string_view kRowTables =
    "FROM (SELECT rowid AS number, * FROM rows) r JOIN chains c ON c.device = r.device AND c.ordinal = "
    "r.chain";

// A device writes rows of up to a megabyte: a page must fit in memory and in a client's message.
constexpr size_t kPageBytes = size_t{2} << 20;

StoredRow RowFrom(const sqlite::Statement& s) {
  StoredRow out{.device = s.Int(1),
                .chain = s.Int(2),
                .row = {},
                .at = TimeAt(s, 13),
                .uncertainty_ns = s.Int(14),
                .received = TimeAt(s, 15)};
  out.row.epoch = s.U64(3);
  out.row.seq = s.U64(4);
  out.row.at = {.boot = BootAt(s, 5), .mono = {s.Int(6)}, .wall = {s.Int(7)}};
  out.row.kind = static_cast<uint16_t>(s.Int(8));
  out.row.payload_version = static_cast<uint16_t>(s.Int(9));
  out.row.subject = TextAt(s, 10);
  out.row.payload = BytesAt(s, 11);
  out.row.hash = DigestAt(s, 12);
  return out;
}

size_t SizeOf(const StoredRow& row) {
  return row.row.subject.size() + row.row.payload.size();
}

std::string QueryText(const RowQuery& q) {
  return absl::StrCat("rows|", q.device.value_or(0), "|", q.ascending, "|", q.from ? q.from->ns : 0, "|",
                      q.to ? q.to->ns : 0, "|", absl::StrJoin(q.kinds, ","), "|",
                      absl::StrJoin(q.groups, "\n"));
}

// One device is read along its unique index, all of them in the order of storing. Parameters: 1 device,
// 2 from, 3 to, 4 and 5 the position, 6 limit.
std::string PageSql(const RowQuery& q) {
  const absl::string_view direction = q.ascending ? " ASC" : " DESC";
  const absl::string_view beyond = q.ascending ? ">" : "<";
  std::string where = "1";
  if (q.device) absl::StrAppend(&where, " AND r.device = ?1");
  if (q.from) absl::StrAppend(&where, " AND r.at >= ?2");
  if (q.to) absl::StrAppend(&where, " AND r.at < ?3");
  if (!q.groups.empty()) {
    // The plus: rows are walked from the newest on, not gathered by device and sorted.
    absl::StrAppend(&where, " AND +r.device IN (SELECT key FROM devices WHERE 1",
                    GroupFilter("device_group", q.groups), ")");
  }
  if (!q.kinds.empty()) absl::StrAppend(&where, " AND r.kind IN (", absl::StrJoin(q.kinds, ","), ")");
  if (!q.after.empty()) {
    absl::StrAppend(&where, q.device ? " AND (r.chain, r.seq) " : " AND r.number ", beyond,
                    q.device ? " (?4, ?5)" : " ?5");
  }
  const std::string order = q.device ? absl::StrCat("r.chain", direction, ", r.seq", direction)
                                     : absl::StrCat("r.number", direction);
  return absl::StrCat("SELECT ", kRowColumns, " ", kRowTables, " WHERE ", where, " ORDER BY ", order,
                      " LIMIT ?6");
}

ChainRecord ChainFrom(const sqlite::Statement& s) {
  return {.device = s.Int(0),
          .epoch = s.U64(1),
          .ordinal = s.Int(2),
          .seq = s.U64(3),
          .hash = DigestAt(s, 4),
          .last_at = TimeAt(s, 5)};
}

}  // namespace

absl::Status SqliteFleetStore::AddChain(ChainRecord& chain) {
  HOLDFAST_ASSIGN_OR_RETURN(auto last,
                            db_->Prepare("SELECT COALESCE(MAX(ordinal), 0) FROM chains WHERE device=?"));
  HOLDFAST_RETURN_IF_ERROR(last.Bind(1, chain.device).Step().status());
  chain.ordinal = last.Int(0) + 1;
  HOLDFAST_ASSIGN_OR_RETURN(
      auto add,
      db_->Prepare("INSERT INTO chains(device, ordinal, epoch, seq, hash, last_at) VALUES(?,?,?,?,?,?)"));
  return add
      .BindAll(chain.device, chain.ordinal, chain.epoch, chain.seq, AsBlob(chain.hash), chain.last_at.ns)
      .Run();
}

absl::Status SqliteFleetStore::UpdateChain(const ChainRecord& chain) {
  HOLDFAST_ASSIGN_OR_RETURN(
      auto update, db_->Prepare("UPDATE chains SET seq=?, hash=?, last_at=? WHERE device=? AND ordinal=?"));
  return update.BindAll(chain.seq, AsBlob(chain.hash), chain.last_at.ns, chain.device, chain.ordinal).Run();
}

absl::StatusOr<std::vector<ChainRecord>> SqliteFleetStore::ChainsOf(DeviceKey device) {
  HOLDFAST_ASSIGN_OR_RETURN(auto find,
                            db_->Prepare("SELECT device, epoch, ordinal, seq, hash, last_at FROM chains "
                                         "WHERE device=? ORDER BY ordinal"));
  find.Bind(1, device);
  std::vector<ChainRecord> out;
  while (true) {
    HOLDFAST_ASSIGN_OR_RETURN(const bool more, find.Step());
    if (!more) return out;
    out.push_back(ChainFrom(find));
  }
}

absl::Status SqliteFleetStore::EachChain(const std::function<void(const ChainRecord&)>& visit) {
  HOLDFAST_ASSIGN_OR_RETURN(auto each, db_->Prepare("SELECT device, epoch, ordinal, seq, hash, last_at FROM "
                                                    "chains ORDER BY device, ordinal"));
  while (true) {
    HOLDFAST_ASSIGN_OR_RETURN(const bool more, each.Step());
    if (!more) return absl::OkStatus();
    visit(ChainFrom(each));
  }
}

absl::Status SqliteFleetStore::AddRows(absl::Span<const StoredRow> rows) {
  HOLDFAST_ASSIGN_OR_RETURN(
      auto add, db_->Prepare("INSERT INTO rows(device, chain, seq, boot, mono, wall, kind, payload_version, "
                             "subject, payload, hash, at, uncertainty, received) "
                             "VALUES(?,?,?,?,?,?,?,?,?,?,?,?,?,?)"));
  for (const StoredRow& r : rows) {
    add.Bind(1, r.device).Bind(2, r.chain).Bind(3, r.row.seq);
    add.BindBorrowed(4, AsBlob(r.row.at.boot)).Bind(5, r.row.at.mono.ns).Bind(6, r.row.at.wall.ns);
    add.Bind(7, r.row.kind).Bind(8, r.row.payload_version);
    add.BindBorrowed(9, r.row.subject).BindBorrowed(10, sqlite::Blob{r.row.payload});
    add.BindBorrowed(11, AsBlob(r.row.hash));
    add.Bind(12, r.at.ns).Bind(13, r.uncertainty_ns).Bind(14, r.received.ns);
    HOLDFAST_RETURN_IF_ERROR(add.Run());
  }
  return absl::OkStatus();
}

absl::StatusOr<std::optional<StoredRow>> SqliteFleetStore::FindRow(DeviceKey device, int64_t chain,
                                                                   uint64_t seq) {
  HOLDFAST_ASSIGN_OR_RETURN(auto find,
                            db_->Prepare(absl::StrCat("SELECT ", kRowColumns, " ", kRowTables,
                                                      " WHERE r.device=? AND r.chain=? AND r.seq=?")));
  HOLDFAST_ASSIGN_OR_RETURN(const bool found, find.BindAll(device, chain, seq).Step());
  if (!found) return std::nullopt;
  return RowFrom(find);
}

absl::StatusOr<std::vector<StoredRow>> SqliteFleetStore::RowsBehind(const std::optional<StoredRow>& after,
                                                                    int limit, size_t max_bytes) {
  HOLDFAST_ASSIGN_OR_RETURN(auto read,
                            db_->Prepare(absl::StrCat("SELECT ", kRowColumns, " ", kRowTables,
                                                      " WHERE (r.device, r.chain, r.seq) > (?, ?, ?) "
                                                      "ORDER BY r.device, r.chain, r.seq LIMIT ?")));
  if (after) {
    read.BindAll(after->device, after->chain, after->row.seq, limit);
  } else {
    read.BindAll(int64_t{0}, int64_t{0}, int64_t{0}, limit);
  }
  std::vector<StoredRow> out;
  for (size_t bytes = 0; bytes < max_bytes; bytes += SizeOf(out.back())) {
    const absl::StatusOr<bool> more = read.Step();
    if (!more.ok() && out.empty()) return more.status();
    if (!more.ok() || !*more) break;
    out.push_back(RowFrom(read));
  }
  return out;
}

absl::StatusOr<RowPage> SqliteFleetStore::ListRows(const RowQuery& query) {
  HOLDFAST_ASSIGN_OR_RETURN(auto list, db_->Prepare(PageSql(query)));
  if (query.device) list.Bind(1, *query.device);
  if (query.from) list.Bind(2, query.from->ns);
  if (query.to) list.Bind(3, query.to->ns);
  BindGroups(list, query.groups);
  if (!query.after.empty()) {
    HOLDFAST_ASSIGN_OR_RETURN(const PagePosition from, ReadPageToken(QueryText(query), query.after));
    if (query.device) list.Bind(4, from.integer);
    list.Bind(5, from.number);
  }
  list.Bind(6, query.limit + 1);
  RowPage page;
  size_t bytes = 0;
  PagePosition last;
  while (true) {
    HOLDFAST_ASSIGN_OR_RETURN(const bool more, list.Step());
    if (!more) return page;
    if (static_cast<int>(page.rows.size()) == query.limit || bytes >= kPageBytes) break;
    page.rows.push_back(RowFrom(list));
    bytes += SizeOf(page.rows.back());
    last.number = query.device ? static_cast<int64_t>(page.rows.back().row.seq) : list.Int(0);
    last.integer = page.rows.back().chain;
  }
  page.next = MakePageToken(QueryText(query), last);
  return page;
}

absl::Status SqliteFleetStore::PutAnchor(DeviceKey device, const Anchor& anchor) {
  HOLDFAST_ASSIGN_OR_RETURN(
      auto put, db_->Prepare("INSERT OR REPLACE INTO anchors(device, boot, mono, server, uncertainty) "
                             "VALUES(?,?,?,?,?)"));
  return put.BindAll(device, AsBlob(anchor.boot), anchor.mono.ns, anchor.server.ns, anchor.uncertainty_ns)
      .Run();
}

absl::StatusOr<std::optional<Anchor>> SqliteFleetStore::FindAnchor(DeviceKey device, const BootId& boot) {
  HOLDFAST_ASSIGN_OR_RETURN(
      auto find, db_->Prepare("SELECT mono, server, uncertainty FROM anchors WHERE device=? AND boot=?"));
  HOLDFAST_ASSIGN_OR_RETURN(const bool found, find.BindAll(device, AsBlob(boot)).Step());
  if (!found) return std::nullopt;
  return Anchor{
      .boot = boot, .mono = {find.Int(0)}, .server = TimeAt(find, 1), .uncertainty_ns = find.Int(2)};
}

absl::Status SqliteFleetStore::PutSection(DeviceKey device, const std::string& name, const Sha256Digest& hash,
                                          absl::string_view body) {
  HOLDFAST_ASSIGN_OR_RETURN(
      auto put, db_->Prepare("INSERT OR REPLACE INTO sections(device, name, hash, body) VALUES(?,?,?,?)"));
  return put.BindAll(device, name, AsBlob(hash), sqlite::Blob{body}).Run();
}

absl::StatusOr<int> SqliteFleetStore::CountSections(DeviceKey device) {
  HOLDFAST_ASSIGN_OR_RETURN(auto count, db_->Prepare("SELECT COUNT(*) FROM sections WHERE device=?"));
  HOLDFAST_RETURN_IF_ERROR(count.Bind(1, device).Step().status());
  return static_cast<int>(count.Int(0));
}

}  // namespace holdfast::fleet
