// One Step in the making: its time, the effects so far, and when the engine wants to be called again.
#pragma once

#include <algorithm>
#include <optional>
#include <utility>
#include <vector>

#include "core/engine/engine.h"

namespace holdfast::engine {

class Turn {
 public:
  explicit Turn(const Stamp& now) : now_(now) {}
  const Stamp& now() const { return now_; }
  MonoTime mono() const { return now_.mono; }

  void Row(Event event) { effects_.push_back(Record{std::move(event)}); }
  void Emit(Effect effect) { effects_.push_back(std::move(effect)); }

  // Asks for a TimerFired at `at`. What has passed already was dealt with in this turn, so it asks for
  // nothing: this is why the deadline can never stand still.
  void WakeAt(std::optional<MonoTime> at) {
    if (at && *at > now_.mono) deadline_ = deadline_ ? std::min(*deadline_, *at) : *at;
  }

  std::optional<MonoTime> deadline() const { return deadline_; }
  std::vector<Effect> TakeEffects() { return std::move(effects_); }

 private:
  Stamp now_;
  std::vector<Effect> effects_;
  std::optional<MonoTime> deadline_;
};

}  // namespace holdfast::engine
