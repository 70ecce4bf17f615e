#include "agent/control/connection.h"

#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

#include <cerrno>

#include "agent/control/handler.h"

#ifndef MSG_NOSIGNAL
#define MSG_NOSIGNAL 0  // macOS: SO_NOSIGPIPE is set on the socket
#endif

namespace holdfast::control {
namespace {

// What poll reported may be about an earlier descriptor of the same number, so hang-ups are asked for again.
bool HungUp(int fd) {
  pollfd now{fd, 0, 0};
  return poll(&now, 1, 0) > 0 && (now.revents & (POLLHUP | POLLERR | POLLNVAL)) != 0;
}

}  // namespace

Connection::Connection(PollExecutor& executor, const Clock& clock, int fd, Peer peer, ConnectionLimits limits,
                       Answer answer, std::function<void()> closed)
    : executor_(executor),
      clock_(clock),
      fd_(fd),
      peer_(peer),
      limits_(limits),
      answer_(std::move(answer)),
      closed_(std::move(closed)) {
  Enter(State::kReading, limits_.idle);
}

Connection::~Connection() {
  executor_.Cancel(timer_);
  if (state_ != State::kClosed) executor_.Unwatch(fd_);
  close(fd_);
}

void Connection::Enter(State state, absl::Duration within) {
  state_ = state;
  const short events = state == State::kReading ? POLLIN : state == State::kWriting ? POLLOUT : 0;
  executor_.Watch(fd_, events, [this](short) { Ready(); });
  executor_.Cancel(timer_);
  timer_ = executor_.PostAt(clock_.Now().mono + within, [this] { Expired(); });
}

void Connection::Ready() {
  if (state_ == State::kReading) return Read();
  if (state_ == State::kWriting) return Write();
  if (HungUp(fd_)) Close();
}

void Connection::Read() {
  char bytes[16384];
  const ssize_t n = recv(fd_, bytes, sizeof bytes, 0);
  if (n < 0 && (errno == EAGAIN || errno == EINTR)) return;
  if (n <= 0) return Close();
  in_.Append({bytes, static_cast<size_t>(n)});
  NextRequest();
}

void Connection::NextRequest() {
  absl::StatusOr<std::optional<std::string>> next = in_.Next();
  if (!next.ok()) {
    last_ = true;  // where the next message would begin cannot be known
    return Respond(ErrorResponse(next.status()));
  }
  if (!next->has_value()) return;  // the idle deadline goes on: a request in drops does not renew it
  Enter(State::kAnswering, limits_.answer_within);
  answer_(**next,
          [this, alive = std::weak_ptr<const bool>(alive_), number = ++request_](std::string response) {
            const bool awaited = !alive.expired() && number == request_ && state_ == State::kAnswering;
            if (awaited) Respond(std::move(response));
          });
}

void Connection::Respond(std::string response) {
  out_ = EncodeFrame(response);
  Enter(State::kWriting, limits_.drain_within);
}

void Connection::Write() {
  const ssize_t n = send(fd_, out_.data(), out_.size(), MSG_NOSIGNAL);
  if (n < 0 && (errno == EAGAIN || errno == EINTR)) return;
  if (n < 0) return Close();
  out_.erase(0, static_cast<size_t>(n));
  if (!out_.empty()) return;
  if (last_) return Close();
  Enter(State::kReading, limits_.idle);
  NextRequest();  // it may have come together with the last one
}

void Connection::Expired() {
  timer_ = 0;
  if (state_ != State::kAnswering) return Close();
  ++request_;
  Respond(
      ErrorResponse(absl::DeadlineExceededError("the daemon did not answer in time; ask for its status")));
}

void Connection::Close() {
  if (state_ == State::kClosed) return;
  state_ = State::kClosed;
  executor_.Cancel(timer_);
  executor_.Unwatch(fd_);
  executor_.Post([closed = closed_, alive = std::weak_ptr<const bool>(alive_)] {
    if (!alive.expired()) closed();
  });
}

}  // namespace holdfast::control
