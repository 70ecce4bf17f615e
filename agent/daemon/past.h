// What an earlier run left in the journal that this one must know.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "core/event/event.h"
#include "storage/journal/journal.h"

namespace holdfast::agent {

struct PastRow {
  Stamp at;
  uint64_t seq = 0;
  Event event;
};

struct Past {
  std::vector<PastRow> rows;  // ascending
  std::optional<Stamp> last_alive;
  bool clean_stop = false;
  journal::Head head;
  uint64_t acked_through = 0;
};

// The last day's rows and all open questions (incidents, overrides), bounded so that reading them fits into a
// start of 300 ms. Rows of kinds this build does not know are left out.
absl::StatusOr<Past> ReadPast(const journal::Journal& journal, WallTime now);

// The mark that says "alive at" without a row.
absl::Status MarkAlive(journal::Journal& journal, const Stamp& now);

}  // namespace holdfast::agent
