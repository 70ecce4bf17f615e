// The agent's side of holdfast.v1.AgentService: enrolls, sends what the journal holds above the acknowledged
// row, fetches policy, renews its certificate. A state machine on one executor over plain messages; it
// decides nothing about services and enforcement never waits for it. Semantics: docs/protocol.md.
#pragma once

#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/time/time.h"
#include "agent/journal/strand.h"
#include "agent/platform/state_files.h"
#include "agent/uplink/batch.h"
#include "agent/uplink/identity.h"
#include "agent/uplink/pace.h"
#include "agent/uplink/policy_inbox.h"
#include "agent/uplink/section_tracker.h"
#include "agent/uplink/transport.h"
#include "base/error.h"
#include "base/timer.h"

namespace holdfast::uplink {

// What the uplink tells and asks the agent. Called on the executor.
class Host {
 public:
  virtual ~Host() = default;
  // The current state: names and bodies; hashes are filled in by the uplink.
  virtual std::vector<wire::StateSection> Sections() = 0;
  // A bundle with a good signature and version. kApplied: in force, beneath what has precedence over it,
  // which `error` then names; kFailed: not a valid policy, the last good one stays. Never kApplying: it is in
  // force when this returns, so no message could tell of a moment in between.
  virtual wire::PolicyStatus ApplyPolicy(const AcceptedPolicy& policy) = 0;
  // A bundle that was not even looked into: signature or version.
  virtual void PolicyRefused(const wire::PolicyBundle& bundle, const absl::Status& why) = 0;
  // Every order for this device that is not over, with each answer; `now` is the server's time.
  virtual void OrdersArrived(const std::vector<wire::SignedOrder>& orders,
                             const std::vector<std::string>& policy_keys, const Uuid& device,
                             ServerTime now) = 0;
  // Opens or closes an incident of the registry.
  virtual void Incident(const std::string& name, const std::string& key, const std::string& summary,
                        bool open) = 0;
  // The state as a person reads it, each time it changes; `error`: what led there, if anything did.
  virtual void StateChanged(const std::string& text, const std::string& error) = 0;
  // Whether the server was reached the last time; it may have refused.
  virtual void ServerReached(bool reached, const std::string& error) = 0;
};

struct Options {
  std::string agent_version;
  std::vector<std::string> features;
  wire::HardwareIdentity hardware;
  std::string token;                            // for Enroll; empty: none
  std::string server;                           // HOST:PORT, to show
  std::vector<std::string> pinned_policy_keys;  // raw; when there are any, the server cannot change them
  absl::Duration heartbeat = absl::Seconds(60);
};

// All must outlive the uplink.
struct Dependencies {
  Executor& executor;
  const Clock& clock;
  RandomSource& random;
  journal::Strand& journal;
  platform::StateFiles& files;
  AgentTransport& transport;
  PolicyInbox& inbox;
  Host& host;
};

enum class State { kNotEnrolled, kConnecting, kEnrolling, kOnline, kBackingOff, kRefused, kRevoked };

struct View {
  State state = State::kNotEnrolled;
  std::string text;  // "online", "refused: CLOCK_SKEW", ...
  std::string server;
  std::optional<Uuid> device;
  std::optional<WallTime> last_contact;
  std::optional<MonoTime> next_try;
  std::optional<uint64_t> acked_through;  // as the server said in this run
  std::string last_error;
  std::optional<wire::TimeAnchor> anchor;
};

class Uplink {
 public:
  Uplink(Options options, const Dependencies& dependencies);

  // Loads the identity and begins; one that cannot be read is tried again later, a damaged one is kept aside.
  // Call once.
  void Start();
  // Rows were added or the state changed: sent at once, together with what follows within 50 ms.
  void Changed();
  // From the policy; a reply may only lengthen it, to an hour at most.
  void SetHeartbeat(absl::Duration interval);
  // The network path came back or the machine woke: a waiting retry comes forward, spread over some seconds.
  // A server that asked to be left alone is left alone.
  void NetworkIsBack();
  // Says goodbye if there is a connection; `done` runs once, within about two seconds. After kShutdown and
  // kStop nothing more is sent.
  void SayGoodbye(wire::Goodbye why, std::function<void()> done);

  View view() const;

 private:
  // What a message in flight carries, to be settled by its answer.
  struct InFlight {
    Batch batch;
    std::vector<wire::StateSection> sections;
    bool full_state = false;
    Stamp sent;
    wire::Goodbye goodbye = wire::Goodbye::kNone;
  };

