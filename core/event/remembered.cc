#include "core/event/remembered.h"

namespace holdfast {

const std::vector<Remembered>& WhatIsRemembered() {
  static const auto& all = *new std::vector<Remembered>{
      {{}, 4000},
      {{RowKind::kIncidentOpened, RowKind::kIncidentClosed, RowKind::kOverrideBegan, RowKind::kOverrideEnded,
        RowKind::kRetry, RowKind::kSuspensionBegan, RowKind::kSuspensionEnded},
       1000},
      // A code is spent for ever, whatever else happened.
      {{RowKind::kCodeSpent}, 1000},
      // More are not counted in an hour.
      {{RowKind::kWrongCredential}, kMostWrongCredentials},
      // What was known last, however long ago: what is different now is a suspect.
      {{RowKind::kSelfCheck}, 16},
      {{RowKind::kAgentStarted}, 1},
      {{RowKind::kPath}, 1},
      {{RowKind::kInstalled}, 1},
      {{RowKind::kSystem}, 1},
  };
  return all;
}

}  // namespace holdfast
