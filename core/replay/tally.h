// Sums up commands and verdicts, recorded or replayed.
#pragma once

#include <map>
#include <string>

#include "core/replay/replay.h"

namespace holdfast::replay {

class Account {
 public:
  explicit Account(Tally& tally) : tally_(tally) {}
  void Take(MonoTime at, const Event& event);
  void TakeNotice() { ++tally_.notifications; }
  // The run is over: what holds until now ends. Nothing is known of the time until the next one.
  void Close(MonoTime at);

 private:
  struct Held {
    MonoTime since;
    TimeClass time_class;
    std::string cause;
  };
  void End(const Held& held, MonoTime at);

  Tally& tally_;
  std::map<std::string, Held> held_;  // by verdict key
};

}  // namespace holdfast::replay
