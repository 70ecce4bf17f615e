// A server that behaves: it issues certificates, checks the chain, stores rows once, signs policies, and
// fails when told to. It stands where gRPC would, in virtual time.
#pragma once

#include <deque>
#include <functional>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "agent/uplink/transport.h"
#include "base/crypto/authority.h"
#include "base/crypto/keys.h"
#include "base/error.h"
#include "base/random.h"
#include "core/policy/bundle.h"
#include "sim/virtual_time.h"

namespace holdfast::uplink {

class FakeServer final : public AgentTransport {
 public:
  // What happens to one call: refused before it is processed, processed with the answer lost, processed
  // twice, or answered twice.
  struct Fault {
    absl::Status refuse;
    bool lose_answer = false;
    bool process_twice = false;
    bool answer_twice = false;
  };

  explicit FakeServer(sim::VirtualTime& time);

  // --- what tests set
  bool reachable = true;
  bool known = true;  // false: the server has forgotten the device
  bool revoked = false;
  bool clock_skew = false;
  absl::Duration latency = absl::Milliseconds(40);
  absl::Duration server_ahead = absl::ZeroDuration();  // of the device's wall clock
  absl::Duration certificate_lifetime = absl::Hours(24 * 90);
  absl::Duration heartbeat;
  std::set<uint64_t> poison;                 // rows that are refused as a bad request
  size_t most_rows = 1'000'000;              // in one frame, else TOO_LARGE
  std::string poison_section;                // a section that is refused as a bad request
  std::deque<Fault> faults;                  // for the next calls of Sync
  std::deque<absl::Status> enroll_refusals;  // for the next calls of Enroll
  std::optional<wire::PolicyBundle> policy;
  bool want_full_state = false;  // once
  std::string code_key;
  std::vector<wire::SignedOrder> orders;
  std::vector<std::string> policy_keys;
  bool renew = false;  // until the next renewal
  crypto::PrivateKey policy_key;

  // --- what tests look at
  std::map<uint64_t, journal::Row> rows;  // of the current epoch
  std::map<Epoch, size_t> epochs;         // rows by epoch, all that were ever stored
  std::vector<wire::SyncRequest> syncs;   // all that arrived
  std::vector<MonoTime> sync_times;       // all that were sent, arrived or not
  std::vector<wire::EnrollRequest> enrolls;
  int renewals = 0;
  int watches = 0;
  Identity identity;
  Uuid device = Uuid::FromName("device");

  wire::PolicyBundle Sign(uint64_t version, const std::string& document,
                          const std::string& group = "default") const;
  // Restored from a backup.
  void ForgetRowsAbove(uint64_t seq);
  // Another copy of this device's journal was here before.
  void PretendToHave(uint64_t seq) { acked_ = seq; }
  void Nudge(absl::Duration max_jitter);
  void CutWatch(const absl::Status& why);

  void SetIdentity(const Identity& given) override { identity = given; }
  void Enroll(const wire::EnrollRequest& request, absl::Duration deadline,
              Callback<wire::EnrollResponse> done) override;
  void Sync(const wire::SyncRequest& request, absl::Duration deadline,
            Callback<wire::SyncResponse> done) override;
  void Renew(const wire::RenewRequest& request, absl::Duration deadline,
             Callback<wire::RenewResponse> done) override;
  void Watch(const Uuid& device, std::function<void(wire::WatchNudge)> nudge,
             std::function<void(absl::Status)> closed) override;

 private:
  ServerTime Now() const { return ServerTime{time_.Now().wall.ns} + server_ahead; }
  void In(absl::Duration delay, std::function<void()> work);
  absl::StatusOr<wire::SyncResponse> Process(const wire::SyncRequest& request);
  absl::Status Store(const wire::SyncRequest& request);
  absl::Status StoreFrame(const wire::SyncRequest& request);

  sim::VirtualTime& time_;
  SeededRandom random_{77};
  crypto::Authority authority_;
  std::optional<Epoch> epoch_;
  uint64_t acked_ = 0;
  Sha256Digest head_{};
  std::function<void(wire::WatchNudge)> nudge_;
  std::function<void(absl::Status)> closed_;
};

}  // namespace holdfast::uplink
