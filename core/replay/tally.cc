#include "core/replay/tally.h"

namespace holdfast::replay {

void Account::Take(MonoTime at, const Event& event) {
  if (const auto* command = std::get_if<Command>(&event)) {
    if (command->dry_run) {
      ++tally_.noted;
    } else if (command->verb == Command::Verb::kStop) {
      ++tally_.stops;
    } else if (command->counted) {
      ++tally_.starts;
    }
  } else if (const auto* verdict = std::get_if<Verdict>(&event)) {
    if (const auto held = held_.extract(verdict->key); !held.empty()) End(held.mapped(), at);
    if (verdict->time_class != TimeClass::kNotRequired) {
      held_[verdict->key] = {at, verdict->time_class, verdict->cause};
    }
  }
}

void Account::Close(MonoTime at) {
  for (const auto& [key, held] : held_) End(held, at);
  held_.clear();
}

void Account::End(const Held& held, MonoTime at) {
  tally_.classes[held.time_class] += at - held.since;
  if (held.time_class == TimeClass::kViolation) tally_.violations[held.cause] += at - held.since;
}

}  // namespace holdfast::replay
