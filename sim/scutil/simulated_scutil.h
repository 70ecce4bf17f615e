// `scutil --nc` of a simulated Mac: prints what the real one prints (docs/ne-session.md, 4.1), its padding
// and cut names included, and does what it is told.
#pragma once

#include <functional>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "sim/simulated_mac.h"

namespace holdfast::sim {

class SimulatedScutil {
 public:
  // The Mac must outlive it.
  explicit SimulatedScutil(SimulatedMac& mac) : mac_(mac) {}

  // While it is broken every run fails.
  bool broken = false;
  int runs = 0;

  // `arguments` as given to the program, itself first; `done` is called later.
  void Run(const std::vector<std::string>& arguments, std::function<void(absl::StatusOr<std::string>)> done) {
    ++runs;
    mac_.Later([this, arguments, done] { done(Answer(arguments)); });
  }

 private:
  absl::StatusOr<std::string> Answer(const std::vector<std::string>& arguments);
  std::string List() const;
  std::string Status(const Uuid& id) const;
  std::string Statistics(const Uuid& id) const;

  SimulatedMac& mac_;
};

}  // namespace holdfast::sim
