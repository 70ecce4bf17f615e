// What the engine tells about itself. Changes nothing.
#pragma once

#include "core/engine/state.h"

namespace holdfast::engine {

EngineView MakeView(const Core& core, const Stamp& now);

}  // namespace holdfast::engine
