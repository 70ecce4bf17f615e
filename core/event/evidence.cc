#include "core/event/evidence.h"

namespace holdfast {

bool IsEvidence(RowKind kind) {
  switch (kind) {
    case RowKind::kVerdict:
    case RowKind::kIncidentOpened:
    case RowKind::kIncidentClosed:
    case RowKind::kOverrideBegan:
    case RowKind::kOverrideEnded:
    case RowKind::kSuspensionBegan:
    case RowKind::kSuspensionEnded:
    case RowKind::kCodeSpent:
    case RowKind::kWrongCredential:
      return true;
    default:
      return false;
  }
}

}  // namespace holdfast
