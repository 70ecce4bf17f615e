#include "agent/daemon/past.h"

#include <algorithm>
#include <map>

#include "base/canonical.h"
#include "base/error.h"
#include "core/event/remembered.h"
#include "proto/wire/event_codec.h"

namespace holdfast::agent {
namespace {

constexpr char kAliveKey[] = "agent.last_alive";

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

absl::StatusOr<std::map<uint64_t, journal::Row>> RememberedRows(const journal::Journal& journal) {
  std::map<uint64_t, journal::Row> rows;
  for (const Remembered& remembered : WhatIsRemembered()) {
    journal::Filter filter;
    filter.newest_first = true;
    filter.limit = static_cast<int>(remembered.most);
    for (RowKind kind : remembered.kinds) filter.kinds.push_back(static_cast<uint16_t>(kind));
    HOLDFAST_ASSIGN_OR_RETURN(std::vector<journal::Row> found, journal.Query(filter));
    for (journal::Row& row : found) rows.try_emplace(row.seq, std::move(row));
  }
  return rows;
}

// Each boot has rows, so that a mark of another boot than the newest row's is older than that.
bool IsOlder(const std::optional<Stamp>& mark, const Stamp& row) {
  return !mark || mark->boot != row.boot || mark->mono < row.mono;
}

}  // namespace

absl::StatusOr<Past> ReadPast(const journal::Journal& journal) {
  Past past;
  past.head = journal.head();
  past.acked_through = journal.acked_through();
  HOLDFAST_ASSIGN_OR_RETURN(past.last_alive, ReadAlive(journal));
  HOLDFAST_ASSIGN_OR_RETURN(const auto rows, RememberedRows(journal));
  std::optional<Stamp> newest;
  for (const auto& [seq, row] : rows) {
    // Opening a new journal writes its first row: it tells of this run, not of an earlier one.
    if (row.kind == static_cast<uint16_t>(RowKind::kEpochBegan)) continue;
    newest = row.at;
    past.clean_stop = row.kind == static_cast<uint16_t>(RowKind::kAgentStopped);
    absl::StatusOr<Event> event = wire::DecodeEvent(row.kind, row.payload_version, row.payload);
    if (event.ok()) past.rows.push_back({row.at, seq, *std::move(event)});
  }
  if (newest && IsOlder(past.last_alive, *newest)) past.last_alive = newest;
  return past;
}

absl::Status MarkAlive(journal::Journal& journal, const Stamp& now) {
  CanonicalWriter out;
  out.Raw({reinterpret_cast<const char*>(now.boot.bytes.data()), now.boot.bytes.size()});
  out.I64(now.mono.ns).I64(now.wall.ns);
  return journal.SetMeta(kAliveKey, out.str());
}

}  // namespace holdfast::agent
