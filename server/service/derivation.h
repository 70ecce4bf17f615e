// What new rows change beside themselves: current verdicts, incidents, the timeline that compliance is
// counted from, the posture. One object for the rows of one device in one message, inside the caller's
// transaction.
#pragma once

#include <map>
#include <set>
#include <string>

#include "absl/status/status.h"
#include "core/event/event.h"
#include "server/service/device_state.h"
#include "server/service/time_estimate.h"

namespace holdfast::server {

class Derivation {
 public:
  // `chain` is the one the rows belong to; `complete_at` the last moment at which everything that the device
  // had written was stored here.
  Derivation(Context& context, LiveDevice& device, const fleet::ChainRecord& chain, TimeEstimator& estimator,
             ServerTime complete_at)
      : context_(context), device_(device), chain_(chain), estimator_(estimator), complete_at_(complete_at) {}

  // In order, after the row is stored. Rows of kinds or versions that this build does not know change
  // nothing.
  absl::Status Apply(const fleet::StoredRow& row);
  absl::Status Finish();

  // The history from `from` to `to` is missing.
  // Of the past: days that were kept without it are forgotten.
  absl::Status Store(const fleet::TimelinePoint& point);
  absl::Status AddGap(uint64_t seq, ServerTime from, const Estimate& to);

 private:
  absl::Status On(const fleet::StoredRow& row, const EpochBegan& event);
  absl::Status On(const fleet::StoredRow& row, const Gap& event);
  absl::Status On(const fleet::StoredRow& row, const AgentStarted& event);
  absl::Status On(const fleet::StoredRow& row, const AgentStopped& event);
  absl::Status On(const fleet::StoredRow& row, const Verdict& event);
  absl::Status On(const fleet::StoredRow& row, const IncidentOpened& event);
  absl::Status On(const fleet::StoredRow& row, const IncidentClosed& event);

  absl::Status AddPoint(const fleet::StoredRow& row, compliance::Point point);
  // Every required key becomes this.
  absl::Status SetAll(const fleet::StoredRow& row, TimeClass time_class, const std::string& cause);
  absl::Status LoadVerdicts();
  absl::StatusOr<ServerTime> KnownBefore(uint64_t seq);

  Context& context_;
  LiveDevice& device_;
  const fleet::ChainRecord& chain_;
  TimeEstimator& estimator_;
  ServerTime complete_at_;
  bool verdicts_loaded_ = false;
  std::map<std::string, fleet::CurrentVerdict> verdicts_;
  std::set<std::string> changed_;
  bool incidents_changed_ = false;
};

}  // namespace holdfast::server
