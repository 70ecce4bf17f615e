// One run of the agent, replayed.
#pragma once

#include <deque>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "core/engine/engine.h"
#include "core/replay/replay.h"
#include "core/replay/session_model.h"
#include "core/replay/tally.h"

namespace holdfast::replay {

// Rows of one run, from its AgentStarted on: [begin, end) of all rows.
struct RunRows {
  const std::vector<Row>& all;
  size_t begin = 0;
  size_t end = 0;
};

class Run {
 public:
  // `past`: what the engine remembers, in order: inputs as recorded, outcomes as replayed by earlier runs.
  // Rows that this run replays are added to it. All must outlive it.
  Run(const RunRows& rows, const PolicyOf& policy_of, std::vector<Row>& past,
      std::map<Uuid, SessionModel>& sessions, Report& report);

  void Replay();

 private:
  // A recorded command, verdict or override, until the replay decides the same.
  struct Expected {
    size_t row;
    bool met = false;
    std::string refusal;  // of an override: why the replay gives none
  };
  void RecallPast();
  void Feed(const Row& row);
  void Step(const Stamp& at, const EngineInput& input);
  void RunTimers(const Row& next);
  void Decide(const Stamp& at, const Record& record);
  void Diverge(uint64_t seq, const Stamp& at, const std::string& what, const Uuid& service);
  void NoteRefusal(const Stamp& at, const std::string& why);
  void NoteUnmet(MonoTime until);
  bool TimerLeavesRow(MonoTime deadline) const;
  std::optional<MonoTime> TimerMoment(MonoTime deadline, const Row& next) const;
  absl::Status AnswerTo(const Uuid& service, MonoTime at) const;
  SessionModel& SessionOf(const Uuid& service) { return sessions_[service]; }

  const RunRows& rows_;
  const PolicyOf& policy_of_;
  std::vector<Row>& past_;
  std::map<Uuid, SessionModel>& sessions_;
  Report& report_;
  Engine engine_;
  Stamp last_;  // of the last step
  uint64_t seq_ = 0;
  size_t next_ = 0;  // the row that comes next
  std::deque<Expected> expected_;
  Account account_;
};

}  // namespace holdfast::replay
