// A device as the server sees one: keys, a hash-chained log in memory, clocks of its own. It does what it is
// told, also what no honest device would do.
#pragma once

#include <string>
#include <vector>

#include "base/crypto/keys.h"
#include "core/event/event.h"
#include "tests/server/service/world.h"

namespace holdfast::server {

class TestDevice {
 public:
  TestDevice(World& world, const std::string& name);

  wire::EnrollRequest EnrollRequest(const std::string& token) const;
  absl::StatusOr<wire::EnrollResponse> Enroll(const std::string& token);
  // With a token of its own; the test fails when it is refused.
  TestDevice& EnrollNow();
  void NewKey();
  Peer AsPeer() const { return {id, serial, "198.51.100.7"}; }

  // A row now, by the device's clocks.
  journal::Row& Write(const Event& event);
  void WriteVerdict(TimeClass time_class, const std::string& cause = "", const std::string& key = "corp");
  // Both the server's clock and the device's go on.
  void Advance(absl::Duration d);
  // Another boot: the monotonic clock starts again.
  void Reboot();
  void BeginEpoch();

  // Rows [first, last], 0 for last: all. No frame when there are none.
  wire::SyncRequest Request(uint64_t first, uint64_t last = 0);
  absl::StatusOr<wire::SyncResponse> Sync(const wire::SyncRequest& request) const;
  // Everything the server has not acknowledged.
  absl::StatusOr<wire::SyncResponse> SyncNow();

  World& world;
  wire::HardwareIdentity hardware;
  crypto::PrivateKey key;
  Uuid id;
  std::string serial;  // of the certificate
  Epoch epoch = 1;
  std::vector<journal::Row> rows;  // of the epoch, from 1
  Stamp now;
  uint64_t message_number = 0;
  uint64_t acked = 0;
  std::optional<wire::TimeAnchor> anchor;
};

}  // namespace holdfast::server
