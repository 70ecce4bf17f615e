// The devices this server has spoken with, in memory: an idle check-in reads and writes nothing else. Last
// contacts are written in batches.
#pragma once

#include <map>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "absl/functional/function_ref.h"
#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "server/service/context.h"

namespace holdfast::server {

// Since when a device is not as it should be, as far as a roll-out is concerned.
struct Trouble {
  ServerTime since;
  bool silent = false;   // else a violation
  bool settled = false;  // it was counted, or is none of a roll-out's business
};

struct LiveDevice {
  fleet::DeviceRecord record;
  std::vector<fleet::ChainRecord> chains;  // oldest first
  bool has_sections = false;
  std::optional<fleet::HandedPolicy> handed;
  std::optional<fleet::KeyEvidence> keys;
  bool stale = true;  // what stands above must be read again

  // What only memory knows: after a restart of the server it is learned anew.
  std::string certificate;  // serial that was checked
  std::string authority;    // id of the one that issued it
  uint64_t message_number = 0;
  std::optional<Stamp> sent;   // of the newest message
  std::vector<Stamp> earlier;  // newest message of each earlier boot, newest boot last, bounded
  int returns = 0;             // new messages of boots that had ended
  ServerTime copy_seen;        // when another machine last showed itself under this identity
  std::optional<fleet::Anchor> stored_anchor;
  std::optional<std::pair<Epoch, uint64_t>> told;  // acked_through of the last answer after a gap
  std::optional<std::pair<Epoch, uint64_t>> gap;   // what was stored when rows were refused for a gap
  std::optional<Trouble> trouble;
  bool looked_at =
      false;  // whether it was heard of since the start, so that its trouble began under our eyes
  ServerTime complete_at;  // when all that the device had written was last known to be stored
};

class Directory {
 public:
  explicit Directory(Context& context) : context_(context) {}

  // nullptr when there is no such device. The pointer lives until Remove.
  absl::StatusOr<LiveDevice*> Find(const Uuid& id);
  // The same of those in memory only.
  LiveDevice* Peek(const Uuid& id);
  // Of those in memory.
  int Count(absl::FunctionRef<bool(const LiveDevice&)> wanted) const;
  // Its transaction was rolled back, or another part of the server changed it.
  void Invalidate(const Uuid& id);
  void InvalidateAll();

  void Contacted(LiveDevice& device, fleet::Contact contact);
  // Last contact as memory knows it, else the record's.
  void Refresh(fleet::DeviceRecord& record) const;
  bool has_unflushed() const { return !dirty_.empty(); }
  // By device.
  std::vector<fleet::Contact> Unflushed() const;
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
