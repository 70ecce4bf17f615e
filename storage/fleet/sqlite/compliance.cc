#include <algorithm>
#include <tuple>
#include <utility>

#include "absl/strings/str_cat.h"
#include "base/error.h"
#include "storage/fleet/sqlite/columns.h"
#include "storage/fleet/sqlite/sqlite_store.h"

namespace holdfast::fleet {
namespace {

// Of one key, inside the window and what still holds when it begins: the last point before it. Of what
// concerns every key (the empty one) that is the last start or stop; ?5 keeps its spans out of the search.
constexpr absl::string_view kPointsOfKey = R"sql(
WITH before(at) AS (SELECT MAX(at) FROM timeline
  WHERE device = ?1 AND key = ?2 AND at < ?3 AND (?5 OR kind IN (2, 3)))
SELECT t.kind, t.at, t.uncertainty, t.starts, t.key, t.class, t.cause, t.chain, t.seq
  FROM before CROSS JOIN timeline t ON t.device = ?1 AND t.key = ?2 AND t.at >= IFNULL(before.at, ?3) AND t.at < ?4
  WHERE t.at >= ?3 OR t.at = before.at
)sql";

// The spans that reach into the window from behind its end.
constexpr absl::string_view kSpansBehind = R"sql(
SELECT t.kind, t.at, t.uncertainty, t.starts, t.key, t.class, t.cause, t.chain, t.seq
  FROM timeline t WHERE t.device = ?1 AND t.key = '' AND t.at >= ?2 AND t.kind IN (4, 5) AND t.starts < ?2
)sql";

struct OrderedPoint {
  int64_t chain, seq;
  compliance::Point point;
};

absl::Status ReadPoints(sqlite::Statement& read, std::vector<OrderedPoint>& out) {
  while (true) {
    HOLDFAST_ASSIGN_OR_RETURN(const bool more, read.Step());
    if (!more) return absl::OkStatus();
    out.push_back({read.Int(7),
                   read.Int(8),
                   {.kind = static_cast<compliance::PointKind>(read.Int(0)),
                    .at = TimeAt(read, 1),
                    .uncertainty_ns = read.Int(2),
                    .from = TimeAt(read, 3),
                    .key = TextAt(read, 4),
                    .time_class = TimeClassAt(read, 5),
                    .cause = TextAt(read, 6)}});
  }
}

// As the device wrote them; of one row, a span before the start that ended it.
bool WrittenBefore(const OrderedPoint& a, const OrderedPoint& b) {
  return std::tuple(a.chain, a.seq, b.point.kind) < std::tuple(b.chain, b.seq, a.point.kind);
}

constexpr absl::string_view kVerdicts =
    "SELECT key, rule, service, service_name, class, cause, detail, since, device FROM verdicts";

CurrentVerdict VerdictFrom(const sqlite::Statement& s) {
  return {.key = TextAt(s, 0),
          .rule = TextAt(s, 1),
          .service = UuidAt(s, 2),
          .service_name = TextAt(s, 3),
          .time_class = TimeClassAt(s, 4),
          .cause = TextAt(s, 5),
          .detail = TextAt(s, 6),
          .since = TimeAt(s, 7)};
}

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

// The keys are found by skipping along the primary key.
absl::StatusOr<std::vector<compliance::Point>> SqliteFleetStore::PointsFor(DeviceKey device, ServerTime from,
                                                                           ServerTime to) {
  HOLDFAST_ASSIGN_OR_RETURN(auto next,
                            db_->Prepare("SELECT key FROM timeline WHERE device=? AND key>? LIMIT 1"));
  HOLDFAST_ASSIGN_OR_RETURN(auto of_key, db_->Prepare(kPointsOfKey));
  HOLDFAST_ASSIGN_OR_RETURN(auto behind, db_->Prepare(kSpansBehind));
  std::vector<OrderedPoint> points;
  of_key.BindAll(device, "", from.ns, to.ns, false);
  HOLDFAST_RETURN_IF_ERROR(ReadPoints(of_key, points));
  HOLDFAST_RETURN_IF_ERROR(ReadPoints(behind.BindAll(device, to.ns), points));
  for (std::string key;;) {
    next.Reset();
    HOLDFAST_ASSIGN_OR_RETURN(const bool more, next.BindAll(device, key).Step());
    if (!more) break;
    key = TextAt(next, 0);
    of_key.Reset();
    HOLDFAST_RETURN_IF_ERROR(ReadPoints(of_key.BindAll(device, key, from.ns, to.ns, true), points));
  }
  std::sort(points.begin(), points.end(), WrittenBefore);
  std::vector<compliance::Point> out;
  out.reserve(points.size());
  for (OrderedPoint& p : points) out.push_back(std::move(p.point));
  return out;
}

absl::StatusOr<std::optional<ServerTime>> SqliteFleetStore::FirstPoint(DeviceKey device) {
  HOLDFAST_ASSIGN_OR_RETURN(
      auto find,
      db_->Prepare("SELECT MIN(MIN(at, starts)) FROM timeline WHERE device=? HAVING COUNT(*) > 0"));
  HOLDFAST_ASSIGN_OR_RETURN(const bool found, find.Bind(1, device).Step());
  if (!found) return std::nullopt;
  return TimeAt(find, 0);
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
  HOLDFAST_ASSIGN_OR_RETURN(auto read, db_->Prepare(absl::StrCat(kVerdicts, " WHERE device=? ORDER BY key")));
  read.Bind(1, device);
  std::vector<CurrentVerdict> out;
  while (true) {
    HOLDFAST_ASSIGN_OR_RETURN(const bool more, read.Step());
    if (!more) return out;
    out.push_back(VerdictFrom(read));
  }
}

absl::Status SqliteFleetStore::EachVerdict(
    const std::function<void(DeviceKey, const CurrentVerdict&)>& visit) {
  HOLDFAST_ASSIGN_OR_RETURN(auto read, db_->Prepare(absl::StrCat(kVerdicts, " ORDER BY device, key")));
  while (true) {
    HOLDFAST_ASSIGN_OR_RETURN(const bool more, read.Step());
    if (!more) return absl::OkStatus();
    visit(read.Int(8), VerdictFrom(read));
  }
}

}  // namespace holdfast::fleet
