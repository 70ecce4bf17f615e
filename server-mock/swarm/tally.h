// What a swarm has seen, as numbers. Of one executor.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/time/time.h"
#include "base/time.h"

namespace holdfast::swarm {

// Durations, all of them kept: an hour of 10,000 agents is some megabytes, and no percentile is estimated.
class Latencies {
 public:
  void Add(absl::Duration took) { seconds_.push_back(static_cast<float>(absl::ToDoubleSeconds(took))); }
  size_t count() const { return seconds_.size(); }
  // The smallest that at least `share` (0..1) of them do not exceed; zero without any.
  absl::Duration Percentile(double share) const;

 private:
  mutable std::vector<float> seconds_;
};

struct Tally {
  uint64_t rows_written = 0, rows_acked = 0;
  uint64_t syncs = 0, enrollments = 0;
  Latencies enroll, sync, row;               // `row`: from written to acknowledged
  std::map<std::string, uint64_t> failures;  // of calls, by reason or code
  uint64_t lost_on_purpose = 0, doubled_on_purpose = 0;
  std::map<std::string, uint64_t> incidents;  // opened by the uplinks, by name

  // Under the reason that the server named, else the status code.
  void Failed(const absl::Status& status);
};

// How a swarm comes back after something happened to its server: which share of the agents has had an answer
// since then, and when.
class Recovery {
 public:
  Recovery(MonoTime since, size_t agents) : since_(since), back_(agents, false) {}
  // The agent had an answer to a call it began after `since`.
  void Answered(size_t agent, MonoTime now);
  size_t back() const { return back_count_; }
  size_t agents() const { return back_.size(); }
  MonoTime since() const { return since_; }
  // Until half, 99 % and all of them were back; nothing while it is not so.
  std::optional<absl::Duration> half() const { return half_; }
  std::optional<absl::Duration> most() const { return most_; }
  std::optional<absl::Duration> all() const { return all_; }

 private:
  const MonoTime since_;
  std::vector<bool> back_;
  size_t back_count_ = 0;
  std::optional<absl::Duration> half_, most_, all_;
};

}  // namespace holdfast::swarm
