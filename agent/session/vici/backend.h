// strongSwan's charon as a session back end, over its VICI socket: a real IKEv2 service under the engine on
// Linux.
//
// Each child of each connection is a service named CONNECTION/CHILD. What charon says is taken so:
//   connected      a child-updown event with up=yes, or a listed CHILD_SA that is installed. It means that
//   charon holds
//                  a security association, not that packets arrive: whether data flows is for the liveness
//                  probes.
//   disconnected   an updown event without `up` (its state is not looked at: it still reads ESTABLISHED when
//   a dead peer
//                  is given up), or charon's socket closed, since tunnels end with their daemon
//   connecting     from StartSession until charon's answer
//   disconnecting  from StopSession until the association is gone
//   reasserting    it was connected, and now charon does not answer (stopped, stuck), or its log says that
//   the path to
//                  the gateway is gone or unanswered. Under MOBIKE charon keeps the association through that
//                  without an event, and, having given up, for ever: so it is ended here after
//                  `reassert_timeout` of unanswered probing, as a session manager would, and told as stop
//                  reason 13.
// Causes come from charon's log: its answers and events carry none.
#pragma once

#include <cstdint>
#include <deque>
#include <map>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "agent/session/session.h"
#include "agent/session/vici/call.h"
#include "agent/session/vici/causes.h"
#include "agent/session/vici/feed.h"
#include "agent/session/vici/inventory.h"

namespace holdfast::vici {

struct ViciOptions {
  std::string socket_path = "/var/run/charon.vici";
  absl::Duration initiate_timeout = absl::Seconds(30);
  absl::Duration terminate_timeout = absl::Seconds(3);  // for a peer's answer to our DELETE
  absl::Duration answer_within = absl::Seconds(5);      // charon's, beyond what a command may take
  // From the first unanswered probe of a path; charon probes each 2.5 s.
  absl::Duration reassert_timeout = absl::Seconds(5);
  // charon does not tell when its configuration changes, so it is asked.
  absl::Duration list_every = absl::Seconds(10);
  // A charon that has just started has no connections until its configuration is loaded.
  absl::Duration reload_grace = absl::Seconds(3);
};

class ViciBackend final : public session::Backend {
 public:
  ViciBackend(PollExecutor& executor, const Clock& clock, ViciOptions options);
  ~ViciBackend() override;

  absl::Status Begin(session::Listener* listener) override;
  absl::Status StartSession(const Uuid& service, std::optional<uint32_t> as_uid) override;
  absl::Status StopSession(const Uuid& service) override;
  void CountInbound(const Uuid& service, std::function<void(absl::StatusOr<uint64_t>)> done) override;
  std::vector<session::Capability> Capabilities() const override;
  std::string Name() const override { return "vici"; }

 private:
  struct Tracked {
    ViciService service;
    SessionStatus status = SessionStatus::kInvalid;
    uint64_t generation = 0;
    uint64_t command = 0;  // of the newest start or stop: answers to older ones are dropped
    bool busy = false;     // that command is not answered yet
    std::set<std::pair<std::string, std::string>> associations;  // ids of IKE_SA and CHILD_SA
    bool down_pending = false;      // it is down, and the line that says why is awaited
    std::string ended_ike;          // id of the IKE_SA that went down last
    bool path_lost = false;         // charon does not know a path that works
    uint64_t probing = 0;           // number of the probing under way; 0: none
    std::optional<Cause> given_up;  // we end it, and this is why
  };
  using Answer = absl::StatusOr<Reply>;

  void Opened();
  void Lost(const absl::Status& status);
  void Event(const std::string& name, const Section& message);
  void ChildUpdown(bool up, const Section& message);
  void IkeDown(const std::vector<std::string>& ike_ids);
  void Forget(Tracked& tracked, const std::string& ike_id, const std::string* child_id);

  void List();
  void Listed(uint64_t updowns, std::vector<ViciService> services, const std::vector<Section>& associations);
  void ListFailed(const absl::Status& status);
  void Install(std::vector<ViciService> services);
  bool StillLoading(const std::vector<ViciService>& services) const;
  void TakeAssociations(const std::vector<Section>& events);
  void Settle(Tracked& tracked);

  void Initiate(Tracked& tracked);
  void Initiated(const Uuid& id, uint64_t command, const Answer& answer);
  void NotStarted(Tracked& tracked, const Answer& answer);
  void GiveUp(Tracked& tracked, const Cause& cause);
  void Terminate(Tracked& tracked, Call::Done done);
  void Path(const std::string& connection, PathNews news, const std::string& line);
  void PathLost(Tracked& tracked, PathNews news, const std::string& line);
  void Abandon(const std::string& connection, const std::string& line);
  void Terminated(const Uuid& id, uint64_t command);
  bool HasConnectedSibling(const Tracked& tracked) const;

  void Run(Command command, Call::Done done);
  void After(absl::Duration delay, std::function<void()> work);
  void Report(Tracked& tracked, SessionStatus status, const std::optional<Cause>& cause = std::nullopt);
  std::optional<Cause> CauseOfDown(const Tracked& tracked) const;
  void ReportDownSoon(Tracked& tracked);
  void ReportDown(Tracked& tracked);
  Tracked* Find(const Uuid& id);

  PollExecutor& executor_;
  const Clock& clock_;
  const ViciOptions options_;
  session::Listener* listener_ = nullptr;
  bool open_ = false;  // the feed stands
  bool was_lost_ = false;
  bool installed_told_ = false;
  bool tell_all_ = false;  // every status is to be told with the next listing
  bool listing_ = false;
  bool list_again_ = false;
  MonoTime opened_at_;
  uint64_t updowns_ = 0;  // events so far: a listing that one crossed is out of date
  uint64_t last_call_ = 0;
  uint64_t last_probing_ = 0;
  std::map<Uuid, Tracked> services_;
  std::deque<std::string> dead_ikes_;  // reported down: a listing may still show them for a moment
  LogTail log_;
  std::map<uint64_t, std::unique_ptr<Call>> calls_;
  Timer list_timer_;
  Lifetime lifetime_;
  EventFeed feed_;
};

}  // namespace holdfast::vici
