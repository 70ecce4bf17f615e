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

// What core/event/remembered.h names, without rows of kinds that this build does not know.
absl::StatusOr<Past> ReadPast(const journal::Journal& journal);

// The mark that says "alive at" without a row.
absl::Status MarkAlive(journal::Journal& journal, const Stamp& now);

}  // namespace holdfast::agent
