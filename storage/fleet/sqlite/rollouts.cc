#include "base/error.h"
#include "storage/fleet/sqlite/columns.h"
#include "storage/fleet/sqlite/sqlite_store.h"

namespace holdfast::fleet {
namespace {

// A number that no state has, in a damaged column, must not look like a failure.
HandedState StateAt(const sqlite::Statement& s, int column) {
  const int64_t value = s.Int(column);
  const bool known = value >= static_cast<int64_t>(HandedState::kOffered) &&
                     value <= static_cast<int64_t>(HandedState::kSilent);
  return known ? static_cast<HandedState>(value) : HandedState::kApplied;
}

int& CountOf(HandedCounts& counts, HandedState state) {
  switch (state) {
    case HandedState::kOffered:
      return counts.pending;
    case HandedState::kApplied:
      return counts.applied;
    case HandedState::kRejected:
      return counts.rejected;
    case HandedState::kViolation:
      return counts.violations;
    case HandedState::kSilent:
      break;
  }
  return counts.silent;
}

}  // namespace

absl::Status SqliteFleetStore::PutRollout(const RolloutRecord& r) {
  HOLDFAST_ASSIGN_OR_RETURN(
      auto put, db_->Prepare("INSERT OR REPLACE INTO rollouts(device_group, version, percent, halt_rate, "
                             "halted, halted_by, halted_why, counted_from, expected) "
                             "VALUES(?,?,?,?,?,?,?,?,?)"));
  put.BindAll(r.group, r.version, r.percent, r.halt_on_failure_rate, std::nullopt, r.halted_by, r.halted_why,
              r.counted_from.ns, r.expected_millionths);
  if (r.halted) put.Bind(5, r.halted->ns);
  return put.Run();
}

absl::StatusOr<std::optional<RolloutRecord>> SqliteFleetStore::FindRollout(const std::string& group,
                                                                           uint64_t version) {
  HOLDFAST_ASSIGN_OR_RETURN(
      auto find, db_->Prepare("SELECT percent, halt_rate, halted, halted_by, halted_why, counted_from, "
                              "expected FROM rollouts WHERE device_group=? AND version=?"));
  HOLDFAST_ASSIGN_OR_RETURN(const bool found, find.BindAll(group, version).Step());
  if (!found) return std::nullopt;
  RolloutRecord out{.group = group,
                    .version = version,
                    .percent = static_cast<int>(find.Int(0)),
                    .halt_on_failure_rate = find.Real(1),
                    .halted = std::nullopt,
                    .halted_by = TextAt(find, 3),
                    .halted_why = TextAt(find, 4),
                    .counted_from = TimeAt(find, 5),
                    .expected_millionths = find.Int(6)};
  if (!find.IsNull(2)) out.halted = TimeAt(find, 2);
  return out;
}

absl::Status SqliteFleetStore::PutHanded(DeviceKey device, const HandedPolicy& h) {
  HOLDFAST_ASSIGN_OR_RETURN(
      auto put,
      db_->Prepare("INSERT OR REPLACE INTO handed(device, device_group, version, state, at, counted) "
                   "VALUES(?,?,?,?,?,?)"));
  return put.BindAll(device, h.group, h.version, static_cast<int>(h.state), h.at.ns, h.counted).Run();
}

absl::StatusOr<std::optional<HandedPolicy>> SqliteFleetStore::FindHanded(DeviceKey device) {
  HOLDFAST_ASSIGN_OR_RETURN(
      auto find, db_->Prepare("SELECT device_group, version, state, at, counted FROM handed WHERE device=?"));
  HOLDFAST_ASSIGN_OR_RETURN(const bool found, find.Bind(1, device).Step());
  if (!found) return std::nullopt;
  return HandedPolicy{.group = TextAt(find, 0),
                      .version = find.U64(1),
                      .state = StateAt(find, 2),
                      .at = TimeAt(find, 3),
                      .counted = find.Int(4) != 0};
}

absl::StatusOr<HandedCounts> SqliteFleetStore::CountHanded(const RolloutRecord& rollout,
                                                           ServerTime watched_from) {
  HOLDFAST_ASSIGN_OR_RETURN(auto count, db_->Prepare("SELECT state, count(*), sum(counted AND at >= ?3), "
                                                     "sum(counted AND at >= ?3 AND at > ?4) FROM handed "
                                                     "WHERE version=?1 AND device_group=?2 GROUP BY state"));
  count.BindAll(rollout.version, rollout.group, rollout.counted_from.ns, watched_from.ns);
  HandedCounts out;
  while (true) {
    HOLDFAST_ASSIGN_OR_RETURN(const bool more, count.Step());
    if (!more) return out;
    const HandedState state = StateAt(count, 0);
    const int devices = static_cast<int>(count.Int(1)), counted = static_cast<int>(count.Int(2));
    CountOf(out, state) += devices;
    out.offered += devices;
    out.counted += counted;
    if (state >= HandedState::kRejected) out.failed += counted;
    if (state != HandedState::kRejected) out.watched += static_cast<int>(count.Int(3));
  }
}

}  // namespace holdfast::fleet
