// Finds bursts among the start messages of the session manager's log: whoever reads the log feeds it.
#pragma once

#include <deque>
#include <map>
#include <optional>
#include <string>
#include <utility>

#include "base/time.h"
#include "core/facts.h"

namespace holdfast {

class StartBursts {
 public:
  // A start message: `who` asked ("Vendor[99]"; empty for On Demand). Gives a burst when it asked more than
  // kMost times within kWindow, and again at most once per kAgain while that lasts. Times never go back
  // within one boot; after a new boot, begin with a new object.
  std::optional<StartBurst> Note(MonoTime now, const Uuid& service, const std::string& who);

  static constexpr int kMost = 15;
  static constexpr absl::Duration kWindow = absl::Seconds(10);
  static constexpr absl::Duration kAgain = absl::Seconds(30);

 private:
  struct Seen {
    std::deque<MonoTime> starts;
    std::optional<MonoTime> told;
  };
  std::map<std::pair<Uuid, std::string>, Seen> seen_;
};

}  // namespace holdfast
