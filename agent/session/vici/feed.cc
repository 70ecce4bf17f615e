#include "agent/session/vici/feed.h"

#include <algorithm>
#include <iterator>

#include "absl/strings/str_cat.h"
#include "base/error.h"

namespace holdfast::vici {
namespace {

// "log" is where the causes are; without the others there is nothing to go by.
constexpr absl::string_view kEvents[] = {"ike-updown", "child-updown", "ike-rekey", "child-rekey", "log"};
constexpr absl::Duration kRegisterWithin = absl::Seconds(5);
constexpr absl::Duration kFirstWait = absl::Milliseconds(100);
constexpr absl::Duration kLongestWait = absl::Seconds(2);

}  // namespace

EventFeed::EventFeed(PollExecutor& executor, const Clock& clock, std::string socket_path, Callbacks callbacks)
    : executor_(executor),
      clock_(clock),
      socket_path_(std::move(socket_path)),
      callbacks_(std::move(callbacks)),
      timer_(executor),
      wait_(kFirstWait) {}

absl::Status EventFeed::Begin() {
  const absl::Status status = Connect();
  if (!status.ok()) Lose(status);
  return status;
}

absl::Status EventFeed::Connect() {
  HOLDFAST_ASSIGN_OR_RETURN(channel_, Channel::Open(executor_, socket_path_,
                                                    {[this](Packet packet) { Take(std::move(packet)); },
                                                     [this](const absl::Status& status) { Lose(status); }}));
  confirmed_ = 0;
  for (const absl::string_view name : kEvents) {
    HOLDFAST_RETURN_IF_ERROR(channel_->Send({PacketType::kEventRegister, std::string(name), {}}));
  }
  timer_.Set(clock_.Now().mono + kRegisterWithin, [this] {
    Lose(absl::DeadlineExceededError(
        "VICI: charon accepts connections and does not answer; it may be stopped"));
  });
  return absl::OkStatus();
}

void EventFeed::Take(Packet packet) {
  if (packet.type == PacketType::kEvent) {
    if (open_) callbacks_.event(packet.name, packet.message);
    return;
  }
  // An event this charon does not know is missed, no more: the regular listing makes up for it.
  if (packet.type != PacketType::kEventConfirm && packet.type != PacketType::kEventUnknown) return;
  if (++confirmed_ < std::size(kEvents)) return;
  timer_.Cancel();
  wait_ = kFirstWait;
  open_ = true;
  callbacks_.opened();
}

void EventFeed::Lose(const absl::Status& status) {
  channel_.reset();
  if (std::exchange(open_, false)) callbacks_.lost(status);
  timer_.Set(clock_.Now().mono + wait_, [this] {
    const absl::Status again = Connect();
    if (!again.ok()) Lose(again);
  });
  wait_ = std::min(wait_ * 2, kLongestWait);
}

}  // namespace holdfast::vici
