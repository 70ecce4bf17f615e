// A connected VICI socket on the executor: packets out, packets in.
#pragma once

#include <functional>
#include <memory>
#include <string>

#include "absl/status/statusor.h"
#include "agent/session/vici/codec.h"
#include "base/poll_executor.h"
#include "base/timer.h"

namespace holdfast::vici {

// On the executor's thread.
class Channel {
 public:
  struct Callbacks {
    std::function<void(Packet)> packet;  // must not destroy the channel
    // Once, posted: the channel is of no further use and may be destroyed.
    std::function<void(absl::Status)> closed;
  };
  // UNAVAILABLE when nobody listens on `path` now. Neither callback runs before it returns.
  static absl::StatusOr<std::unique_ptr<Channel>> Open(PollExecutor& executor, const std::string& path,
                                                       Callbacks callbacks);
  ~Channel();
  Channel(const Channel&) = delete;
  Channel& operator=(const Channel&) = delete;

  // Queues a packet. INVALID_ARGUMENT when it cannot be encoded.
  absl::Status Send(const Packet& packet);

 private:
  Channel(PollExecutor& executor, int fd, Callbacks callbacks);
  void Watch();
  void Ready(short events);
  void Receive();
  void Flush();
  void Close(absl::Status status);

  PollExecutor& executor_;
  const int fd_;
  const Callbacks callbacks_;
  bool closed_ = false;
  std::string out_;
  PacketReader in_;
  Lifetime lifetime_;
};

}  // namespace holdfast::vici
