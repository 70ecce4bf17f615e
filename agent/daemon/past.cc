#include "agent/daemon/past.h"

#include <algorithm>
#include <map>

#include "base/canonical.h"
#include "base/error.h"
#include "proto/wire/event_codec.h"

namespace holdfast::agent {
namespace {

constexpr char kAliveKey[] = "agent.last_alive";
constexpr int kMostRows = 4000;
constexpr int kMostIncidents = 1000;
constexpr int kMostSelfChecks = 16;

std::vector<uint16_t> Kinds(std::initializer_list<RowKind> kinds) {
  std::vector<uint16_t> numbers;
  for (RowKind kind : kinds) numbers.push_back(static_cast<uint16_t>(kind));
  return numbers;
}

absl::StatusOr<std::optional<Stamp>> ReadAlive(const journal::Journal& journal) {
  HOLDFAST_ASSIGN_OR_RETURN(std::optional<std::string> bytes, journal.GetMeta(kAliveKey));
  if (!bytes) return std::optional<Stamp>();
  CanonicalReader in(*bytes);
  Stamp stamp;
  const absl::string_view boot = in.Raw(stamp.boot.bytes.size());
  std::copy(boot.begin(), boot.end(), stamp.boot.bytes.begin());
  stamp.mono.ns = in.I64();
  stamp.wall.ns = in.I64();
  if (!in.Done().ok()) return std::optional<Stamp>();
  return std::optional<Stamp>(stamp);
}

// Within one boot monotonic time decides, whatever the wall clock did.
bool IsLater(const Stamp& a, const Stamp& b) {
  return a.boot == b.boot ? a.mono > b.mono : a.wall > b.wall;
}

absl::Status Collect(const journal::Journal& journal, const journal::Filter& filter,
                     std::map<uint64_t, journal::Row>& rows) {
  HOLDFAST_ASSIGN_OR_RETURN(std::vector<journal::Row> found, journal.Query(filter));
  for (journal::Row& row : found) rows.try_emplace(row.seq, std::move(row));
  return absl::OkStatus();
}

}  // namespace

absl::StatusOr<Past> ReadPast(const journal::Journal& journal, WallTime now) {
  Past past;
  past.head = journal.head();
  past.acked_through = journal.acked_through();
  HOLDFAST_ASSIGN_OR_RETURN(past.last_alive, ReadAlive(journal));
  std::map<uint64_t, journal::Row> rows;
  journal::Filter newest;
  newest.newest_first = true;
  newest.limit = kMostRows;
  newest.from = now - absl::Hours(24);
  HOLDFAST_RETURN_IF_ERROR(Collect(journal, newest, rows));
  newest.from.reset();
  newest.limit = kMostIncidents;
  newest.kinds =
      Kinds({RowKind::kIncidentOpened, RowKind::kIncidentClosed, RowKind::kOverrideBegan,
             RowKind::kOverrideEnded, RowKind::kRetry, RowKind::kSuspensionBegan, RowKind::kSuspensionEnded});
  HOLDFAST_RETURN_IF_ERROR(Collect(journal, newest, rows));
  // A code is spent for ever: whatever else happened, and whatever the clock said since.
  newest.kinds = Kinds({RowKind::kCodeSpent});
  HOLDFAST_RETURN_IF_ERROR(Collect(journal, newest, rows));
  // What was known last, however long ago: what is different now is a suspect.
  newest.limit = kMostSelfChecks;
  newest.kinds = Kinds({RowKind::kSelfCheck});
  HOLDFAST_RETURN_IF_ERROR(Collect(journal, newest, rows));
  newest.limit = 1;
  for (const RowKind kind : {RowKind::kAgentStarted, RowKind::kPath, RowKind::kInstalled, RowKind::kSystem}) {
    newest.kinds = Kinds({kind});
    HOLDFAST_RETURN_IF_ERROR(Collect(journal, newest, rows));
  }
  // The newest row of all says how the last run ended and when it was alive, however long ago.
  newest.kinds.clear();
  newest.limit = 1;
  HOLDFAST_RETURN_IF_ERROR(Collect(journal, newest, rows));
  for (const auto& [seq, row] : rows) {
    // Opening a new journal writes its first row: it tells of this run, not of an earlier one.
    if (row.kind == static_cast<uint16_t>(RowKind::kEpochBegan)) continue;
    if (!past.last_alive || IsLater(row.at, *past.last_alive)) past.last_alive = row.at;
    past.clean_stop = row.kind == static_cast<uint16_t>(RowKind::kAgentStopped);
    absl::StatusOr<Event> event = wire::DecodeEvent(row.kind, row.payload_version, row.payload);
    if (event.ok()) past.rows.push_back({row.at, seq, *std::move(event)});
  }
  return past;
}

absl::Status MarkAlive(journal::Journal& journal, const Stamp& now) {
  CanonicalWriter out;
  out.Raw({reinterpret_cast<const char*>(now.boot.bytes.data()), now.boot.bytes.size()});
  out.I64(now.mono.ns).I64(now.wall.ns);
  return journal.SetMeta(kAliveKey, out.str());
}

}  // namespace holdfast::agent
