// Our commands: sent only where they can be obeyed, followed until their outcome is known.
#pragma once

#include <optional>
#include <string>

#include "core/engine/state.h"

namespace holdfast::engine {

inline void Enter(Service& service, Phase phase, MonoTime now) {
  if (phase == service.phase) return;
  service.phase = phase;
  service.phase_since = now;
  service.dry_noted = false;
}

struct StartOrder {
  std::string why;
  std::optional<uint32_t> person;  // who asked: not counted against the budget, and started as them
};

// Sends a start, or in audit mode records once that it would. Does nothing unless the newest delivered status
// is down and no command is outstanding: the OS skips any other start.
void SendStart(Core& core, Turn& turn, Service& service, const StartOrder& order);

// Sends a stop, or in audit mode records once that it would.
void SendStop(Core& core, Turn& turn, Service& service, const std::string& why);

// Records what became of the outstanding command, if there is one.
void FinishCommand(Turn& turn, Service& service, CommandOutcome::Result result,
                   FailureCause cause = FailureCause::kNone, std::string detail = "");

// The back end's answer. OK means only that the request left.
void OnCommandAnswer(Core& core, Turn& turn, const CommandAnswer& answer);

// A service that is down and should not be is started as soon as the gate opens.
void ConsiderStart(Core& core, Turn& turn, Service& service);

}  // namespace holdfast::engine
