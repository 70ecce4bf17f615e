// Who watches a simulated device: each step of its engine, each new run, and what the harness itself finds.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "core/engine/engine.h"

namespace holdfast::simulation {

class Watcher {
 public:
  virtual ~Watcher() = default;
  // After a step of the engine, before its effects are carried out.
  virtual void OnStep(const Stamp& now, const EngineInput& input, const std::vector<Effect>& effects,
                      std::optional<MonoTime> deadline) {}
  // The agent's process begins; of the rows that the one before recorded, the first `survived` are on disk.
  virtual void OnRestart(uint64_t survived) {}
  // A session's true status changed.
  virtual void OnStatus(const Uuid& service, SessionStatus status) {}
  // Something that must not be, as one sentence.
  virtual void OnBroken(const std::string& what) = 0;
};

}  // namespace holdfast::simulation
