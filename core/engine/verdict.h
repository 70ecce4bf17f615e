// Which class of time this second is, per required key, and the rows when that changes.
#pragma once

#include "core/engine/gate.h"
#include "core/engine/state.h"

namespace holdfast::engine {

struct Assessment {
  TimeClass time_class = TimeClass::kUnknown;
  absl::string_view cause;  // of causes.h
  Block block = Block::kNone;
  std::optional<MonoTime> until;  // when time alone may change it
};

Assessment Assess(const Core& core, const Service& service, MonoTime now);
// A required rule that matches nothing.
Assessment AssessMissing(const Core& core, MonoTime now);

// Records a verdict for each key whose class, cause or service changed.
void Judge(Core& core, Turn& turn);

}  // namespace holdfast::engine
