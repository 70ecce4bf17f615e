// A policy over recorded rows: what it would have done. A model, not a proof: inputs are taken as they were
// recorded, but what sessions would have done after another decision is guessed from what they did. Where the
// model first leaves the record is said. Pure.
#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "absl/time/time.h"
#include "base/sha256.h"
#include "base/time.h"
#include "core/event/event.h"
#include "core/policy/policy.h"

namespace holdfast::replay {

// A journal's row, decoded.
struct Row {
  uint64_t seq = 0;
  Stamp at;
  Sha256Digest hash{};
  Event event;
};

// What a stretch of history comes to.
struct Tally {
  int starts = 0;                                    // commands of ours, without a person's
  int stops = 0;                                     // each takes a tunnel from a person for a moment
  int noted = 0;                                     // audit: would have been sent
  int notifications = 0;                             // shown to the person
  std::map<std::string, absl::Duration> violations;  // by cause, over all services
  std::map<TimeClass, absl::Duration> classes;       // over all services
};

struct Divergence {
  uint64_t seq = 0;  // of the recorded row, or the last one before
  Stamp at;
  std::string what;  // "the record has ...; the replay ..."
};

struct Report {
  size_t rows = 0;
  int runs = 0;  // of the agent
  std::optional<Stamp> from, to;
  Tally recorded, replayed;             // notifications are not recorded: 0 there
  std::vector<Divergence> divergences;  // the first ones
  size_t divergence_count = 0;
};

// The policy under which the replay goes on after that change; nullptr: the one before stays.
using PolicyOf = std::function<std::shared_ptr<const Policy>(const PolicyChange& change)>;

// `rows`: consecutive and ascending. Begins with the run of the agent in which `since` lies (nothing: the
// first one whose beginning is there); what lies before it is what that run remembers.
Report Replay(const std::vector<Row>& rows, std::optional<WallTime> since, const PolicyOf& policy_of);

}  // namespace holdfast::replay
