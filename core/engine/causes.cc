#include "core/engine/causes.h"

namespace holdfast::causes {

bool IsGrace(absl::string_view cause) {
  return cause == kBootGrace || cause == kLoginGrace || cause == kWakeGrace || cause == kPostUpdateGrace;
}

absl::string_view OfFailure(FailureCause cause) {
  switch (cause) {
    case FailureCause::kAuthentication:
      return kAuthentication;
    case FailureCause::kCertificate:
      return kCertificate;
    case FailureCause::kServerUnreachable:
      return kServerUnreachable;
    case FailureCause::kConfiguration:
    case FailureCause::kConfigurationGone:
      return kConfiguration;
    case FailureCause::kSuperseded:
      return kSuperseded;
    case FailureCause::kProvider:
      return kProvider;
    case FailureCause::kTimeout:
      return kTimeout;
    case FailureCause::kOnDemandRule:
      return kOnDemandRule;
    case FailureCause::kNone:
    case FailureCause::kStopCommand:
    case FailureCause::kNoNetwork:  // the path is judged on its own; here it was there
    case FailureCause::kUserSession:
    case FailureCause::kReconfigured:
    case FailureCause::kSlept:
    case FailureCause::kIdle:
    case FailureCause::kUnknown:
      return kReconnecting;
  }
  return kReconnecting;
}

}  // namespace holdfast::causes
