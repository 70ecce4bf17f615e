// The devices this server has spoken with, in memory: an idle check-in reads and writes nothing else. Last
// contacts are written in batches.
#pragma once

#include <map>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "server/service/context.h"

namespace holdfast::server {

struct LiveDevice {
  fleet::DeviceRecord record;
  std::vector<fleet::ChainRecord> chains;  // oldest first
  bool has_sections = false;
  bool stale = true;  // record, chains and has_sections must be read again

  // What only memory knows: after a restart of the server it is learned anew.
  std::string certificate;  // serial that was checked
  uint64_t message_number = 0;
  std::optional<Stamp> sent;   // of the newest message
  std::vector<Stamp> earlier;  // newest message of each earlier boot, newest boot last, bounded
  int returns = 0;             // new messages of boots that had ended
  std::optional<fleet::Anchor> stored_anchor;
  std::optional<std::pair<Epoch, uint64_t>> told;  // acked_through of the last answer after a gap
  std::optional<std::pair<Epoch, uint64_t>> gap;   // what was stored when rows were refused for a gap
  ServerTime complete_at;  // when all that the device had written was last known to be stored
};

class Directory {
 public:
  explicit Directory(Context& context) : context_(context) {}

  // nullptr when there is no such device. The pointer lives until Remove.
  absl::StatusOr<LiveDevice*> Find(const Uuid& id);
  // Its transaction was rolled back, or another part of the server changed it.
  void Invalidate(const Uuid& id);
  void InvalidateAll();

  void Contacted(LiveDevice& device, ServerTime at, int64_t clock_offset_ns, bool asleep);
  // Last contact as memory knows it, else the record's.
  void Refresh(fleet::DeviceRecord& record) const;
  // Inside a transaction. Call Flushed after its commit.
  absl::Status Flush();
  void Flushed() { dirty_.clear(); }

 private:
  absl::Status Load(const Uuid& id, LiveDevice& device, bool* found);

  Context& context_;
  std::map<Uuid, LiveDevice> devices_;
  std::map<fleet::DeviceKey, fleet::Contact> contacts_;  // everything learned since the start
  std::map<fleet::DeviceKey, fleet::Contact> dirty_;
};

}  // namespace holdfast::server
