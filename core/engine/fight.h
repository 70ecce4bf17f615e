// Fights: somebody else keeps undoing what we do. We yield first, and toggle_fight names who against whom.
#pragma once

#include "core/engine/state.h"

namespace holdfast::engine {

// Whether a requester, as the system names it, is what a person works with: what it stops is a person's stop.
bool IsPersonsTool(absl::string_view requester);
// Superseded by another service. True at the second time within ten minutes: we yield.
bool NoteSupersede(Core& core, Turn& turn, Service& service);
// A process that is no person's tool stopped it. True at the third time within ten minutes: we yield.
bool NoteForeignStop(Core& core, Turn& turn, Service& service);
// Another process started it again after we had stopped it in favour of its group. At the second time within
// ten minutes it is left alone.
void NoteForeignStart(Core& core, Turn& turn, Service& service);

}  // namespace holdfast::engine