  // uplink.cc: life and schedule
  absl::Status Load();
  Stamp Now() const { return deps_.clock.Now(); }
  void SetState(State state);
  std::string StateText() const;
  void Run();
  void RunIn(absl::Duration delay);
  void Finish(bool more);
  void ScheduleHeartbeat();
  absl::Duration Interval() const;
  void TakeHeartbeat(absl::Duration asked);
  ServerTime ServerNow() const;
  void OpenIncident(const std::string& name, const std::string& key, const std::string& summary);
  void CloseIncidents();
  void StartWatch();
  void Reconnect();
  void OnNudge(const wire::WatchNudge& nudge);
  void BeginEpoch(const std::string& reason, std::function<void()> then);

  // enroll.cc: identity
  void Enroll();
  absl::StatusOr<wire::EnrollRequest> MakeEnrollRequest();
  void OnEnrolled(absl::StatusOr<wire::EnrollResponse> answer);
  absl::Status AdoptIdentity(const wire::EnrollResponse& answer);
  bool HasUnusedToken() const;
  bool RenewalDue() const;
  void Renew();
  void OnRenewed(const std::string& new_key_pem, absl::StatusOr<wire::RenewResponse> answer);
  bool TakeRotatedKeys(const wire::SyncResponse& answer);
  std::vector<std::string> PolicyKeys() const;
  const wire::TrustedKeys& Trusted();
  std::vector<std::string> KeysFor(const wire::SyncResponse& answer) const;
  void TakeTurns(const absl::Status& status);

  // sync.cc: messages
  void Sync(wire::Goodbye goodbye);
  void Send(Batch batch, wire::Goodbye goodbye);
  wire::SyncRequest MakeRequest(const InFlight& message);
  void WithMessageNumber(std::function<void()> then);
  void OnAnswer(const InFlight& message, absl::StatusOr<wire::SyncResponse> answer);
  void OnSynced(const InFlight& message, const wire::SyncResponse& answer);
  void TakeAnchor(const InFlight& message, const wire::SyncResponse& answer);
  void TakePolicy(const wire::PolicyBundle& bundle, const std::vector<std::string>& policy_keys);
  void TakeAcknowledgement(const InFlight& message, const wire::SyncResponse& answer, bool more);

  // refusals.cc: what each failure means
  void OnFailed(const InFlight* message, const absl::Status& status);
  void OnBadRequest(const InFlight* message, const absl::Status& status);
  void OnTooLarge(const InFlight* message, const absl::Status& status);
  void OnSequenceGap(const absl::Status& status);
  void OnChainFork(const std::string& detail);
  void OnRevoked(const absl::Status& status);
  void OnReenrollRequired(const absl::Status& status);
  void Quarantine(const InFlight& message, const absl::Status& status);
  void BackOff(State state, const absl::Status& status);
  void Refuse(const absl::Status& status);

  const Options options_;
  const Dependencies deps_;
  SplitMix64 jitter_;

  State state_ = State::kNotEnrolled;
  std::string refusal_;  // the reason behind kRefused
  std::string last_error_;
  std::optional<WallTime> last_contact_;
  std::optional<MonoTime> next_try_;
  std::vector<std::pair<std::string, std::string>> open_incidents_;  // name, key

  bool loaded_ = false;  // identity_ is what the disk holds
  std::optional<DeviceIdentity> identity_;
  bool reenroll_ = false;   // the certificate is good for nothing
  bool try_token_ = false;  // the next exchange is an Enroll, though the certificate may be good
  std::optional<Uuid> previous_device_;
  std::optional<DeviceIdentity> trusted_of_;  // whose keys trusted_ names
  wire::TrustedKeys trusted_;
  std::optional<WallTime> renewal_;  // when the certificate is two thirds old
  std::optional<MonoTime> renew_not_before_;
  bool renew_asked_ = false;  // by the server, whose authority is being replaced

  bool busy_ = false;       // one exchange at a time
  bool again_ = false;      // something changed meanwhile
  bool stopped_ = false;    // goodbye was said for good
  bool throttled_ = false;  // the server named the delay
  uint64_t exchange_ = 0;   // an answer to another exchange than this one is dropped
  std::function<void()> goodbye_done_;

  uint64_t message_number_ = 0;
  uint64_t reserved_through_ = 0;  // numbers up to here are used up, as far as the journal knows
  std::optional<Position> position_;
  bool with_rows_ = true;      // false once: to learn where the server stands, or what it refuses
  bool gap_answered_ = false;  // we have rewound since the last row was taken
  BatchSize batch_size_;
  SectionTracker sections_;
  std::optional<wire::TimeAnchor> anchor_;
  std::optional<wire::PolicyStatus> policy_status_;
  std::optional<Sha256Digest> refused_policy_;  // reported once, not with every answer
  absl::Duration policy_heartbeat_;
  absl::Duration reply_heartbeat_;  // as the last answer asked; zero: it did not

  Penalty penalty_;
  Penalty watch_penalty_;
  bool watching_ = false;
  uint64_t watch_ = 0;  // what an earlier stream says does not count
  Timer timer_;
  Timer watch_timer_;
  Lifetime lifetime_;
};

}  // namespace holdfast::uplink
