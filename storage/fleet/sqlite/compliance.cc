#include "base/error.h"
#include "storage/fleet/sqlite/columns.h"
#include "storage/fleet/sqlite/sqlite_store.h"

namespace holdfast::fleet {
namespace {

// Inside the window, and before it: of each key the last point, and of what concerns every key the last one
// and every span that reaches into the window. The keys are found by skipping along the primary key.
constexpr absl::string_view kPoints = R"sql(
WITH RECURSIVE keys(key) AS (
  SELECT MIN(key) FROM timeline WHERE device = ?1
  UNION ALL
  SELECT (SELECT MIN(key) FROM timeline WHERE device = ?1 AND key > keys.key) FROM keys
  WHERE keys.key IS NOT NULL),
before AS (
  SELECT k.key AS key, (SELECT MAX(at) FROM timeline t
    WHERE t.device = ?1 AND t.key = k.key AND t.at < ?2 AND (k.key <> '' OR t.kind IN (2, 3))) AS at
  FROM keys k WHERE k.key IS NOT NULL)
SELECT t.kind, t.at, t.uncertainty, t.starts, t.key, t.class, t.cause, t.chain AS chain, t.seq AS seq
  FROM keys k CROSS JOIN timeline t ON t.device = ?1 AND t.key = k.key AND t.at >= ?2 AND t.at < ?3
UNION ALL
SELECT t.kind, t.at, t.uncertainty, t.starts, t.key, t.class, t.cause, t.chain, t.seq
  FROM before b CROSS JOIN timeline t ON t.device = ?1 AND t.key = b.key AND t.at = b.at
UNION ALL
SELECT t.kind, t.at, t.uncertainty, t.starts, t.key, t.class, t.cause, t.chain, t.seq
  FROM timeline t WHERE t.device = ?1 AND t.key = '' AND t.at >= ?3 AND t.kind IN (4, 5) AND t.starts < ?3
ORDER BY chain, seq, t.kind DESC
)sql";

}  // namespace

absl::Status SqliteFleetStore::AddPoint(const TimelinePoint& p) {
  HOLDFAST_ASSIGN_OR_RETURN(
      auto add, db_->Prepare("INSERT OR REPLACE INTO timeline(device, key, at, chain, seq, kind, starts, "
                             "uncertainty, class, cause) VALUES(?,?,?,?,?,?,?,?,?,?)"));
  return add
      .BindAll(p.device, p.point.key, p.point.at.ns, p.chain, p.seq, static_cast<int>(p.point.kind),
               p.point.from.ns, p.point.uncertainty_ns, static_cast<int>(p.point.time_class), p.point.cause)
      .Run();
}

absl::StatusOr<std::vector<compliance::Point>> SqliteFleetStore::PointsFor(DeviceKey device, ServerTime from,
                                                                           ServerTime to) {
  HOLDFAST_ASSIGN_OR_RETURN(auto read, db_->Prepare(kPoints));
  read.BindAll(device, from.ns, to.ns);
  std::vector<compliance::Point> out;
  while (true) {
    HOLDFAST_ASSIGN_OR_RETURN(const bool more, read.Step());
    if (!more) return out;
    out.push_back({.kind = static_cast<compliance::PointKind>(read.Int(0)),
                   .at = TimeAt(read, 1),
                   .uncertainty_ns = read.Int(2),
                   .from = TimeAt(read, 3),
                   .key = TextAt(read, 4),
                   .time_class = TimeClassAt(read, 5),
                   .cause = TextAt(read, 6)});
  }
}

absl::Status SqliteFleetStore::PutVerdict(DeviceKey device, const CurrentVerdict& v) {
  HOLDFAST_ASSIGN_OR_RETURN(
      auto put,
      db_->Prepare("INSERT OR REPLACE INTO verdicts(device, key, rule, service, service_name, class, "
                   "cause, detail, since) VALUES(?,?,?,?,?,?,?,?,?)"));
  return put
      .BindAll(device, v.key, v.rule, AsBlob(v.service), v.service_name, static_cast<int>(v.time_class),
               v.cause, v.detail, v.since.ns)
      .Run();
}

absl::StatusOr<std::vector<CurrentVerdict>> SqliteFleetStore::VerdictsOf(DeviceKey device) {
  HOLDFAST_ASSIGN_OR_RETURN(
      auto read, db_->Prepare("SELECT key, rule, service, service_name, class, cause, detail, since "
                              "FROM verdicts WHERE device=? ORDER BY key"));
  read.Bind(1, device);
  std::vector<CurrentVerdict> out;
  while (true) {
    HOLDFAST_ASSIGN_OR_RETURN(const bool more, read.Step());
    if (!more) return out;
    out.push_back({.key = TextAt(read, 0),
                   .rule = TextAt(read, 1),
                   .service = UuidAt(read, 2),
                   .service_name = TextAt(read, 3),
                   .time_class = TimeClassAt(read, 4),
                   .cause = TextAt(read, 5),
                   .detail = TextAt(read, 6),
                   .since = TimeAt(read, 7)});
  }
}

}  // namespace holdfast::fleet
