// How often a wrong passcode or code was shown for an override, by an account of its own: at most five in an
// hour of true time are answered, across restarts, and each only with its row.
#pragma once

#include <deque>
#include <functional>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "core/engine/engine.h"

namespace holdfast {

class GuessAccount {
 public:
  explicit GuessAccount(std::function<void(const std::string&)> broken) : broken_(std::move(broken)) {}

  // After the step of a person's request; `recorded`: rows of this run before it.
  void OnRequest(MonoTime true_now, const UserRequest& request, const std::vector<Effect>& effects,
                 uint64_t recorded);
  // Of a run that a crash ended only the first `survived` rows are there (nothing: all): who made a guess
  // whose row is lost was not answered.
  void AgentRestarts(std::optional<uint64_t> survived);
  // Across a boot a wall clock that was set may have made them look older.
  void Forget() { guesses_.clear(); }

 private:
  struct Guess {
    MonoTime at;
    uint64_t row;  // of this run; 0: of an earlier one
  };
  const std::function<void(const std::string&)> broken_;
  std::deque<Guess> guesses_;
};

}  // namespace holdfast
