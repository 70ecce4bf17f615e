// What one message carries of the journal, read where the journal lives.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "proto/wire/agent_messages.h"
#include "storage/journal/journal.h"

namespace holdfast::uplink {

// A place in one epoch: everything up to `seq` is the server's.
struct Position {
  Epoch epoch = 0;
  uint64_t seq = 0;
};

struct BatchRequest {
  std::optional<Position> position;  // unset, or of another epoch: what the journal knows as acknowledged
  bool with_rows = true;
  size_t max_rows = 0;
  size_t max_bytes = 0;
};

struct Batch {
  absl::Status status;  // why the journal could not be read
  wire::ChainHead head;
  uint64_t from = 0;  // rows after this one were asked for
  std::optional<wire::RowFrame> frame;
  std::vector<wire::Quarantined> quarantined;  // those the server has not gone past yet
  bool more = false;                           // rows remain beyond this batch
};

Batch ReadBatch(journal::Journal& journal, const BatchRequest& request);

// Rows that the server will never take. Kept beside the log, of the current epoch only.
absl::StatusOr<std::vector<wire::Quarantined>> LoadQuarantine(const journal::Journal& journal);
absl::Status AddToQuarantine(journal::Journal& journal, const wire::Quarantined& rows);

}  // namespace holdfast::uplink
