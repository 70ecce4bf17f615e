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
  // within one boot; after a new boot, begin with a new object. At most kMostCounted starts are counted.
  std::optional<StartBurst> Note(MonoTime now, const Uuid& service, const std::string& who);

  size_t requesters() const { return seen_.size(); }  // that are remembered

  static constexpr int kMost = 15;
  static constexpr size_t kMostCounted = 10'000;
  static constexpr absl::Duration kWindow = absl::Seconds(10);
  static constexpr absl::Duration kAgain = absl::Seconds(30);

 private:
  // Requesters come and go, each with a process id of its own: those that fell silent are forgotten.
  void Forget(MonoTime now);

  struct Seen {
    std::deque<MonoTime> starts;  // the last is the latest
    std::optional<MonoTime> told;
  };
  std::map<std::pair<Uuid, std::string>, Seen> seen_;
  static constexpr size_t kFew = 64;
  size_t forget_at_ = kFew;
};

}  // namespace holdfast
