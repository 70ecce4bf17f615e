// A fleet in one process: agents that start along a ramp, live for a while, and settle. Runs on one executor.
#pragma once

#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "server-mock/swarm/agent.h"

namespace holdfast::swarm {

struct SwarmOptions {
  size_t agents = 100;
  absl::Duration ramp = absl::Seconds(10);    // the last one starts at its end
  absl::Duration live = absl::Seconds(60);    // after the ramp
  absl::Duration settle = absl::Minutes(10);  // how long what was written may take to be acknowledged
  uint64_t seed = 1;
  std::string run;    // makes the serial numbers of this swarm differ from any other's
  AgentOptions each;  // number, seed and serial number are filled in
};

class Swarm {
 public:
  // All must outlive it; `random` makes keys and epochs.
  Swarm(SwarmOptions options, Executor& executor, const Clock& clock, RandomSource& random);

  absl::Status Resume(absl::string_view saved);
  std::string Save() const;

  // `done` runs once: when all is acknowledged, all are back since the last mark and goodbye was said, or
  // when the time to settle is over.
  void Start(std::function<void()> done);
  // Ends the life early: what was written is still sent.
  void Settle();
  // Something happened to the server just now: how the agents come back is measured from here.
  void Mark();

  size_t Count(bool (SwarmAgent::*is)() const) const;
  bool AllAcknowledged() const;
  // How often a server wanted rows again that it had acknowledged: it had lost them.
  uint64_t AskedAgain() const;
  const Tally& tally() const { return tally_; }
  const std::vector<Recovery>& recoveries() const { return recoveries_; }
  const std::vector<std::unique_ptr<SwarmAgent>>& agents() const { return agents_; }
  // Between the end of life and the last acknowledgement.
  absl::Duration settled_in() const { return settled_in_; }

 private:
  void StartNext();
  void AwaitAcknowledgement();
  void SayGoodbye();

  const SwarmOptions options_;
  const Clock& clock_;
  Tally tally_;
  std::vector<Recovery> recoveries_;
  std::vector<std::unique_ptr<SwarmAgent>> agents_;
  size_t started_ = 0;
  bool settling_ = false;
  MonoTime began_, life_ended_;
  absl::Duration settled_in_;
  size_t goodbyes_ = 0;
  std::function<void()> done_;
  Timer ramp_, phase_;
};

}  // namespace holdfast::swarm
