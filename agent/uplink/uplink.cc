// Life and schedule. At any time either an exchange is under way (busy_) or timer_ says when the next one
// begins, except when there is nobody to talk to.
#include "agent/uplink/uplink.h"

#include <algorithm>
#include <utility>

#include "absl/strings/str_cat.h"

namespace holdfast::uplink {
namespace {

constexpr absl::Duration kCoalesce = absl::Milliseconds(50);
constexpr absl::Duration kFirstContactSpread = absl::Seconds(10);
constexpr absl::Duration kComeBackSpread = absl::Seconds(5);
constexpr absl::Duration kLongestInterval = absl::Hours(24);
// A policy is signed, a reply is not: whoever answers in the server's place must not silence a fleet for
// longer than it takes to notice. Silence of a day is an incident; an hour leaves it many tries.
constexpr absl::Duration kLongestAsked = absl::Hours(1);

constexpr BackoffPolicy kBackoff{absl::Seconds(1), 2.0, absl::Seconds(300), 0.5};

}  // namespace

Uplink::Uplink(Options options, const Dependencies& dependencies)
    : options_(std::move(options)),
      deps_(dependencies),
      jitter_{dependencies.random.Next64()},
      policy_heartbeat_(options_.heartbeat),
      penalty_(kBackoff),
      watch_penalty_(kBackoff),
      timer_(dependencies.executor),
      watch_timer_(dependencies.executor) {}

absl::Status Uplink::Load() {
  absl::StatusOr<std::optional<DeviceIdentity>> loaded = LoadIdentity(deps_.files);
  if (absl::IsDataLoss(loaded.status())) {
    last_error_ = std::string(loaded.status().message());
    HOLDFAST_ASSIGN_OR_RETURN(const std::optional<std::string> damaged, deps_.files.Read(kIdentityFile));
    loaded = std::optional<DeviceIdentity>();
    if (damaged) HOLDFAST_RETURN_IF_ERROR(deps_.files.Write(kDamagedIdentityFile, *damaged));
  }
  HOLDFAST_RETURN_IF_ERROR(loaded.status());
  identity_ = *std::move(loaded);
  loaded_ = true;
  return absl::OkStatus();
}

void Uplink::Start() {
  // An identity that cannot be read just now may be a good one: a new key over it would lock the device out.
  if (absl::Status loaded = Load(); !loaded.ok()) {
    BackOff(State::kBackingOff, Annotate(loaded, "reading the device's identity"));
    return;
  }
  if (identity_ && !identity_->MadeFor(options_.hardware)) {
    const bool was_enrolled = identity_->enrolled();
    identity_.reset();
    if (was_enrolled) {
      OpenIncident("clone_conflict", "", "this identity was made for other hardware: enrolling anew");
      busy_ = true;
      BeginEpoch("re_enrolled: the hardware changed", [this] {
        busy_ = false;
        RunIn(absl::ZeroDuration());
      });
      return;
    }
  }
  if (identity_ && identity_->enrolled()) {
    SetState(State::kConnecting);
    Reconnect();
    RunIn(HeartbeatOffset(identity_->device_id, std::min(Interval(), kFirstContactSpread)));
    return;
  }
  RunIn(absl::ZeroDuration());
}

void Uplink::Changed() {
  if (busy_) {
    again_ = true;
    return;
  }
  if (state_ != State::kOnline || stopped_) return;
  const MonoTime due = Now().mono + kCoalesce;
  if (!next_try_ || *next_try_ > due) RunIn(kCoalesce);
}

void Uplink::SetHeartbeat(absl::Duration interval) {
  if (interval == policy_heartbeat_) return;
  policy_heartbeat_ = interval;
  if (!busy_ && state_ == State::kOnline) ScheduleHeartbeat();
}

void Uplink::NetworkIsBack() {
  if (state_ == State::kConnecting) return;  // the first contact has its own moment, spread over the fleet
  if (busy_ || stopped_ || throttled_ || !next_try_ || state_ == State::kRefused) return;
  const absl::Duration soon = kComeBackSpread * jitter_.Uniform();
  if (*next_try_ - Now().mono > soon) RunIn(soon);
}

void Uplink::SayGoodbye(wire::Goodbye why, std::function<void()> done) {
  const bool for_good = why != wire::Goodbye::kSleep;
  if (state_ != State::kOnline || stopped_) {
    stopped_ = stopped_ || for_good;
    deps_.executor.Post(std::move(done));
    return;
  }
  stopped_ = for_good;
  ++exchange_;  // what is in flight is told again after the wake or by the next run
  timer_.Cancel();
  busy_ = true;
  goodbye_done_ = std::move(done);
  Sync(why);
}

void Uplink::SetState(State state) {
  const std::string before = StateText();
  state_ = state;
  const std::string text = StateText();
  if (text == before) return;
  // The last error explains a state that is one; a new attempt does not need the old one's again.
  const bool trying = state_ == State::kConnecting || state_ == State::kEnrolling;
  deps_.host.StateChanged(text, trying ? "" : last_error_);
  const bool reached = state == State::kOnline || state == State::kRefused || state == State::kRevoked;
  if (reached || state == State::kBackingOff) deps_.host.ServerReached(reached, reached ? "" : last_error_);
}

std::string Uplink::StateText() const {
  switch (state_) {
    case State::kNotEnrolled:
      return "not enrolled";
    case State::kConnecting:
      return "connecting";
    case State::kEnrolling:
      return "enrolling";
    case State::kOnline:
      return "online";
    case State::kBackingOff:
      return "backing off";
    case State::kRefused:
      return absl::StrCat("refused: ", refusal_);
    case State::kRevoked:
      return "revoked";
  }
  return "";
}

void Uplink::Run() {
  next_try_.reset();
  throttled_ = false;
  if (busy_ || stopped_ || state_ == State::kRevoked) return;
  if (!loaded_) return Start();
  busy_ = true;
  again_ = false;
  if (!identity_ || !identity_->enrolled() || reenroll_ || try_token_) {
    Enroll();
  } else {
    Sync(wire::Goodbye::kNone);
  }
}

void Uplink::RunIn(absl::Duration delay) {
  next_try_ = Now().mono + delay;
  timer_.Set(*next_try_, [this] { Run(); });
}

void Uplink::Finish(bool more) {
  busy_ = false;
  if (stopped_) return;
  if (more || again_) {
    RunIn(more ? absl::ZeroDuration() : kCoalesce);
  } else {
    ScheduleHeartbeat();
  }
}

void Uplink::ScheduleHeartbeat() {
  RunIn(UntilHeartbeat(identity_->device_id, ServerNow(), Interval(), jitter_));
}

absl::Duration Uplink::Interval() const {
  return std::clamp(std::max(policy_heartbeat_, reply_heartbeat_), absl::Seconds(1), kLongestInterval);
}

// Each answer says anew what the server asks for: one that says nothing takes it back.
void Uplink::TakeHeartbeat(absl::Duration asked) {
  reply_heartbeat_ = std::clamp(asked, absl::ZeroDuration(), kLongestAsked);
}

ServerTime Uplink::ServerNow() const {
  const Stamp now = Now();
  if (anchor_ && anchor_->boot == now.boot) return anchor_->server_time + (now.mono - anchor_->mono);
  return {now.wall.ns};
}

void Uplink::OpenIncident(const std::string& name, const std::string& key, const std::string& summary) {
  const std::pair<std::string, std::string> id(name, key);
  if (std::find(open_incidents_.begin(), open_incidents_.end(), id) != open_incidents_.end()) return;
  open_incidents_.push_back(id);
  deps_.host.Incident(name, key, summary, true);
}

// A success: what stood between us and the server is over.
void Uplink::CloseIncidents() {
  for (const auto& [name, key] : std::exchange(open_incidents_, {})) {
    deps_.host.Incident(name, key, "the server answers again", false);
  }
}

void Uplink::StartWatch() {
  if (watching_ || watch_timer_.pending() || stopped_) return;
  watching_ = true;
  deps_.transport.Watch(identity_->device_id,
                        lifetime_.Guard([this](wire::WatchNudge nudge) { OnNudge(nudge); }),
                        lifetime_.Guard([this, watch = ++watch_](absl::Status status) {
                          if (watch != watch_) return;
                          watching_ = false;
                          const absl::Duration wait = watch_penalty_.Failed(RetryAfterOf(status), jitter_);
                          watch_timer_.Set(Now().mono + wait, [this] {
                            if (state_ == State::kOnline) StartWatch();
                          });
                        }));
}

// The identity changed: the next call makes a new connection, with a stream of its own.
void Uplink::Reconnect() {
  ++watch_;
  watching_ = false;
  renewal_.reset();
  if (const absl::StatusOr<WallTime> due = RenewalTime(identity_->certificate_chain_pem); due.ok()) {
    renewal_ = *due;
  }
  deps_.transport.SetIdentity(identity_->ForTransport());
}

void Uplink::OnNudge(const wire::WatchNudge& nudge) {
  watch_penalty_.Succeeded(Now().mono);
  if (state_ != State::kOnline || stopped_) return;
  const absl::Duration wait = nudge.max_jitter * jitter_.Uniform();
  if (busy_) {
    again_ = true;
  } else if (!next_try_ || *next_try_ - Now().mono > wait) {
    RunIn(wait);
  }
}

void Uplink::BeginEpoch(const std::string& reason, std::function<void()> then) {
  auto status = std::make_shared<absl::Status>();
  deps_.journal.Run([reason, status](journal::Journal& journal) { *status = journal.BeginEpoch(reason); },
                    lifetime_.Guard([this, status, then = std::move(then), exchange = exchange_] {
                      position_.reset();
                      sections_.Forget();
                      if (!status->ok()) last_error_ = std::string(status->message());
                      if (exchange == exchange_) then();
                    }));
}

View Uplink::view() const {
  View view;
  view.state = state_;
  view.server = options_.server;
  if (identity_ && identity_->enrolled()) view.device = identity_->device_id;
  view.last_contact = last_contact_;
  view.next_try = next_try_;
  if (position_) view.acked_through = position_->seq;
  view.last_error = last_error_;
  view.anchor = anchor_;
  view.text = StateText();
  return view;
}

}  // namespace holdfast::uplink
