#include "core/replay/replay.h"

#include <algorithm>
#include <tuple>

#include "core/replay/run.h"

namespace holdfast::replay {
namespace {

bool BeginsRun(const Row& row) {
  return std::holds_alternative<AgentStarted>(row.event);
}

// Attempts as they ended, on the recorded clocks.
void ReadAttempts(const std::vector<Row>& rows, std::map<Uuid, SessionModel>& sessions) {
  std::map<Uuid, SessionStatus> status;
  for (const Row& row : rows) {
    const auto* event = std::get_if<SessionEvent>(&row.event);
    if (event == nullptr) continue;
    const SessionStatus before = std::exchange(status[event->service], event->status);
    if (before != SessionStatus::kConnecting && before != SessionStatus::kDisconnecting) continue;
    if (event->status == SessionStatus::kConnected) {
      sessions[event->service].AddAttempt(row.at.mono, std::nullopt);
    } else if (event->status == SessionStatus::kDisconnected && event->cause != FailureCause::kStopCommand &&
               event->stop_reason && before == SessionStatus::kConnecting) {
      sessions[event->service].AddAttempt(row.at.mono, event->stop_reason);
    }
  }
}

void TallyRecorded(const RunRows& rows, Tally& tally) {
  Account account(tally);
  for (size_t i = rows.begin; i < rows.end; ++i) account.Take(rows.all[i].at.mono, rows.all[i].event);
  account.Close(rows.all[rows.end - 1].at.mono);
}

// Where the run begins in which `since` lies.
size_t FirstRun(const std::vector<Row>& rows, std::optional<WallTime> since) {
  size_t first = rows.size();
  for (size_t i = 0; i < rows.size(); ++i) {
    if (!BeginsRun(rows[i])) continue;
    if (first != rows.size() && (!since || rows[i].at.wall > *since)) break;
    first = i;
  }
  return first;
}

}  // namespace

Report Replay(const std::vector<Row>& rows, std::optional<WallTime> since, const PolicyOf& policy_of) {
  Report report;
  std::map<Uuid, SessionModel> sessions;
  ReadAttempts(rows, sessions);
  const size_t first = FirstRun(rows, since);
  std::vector<Row> past(rows.begin(), rows.begin() + static_cast<ptrdiff_t>(first));
  size_t begin = first;
  while (begin < rows.size()) {
    size_t end = begin + 1;
    while (end < rows.size() && !BeginsRun(rows[end])) ++end;
    const RunRows run{rows, begin, end};
    TallyRecorded(run, report.recorded);
    const size_t known = report.divergences.size();
    Run(run, policy_of, past, sessions, report).Replay();
    // What only the record has is noticed a moment after it was due.
    std::sort(report.divergences.begin() + static_cast<ptrdiff_t>(known), report.divergences.end(),
              [](const Divergence& a, const Divergence& b) {
                return std::tie(a.at.mono, a.seq) < std::tie(b.at.mono, b.seq);
              });
    report.rows += end - begin;
    ++report.runs;
    begin = end;
  }
  return report;
}

}  // namespace holdfast::replay
