// One exchange: what is sent, and what its answer means.
#include <algorithm>
#include <memory>
#include <utility>

#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "agent/uplink/code_key.h"
#include "agent/uplink/uplink.h"

namespace holdfast::uplink {
namespace {

constexpr absl::Duration kDeadline = absl::Seconds(30);
constexpr absl::Duration kGoodbyeDeadline = absl::Seconds(2);
constexpr char kMessageNumberKey[] = "uplink.message_number";
// Numbers are reserved durably in blocks, so that a message costs no write. What a restart skips makes the
// server ask for full state, which a restarted agent sends anyway.
constexpr uint64_t kReserve = 1000;

}  // namespace

void Uplink::Sync(wire::Goodbye goodbye) {
  WithMessageNumber([this, goodbye] {
    auto batch = std::make_shared<Batch>();
    const BatchRequest wanted{position_, with_rows_, batch_size_.rows(), batch_size_.bytes()};
    deps_.journal.Run([wanted, batch](journal::Journal& journal) { *batch = ReadBatch(journal, wanted); },
                      lifetime_.Guard([this, batch, goodbye, exchange = exchange_] {
                        if (exchange == exchange_) Send(std::move(*batch), goodbye);
                      }));
  });
}

void Uplink::WithMessageNumber(std::function<void()> then) {
  if (message_number_ < reserved_through_) {
    then();
    return;
  }
  auto reserved = std::make_shared<uint64_t>(reserved_through_);
  deps_.journal.Run(
      [reserved](journal::Journal& journal) {
        const auto stored = journal.GetMeta(kMessageNumberKey);
        uint64_t number = 0;
        if (stored.ok() && *stored && absl::SimpleAtoi(**stored, &number)) {
          *reserved = std::max(*reserved, number);
        }
        // Not durable on a full disk: then a restart may use a number twice, which costs a full state.
        journal.SetMeta(kMessageNumberKey, absl::StrCat(*reserved + kReserve)).IgnoreError();
      },
      lifetime_.Guard([this, reserved, then = std::move(then), exchange = exchange_] {
        message_number_ = *reserved;
        reserved_through_ = *reserved + kReserve;
        if (exchange == exchange_) then();
      }));
}

void Uplink::Send(Batch batch, wire::Goodbye goodbye) {
  if (!batch.status.ok() && goodbye == wire::Goodbye::kNone) {
    BackOff(State::kBackingOff, batch.status);
    return;
  }
  auto message = std::make_shared<InFlight>();
  message->batch = std::move(batch);
  message->full_state = sections_.empty();
  message->sections = sections_.Changed(deps_.host.Sections());
  message->sent = Now();
  message->goodbye = goodbye;
  const absl::Duration deadline = goodbye == wire::Goodbye::kNone ? kDeadline : kGoodbyeDeadline;
  deps_.transport.Sync(
      MakeRequest(*message), deadline,
      lifetime_.Guard([this, message, exchange = ++exchange_](absl::StatusOr<wire::SyncResponse> answer) {
        if (exchange != exchange_) return;
        ++exchange_;
        OnAnswer(*message, std::move(answer));
      }));
}

wire::SyncRequest Uplink::MakeRequest(const InFlight& message) {
  wire::SyncRequest request;
  request.device_id = identity_->device_id;
  request.message_number = ++message_number_;
  request.sent = message.sent;
  request.anchor = anchor_;
  request.head = message.batch.head;
  request.frame = message.batch.frame;
  request.sections = message.sections;
  if (deps_.inbox.accepted()) request.policy_id = deps_.inbox.accepted()->id;
  request.policy_status = policy_status_;
  request.goodbye = message.goodbye;
  request.agent_version = options_.agent_version;
  request.features = options_.features;
  request.hardware = options_.hardware;
  request.quarantined = message.batch.quarantined;
  request.override_key_id = LoadCodeKey(deps_.files, identity_->device_id).id;
  request.trusted_keys = Trusted();
  if (deps_.inbox.accepted()) request.policy_key_id = deps_.inbox.accepted()->bundle.key_id;
  return request;
}

void Uplink::OnAnswer(const InFlight& message, absl::StatusOr<wire::SyncResponse> answer) {
  if (message.goodbye != wire::Goodbye::kNone) {
    busy_ = false;
    if (goodbye_done_) std::exchange(goodbye_done_, nullptr)();
    if (!stopped_) ScheduleHeartbeat();
  } else if (answer.ok()) {
    OnSynced(message, *answer);
  } else {
    OnFailed(&message, answer.status());
  }
}

void Uplink::OnSynced(const InFlight& message, const wire::SyncResponse& answer) {
  const Stamp now = Now();
  const bool rows_held_back = !std::exchange(with_rows_, true);
  last_contact_ = now.wall;
  last_error_.clear();
  SetState(State::kOnline);
  penalty_.Succeeded(now.mono);
  TakeAnchor(message, answer);
  sections_.Delivered(message.sections);
  const bool full_state_missing = answer.want_full_state && !message.full_state;
  if (full_state_missing) sections_.Forget();
  TakeHeartbeat(answer.heartbeat);
  const bool rotated = TakeRotatedKeys(answer);
  renew_asked_ = answer.renew_certificate;
  if (!answer.override_key.empty()) {
    // Without a copy on disk the next Sync after a restart asks for it again.
    SaveCodeKey(deps_.files, identity_->device_id, {answer.override_key, answer.override_key_id})
        .IgnoreError();
  }
  const std::vector<std::string> policy_keys = KeysFor(answer);
  if (answer.policy) TakePolicy(*answer.policy, policy_keys);
  deps_.host.OrdersArrived(answer.orders, policy_keys, identity_->device_id, answer.server_time);
  CloseIncidents();
  if (message.batch.frame) batch_size_.Accepted(now.mono - message.sent.mono);
  StartWatch();
  // The server waits to hear what this device trusts now.
  TakeAcknowledgement(message, answer, message.batch.more || rows_held_back || full_state_missing || rotated);
}

void Uplink::TakeAnchor(const InFlight& message, const wire::SyncResponse& answer) {
  const Stamp now = Now();
  if (now.boot != message.sent.boot) return;
  const absl::Duration round_trip = now.mono - message.sent.mono;
  anchor_ = wire::TimeAnchor{now.boot, message.sent.mono + round_trip / 2, answer.server_time, round_trip};
}

void Uplink::TakePolicy(const wire::PolicyBundle& bundle, const std::vector<std::string>& policy_keys) {
  const Sha256Digest id = Sha256(bundle.signed_bytes);
  const bool in_use = deps_.inbox.accepted() && deps_.inbox.accepted()->id == id;
  if (refused_policy_ == id || (in_use && deps_.inbox.accepted()->bundle.signature == bundle.signature))
    return;
  absl::StatusOr<AcceptedPolicy> checked = deps_.inbox.Check(bundle, policy_keys);
  if (!checked.ok()) {
    refused_policy_ = id;
    policy_status_ = wire::PolicyStatus{wire::PolicyStatus::State::kFailed, 0, id,
                                        std::string(checked.status().message())};
    deps_.host.PolicyRefused(bundle, checked.status());
    return;
  }
  if (in_use) {  // the same one, signed by another key
    if (absl::Status kept = deps_.inbox.Keep(*checked); !kept.ok()) last_error_ = std::string(kept.message());
    return;
  }
  policy_status_ = deps_.host.ApplyPolicy(*checked);
  if (policy_status_->state == wire::PolicyStatus::State::kFailed) {
    refused_policy_ = id;
    return;
  }
  refused_policy_.reset();
  if (absl::Status kept = deps_.inbox.Keep(*checked); !kept.ok()) last_error_ = std::string(kept.message());
}

void Uplink::TakeAcknowledgement(const InFlight& message, const wire::SyncResponse& answer, bool more) {
  const wire::ChainHead& head = message.batch.head;
  const uint64_t through = answer.epoch == head.epoch ? answer.acked_through : 0;
  if (through > head.seq) {
    OnChainFork(absl::StrCat("the server has rows up to ", through, ", this journal ends at ", head.seq,
                             ": it was restored from an older copy"));
    return;
  }
  const bool stalled = message.batch.frame && through < message.batch.frame->rows.front().seq;
  position_ = Position{head.epoch, through};
  if (stalled) {
    BackOff(State::kBackingOff,
            absl::UnavailableError("sending rows: the server answered without taking them"));
    return;
  }
  if (message.batch.frame) gap_answered_ = false;
  deps_.journal.Run(
      [epoch = head.epoch, through](journal::Journal& journal) {
        // A full disk costs sending these rows again after a restart: the server knows them.
        if (through > journal.acked_through()) journal.SetAcked(epoch, through).IgnoreError();
      },
      lifetime_.Guard([this, more, exchange = exchange_] {
        if (exchange != exchange_) return;
        if (RenewalDue()) {
          Renew();
        } else {
          Finish(more);
        }
      }));
}

}  // namespace holdfast::uplink
