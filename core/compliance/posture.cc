#include "core/compliance/posture.h"

namespace holdfast::compliance {

int Severity(TimeClass c) {
  switch (c) {
    case TimeClass::kNotRequired:
      return 0;
    case TimeClass::kProtected:
      return 1;
    case TimeClass::kAsleepOrOff:
      return 2;
    case TimeClass::kExcused:
      return 3;
    case TimeClass::kObservedOnly:
      return 4;
    case TimeClass::kAwaitingUser:
      return 5;
    case TimeClass::kNoNetwork:
      return 6;
    case TimeClass::kUnknown:
      return 7;
    case TimeClass::kViolation:
      return 8;
  }
  return 7;
}

}  // namespace holdfast::compliance
