// The classes of time: each second of a required service is exactly one of them, and they sum to the window.
#pragma once

#include <cstdint>
#include <optional>

#include "absl/strings/string_view.h"

namespace holdfast {

enum class TimeClass : uint8_t {
  kNotRequired = 0,  // no rule asked for it in this second; not part of the account's denominator
  kProtected = 1,
  kViolation = 2,
  kExcused = 3,  // override, maintenance, grace
  kNoNetwork = 4,
  kAwaitingUser = 5,  // login window, interactive authentication offered
  kAsleepOrOff = 6,
  kObservedOnly = 7,  // a tunnel that cannot be commanded
  kUnknown = 8,       // never compliant
};
inline constexpr int kTimeClassCount = 9;

// "protected", "no_network", ... as in reports, JSON and storage.
absl::string_view TimeClassName(TimeClass c);
std::optional<TimeClass> ParseTimeClass(absl::string_view name);

}  // namespace holdfast
