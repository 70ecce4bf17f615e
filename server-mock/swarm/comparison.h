// Whether what a server stored is what a swarm wrote: asked of the server as an admin would, row by row.
#pragma once

#include <cstdint>
#include <map>
#include <string>

#include "absl/status/statusor.h"
#include "server-mock/swarm/swarm.h"
#include "server/admin/connection.h"

namespace holdfast::swarm {

struct Comparison {
  uint64_t devices = 0, rows = 0;        // of the server, that were looked at
  uint64_t missing = 0, doubled = 0;     // rows
  uint64_t different = 0, invented = 0;  // rows: by their hash, which covers all of it and the row before
  uint64_t heads_that_differ = 0;        // devices
  uint64_t never_enrolled = 0;           // agents
  uint64_t epochs_begun_anew = 0;        // agents that had to set their journal aside
  std::map<std::string, int> incidents;  // of the server, about chains and identities
  std::string first_difference;          // for people
  bool equal() const {
    return missing + doubled + different + invented + heads_that_differ + never_enrolled +
                   epochs_begun_anew ==
               0 &&
           incidents.empty();
  }
};

// Blocks until all of it was read.
absl::StatusOr<Comparison> Compare(const Swarm& swarm, admin::AdminClient& server);

}  // namespace holdfast::swarm
