// Reads every stored row again, a slice at a time, and recomputes the chains: a start checks only what must
// be whole to answer at all, so damage deeper down would otherwise show when somebody needs the row.
#pragma once

#include <optional>

#include "absl/status/status.h"
#include "server/service/context.h"
#include "server/service/directory.h"

namespace holdfast::server {

class RowCheck {
 public:
  RowCheck(Context& context, Directory& directory) : context_(context), directory_(directory) {}

  // The next slice: some ten milliseconds. A round through all rows begins with the server and then once a
  // day. DATA_LOSS once per damaged chain and round, naming device, epoch and row; the device then also has
  // the incident chain_break. Not inside a transaction.
  absl::Status Slice();

 private:
  struct Damage {
    fleet::DeviceKey device;
    Epoch epoch;
    std::string what;
  };
  absl::Status CheckRow(const fleet::StoredRow& row);
  absl::Status EndOfChain();
  absl::Status Report(const Damage& damage);
  void EndRound();

  Context& context_;
  Directory& directory_;
  std::optional<fleet::StoredRow> last_;  // the last row read in this round
  bool told_ = false;                     // of last_'s chain
  ServerTime round_began_;
  ServerTime next_round_;
};

}  // namespace holdfast::server
