// Rows into the store: each (device, epoch, seq) once, only where the hash chain holds.
#pragma once

#include <vector>

#include "absl/status/status.h"
#include "server/service/directory.h"
#include "server/service/time_estimate.h"

namespace holdfast::server {

struct Arrival {
  ServerTime received;
  std::optional<fleet::Anchor> anchor;  // usable
};

// The chain of this epoch; nullptr when no row of it is stored.
fleet::ChainRecord* FindChain(LiveDevice& device, Epoch epoch);

class Ingest {
 public:
  explicit Ingest(Context& context) : context_(context) {}

  // Inside a transaction. Stores what is new of the request's frame and appends it to `stored`. Refusals:
  // BAD_REQUEST (malformed or changed: incident chain_break), TOO_LARGE, CHAIN_FORK (incident chain_fork),
  // SEQUENCE_GAP (a message without rows is answered with what is stored; when rows still begin later after
  // that, they are taken and the hole is an incident journal_gap).
  absl::Status Take(LiveDevice& device, wire::SyncRequest& request, const Arrival& arrival,
                    std::vector<fleet::StoredRow>* stored);

 private:
  absl::Status CheckAgainstStored(LiveDevice& device, const wire::SyncRequest& request,
                                  const fleet::ChainRecord& chain, bool* hole);
  absl::Status Fork(LiveDevice& device, const std::string& what);
  absl::Status Store(LiveDevice& device, wire::SyncRequest& request, const Arrival& arrival,
                     fleet::ChainRecord& chain, bool hole, std::vector<fleet::StoredRow>* stored);
  absl::Status NoteHole(LiveDevice& device, const fleet::ChainRecord& chain, uint64_t first);

  Context& context_;
};

}  // namespace holdfast::server
