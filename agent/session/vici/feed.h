// charon's events, on a connection that is made again whenever it breaks. Events are not replayed: whoever
// listens asks for the state again after `opened`.
#pragma once

#include <functional>
#include <memory>
#include <string>

#include "absl/time/time.h"
#include "agent/session/vici/channel.h"
#include "base/timer.h"

namespace holdfast::vici {

// On the executor's thread.
class EventFeed {
 public:
  struct Callbacks {
    std::function<void()> opened;  // every event is registered
    std::function<void(const std::string& name, const Section& message)> event;
    std::function<void(const absl::Status&)> lost;  // after `opened` only
  };
  EventFeed(PollExecutor& executor, const Clock& clock, std::string socket_path, Callbacks callbacks);

  // Connects now; what it returns is how the first try went. Goes on trying until destroyed.
  absl::Status Begin();

 private:
  absl::Status Connect();
  void Take(Packet packet);
  void Lose(const absl::Status& status);

  PollExecutor& executor_;
  const Clock& clock_;
  const std::string socket_path_;
  const Callbacks callbacks_;
  Timer timer_;  // registration's deadline, or the next try
  std::unique_ptr<Channel> channel_;
  size_t confirmed_ = 0;
  bool open_ = false;
  absl::Duration wait_;
};

}  // namespace holdfast::vici
