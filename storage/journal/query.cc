#include "storage/journal/query.h"

#include <algorithm>

#include "absl/strings/str_cat.h"
#include "base/error.h"
#include "storage/journal/row_table.h"

namespace holdfast::journal {
namespace {

enum class Plan { kBySubject, kByKind, kBySeq };

std::string Sql(Plan plan, bool newest_first) {
  std::string sql = "SELECT " HOLDFAST_JOURNAL_COLUMNS " FROM rows ";
  switch (plan) {
    case Plan::kBySubject:
      absl::StrAppend(&sql, "INDEXED BY rows_by_subject WHERE subject = ?3 AND subject <> '' AND ");
      break;
    case Plan::kByKind:
      absl::StrAppend(&sql, "INDEXED BY rows_by_kind WHERE kind = ?3 AND ");
      break;
    case Plan::kBySeq:
      absl::StrAppend(&sql, "NOT INDEXED WHERE ");
  }
  absl::StrAppend(&sql, "seq > ?1 AND wall >= ?2 ORDER BY seq", newest_first ? " DESC" : "");
  return sql;
}

// The greatest number that `from` rules out: rows before the first one stamped at or after it need no look.
absl::StatusOr<uint64_t> LowerBound(sqlite::Database& db, const Filter& filter) {
  if (!filter.from) return filter.after_seq;
  HOLDFAST_ASSIGN_OR_RETURN(sqlite::Statement select,
                            db.Prepare("SELECT min(seq) FROM rows INDEXED BY rows_by_wall WHERE wall >= ?"));
  HOLDFAST_ASSIGN_OR_RETURN(const bool found, select.Bind(1, filter.from->ns).Step());
  if (!found || select.IsNull(0)) return INT64_MAX;
  return std::max(filter.after_seq, select.U64(0) - 1);
}

bool HasKind(const Filter& filter, uint16_t kind) {
  return filter.kinds.empty() ||
         std::find(filter.kinds.begin(), filter.kinds.end(), kind) != filter.kinds.end();
}

// Appends matching rows until `limit` of this plan are found.
absl::Status Collect(sqlite::Statement& select, Epoch epoch, const Filter& filter, std::vector<Row>& out) {
  const size_t end = out.size() + static_cast<size_t>(filter.limit);
  while (out.size() < end) {
    HOLDFAST_ASSIGN_OR_RETURN(const bool found, select.Step());
    if (!found) break;
    if (!HasKind(filter, static_cast<uint16_t>(select.Int(4)))) continue;
    HOLDFAST_ASSIGN_OR_RETURN(Row row, RowOf(select, epoch));
    out.push_back(std::move(row));
  }
  return absl::OkStatus();
}

}  // namespace

absl::StatusOr<std::vector<Row>> RunQuery(sqlite::Database& db, Epoch epoch, const Filter& filter) {
  std::vector<Row> rows;
  if (filter.limit <= 0) return rows;
  HOLDFAST_ASSIGN_OR_RETURN(const uint64_t after, LowerBound(db, filter));
  const Plan plan = !filter.subject.empty() ? Plan::kBySubject
                    : !filter.kinds.empty() ? Plan::kByKind
                                            : Plan::kBySeq;
  HOLDFAST_ASSIGN_OR_RETURN(sqlite::Statement select, db.Prepare(Sql(plan, filter.newest_first)));
  select.Bind(1, after).Bind(2, filter.from ? filter.from->ns : INT64_MIN);
  if (plan != Plan::kByKind) {
    if (plan == Plan::kBySubject) select.Bind(3, filter.subject);
    HOLDFAST_RETURN_IF_ERROR(Collect(select, epoch, filter, rows));
    return rows;
  }
  std::vector<uint16_t> kinds = filter.kinds;
  std::sort(kinds.begin(), kinds.end());
  kinds.erase(std::unique(kinds.begin(), kinds.end()), kinds.end());
  for (const uint16_t kind : kinds) {
    select.Reset();
    select.Bind(3, kind);
    HOLDFAST_RETURN_IF_ERROR(Collect(select, epoch, filter, rows));
  }
  std::sort(rows.begin(), rows.end(),
            [&](const Row& a, const Row& b) { return filter.newest_first ? a.seq > b.seq : a.seq < b.seq; });
  if (rows.size() > static_cast<size_t>(filter.limit)) rows.resize(static_cast<size_t>(filter.limit));
  return rows;
}

}  // namespace holdfast::journal
