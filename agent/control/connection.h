// One client of the control socket: reads a request, waits for its answer, writes it, reads the next. While
// an answer is due nothing more is read, so a client can neither queue work nor fill memory.
#pragma once

#include <functional>
#include <memory>
#include <string>

#include "absl/strings/string_view.h"
#include "agent/control/frame.h"
#include "agent/control/rights.h"
#include "base/poll_executor.h"

namespace holdfast::control {

struct ConnectionLimits {
  absl::Duration idle;
  absl::Duration answer_within;
  absl::Duration drain_within;
};

class Connection {
 public:
  // Answers by calling `done` once, now or later.
  using Answer = std::function<void(absl::string_view request, std::function<void(std::string)> done)>;

  // Takes the descriptor. `closed` is posted, never called from inside; nothing happens after it.
  Connection(PollExecutor& executor, const Clock& clock, int fd, Peer peer, ConnectionLimits limits,
             Answer answer, std::function<void()> closed);
  ~Connection();
  Connection(const Connection&) = delete;
  Connection& operator=(const Connection&) = delete;

  const Peer& peer() const { return peer_; }

 private:
  enum class State { kReading, kAnswering, kWriting, kClosed };
  void Ready();
  void Read();
  void Write();
  void NextRequest();
  void Respond(std::string response);
  void Enter(State state, absl::Duration within);
  void Expired();
  void Close();

  PollExecutor& executor_;
  const Clock& clock_;
  const int fd_;
  const Peer peer_;
  const ConnectionLimits limits_;
  const Answer answer_;
  const std::function<void()> closed_;
  State state_ = State::kReading;
  TimerId timer_ = 0;
  uint64_t request_ = 0;  // number of the request under way: a late answer to an older one is dropped
  FrameReader in_{kMaxRequest};
  std::string out_;
  bool last_ = false;  // hang up after this answer
  const std::shared_ptr<const bool> alive_ = std::make_shared<const bool>(true);
};

}  // namespace holdfast::control
