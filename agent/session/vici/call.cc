#include "agent/session/vici/call.h"

#include <utility>

#include "absl/strings/str_cat.h"
#include "base/error.h"

namespace holdfast::vici {
namespace {

constexpr size_t kMaxStreamed = 4096;

}  // namespace

absl::Status OutcomeOf(const Reply& reply) {
  if (reply.response.Value("success") != "no") return absl::OkStatus();
  return absl::InternalError(absl::StrCat("charon: ", reply.response.Value("errmsg")));
}

Call::Call(PollExecutor& executor, const Clock& clock, const std::string& socket_path, Command command,
           Done done)
    : executor_(executor), command_(std::move(command)), done_(std::move(done)), deadline_(executor) {
  const absl::Status begun = Begin(clock, socket_path);
  if (!begun.ok()) Finish(begun);
}

absl::Status Call::Begin(const Clock& clock, const std::string& socket_path) {
  HOLDFAST_ASSIGN_OR_RETURN(channel_,
                            Channel::Open(executor_, socket_path,
                                          {[this](Packet packet) { Take(std::move(packet)); },
                                           [this](absl::Status status) { Finish(std::move(status)); }}));
  deadline_.Set(clock.Now().mono + command_.timeout, [this] {
    Finish(absl::DeadlineExceededError(absl::StrCat("VICI ", command_.name, ": no answer from charon within ",
                                                    FormatShort(command_.timeout), "; it may be stopped")));
  });
  if (!command_.stream.empty()) return channel_->Send({PacketType::kEventRegister, command_.stream, {}});
  return channel_->Send({PacketType::kCommandRequest, command_.name, command_.arguments});
}

void Call::Request() {
  const absl::Status sent = channel_->Send({PacketType::kCommandRequest, command_.name, command_.arguments});
  if (!sent.ok()) Finish(sent);
}

void Call::Take(Packet packet) {
  switch (packet.type) {
    case PacketType::kEventConfirm:
      return Request();
    case PacketType::kEvent:
      if (packet.name == command_.stream && reply_.streamed.size() < kMaxStreamed) {
        reply_.streamed.push_back(std::move(packet.message));
      }
      return;
    case PacketType::kCommandResponse:
      reply_.response = std::move(packet.message);
      return Finish(std::move(reply_));
    default:
      return Finish(absl::UnimplementedError(absl::StrCat("VICI: this charon does not know ", command_.name,
                                                          command_.stream.empty() ? "" : " or its events")));
  }
}

void Call::Finish(absl::StatusOr<Reply> result) {
  if (!done_) return;
  deadline_.Cancel();
  executor_.Post(lifetime_.Guard([done = std::exchange(done_, nullptr),
                                  result = std::move(result)]() mutable { done(std::move(result)); }));
}

}  // namespace holdfast::vici
