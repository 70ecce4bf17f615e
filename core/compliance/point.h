// The few moments of a device's history that decide how its time is accounted for.
#pragma once

#include <cstdint>
#include <string>

#include "base/time.h"
#include "core/event/time_class.h"

namespace holdfast::compliance {

enum class PointKind : uint8_t {
  kVerdict = 1,  // from here on `key` is of `time_class` because of `cause`
  kStarted = 2,  // the agent runs; every key is unknown until its next verdict
  kStopped = 3,  // the agent stopped; `cause` is its reason: "shutdown", "stop", "upgrade"
  kDown = 4,     // [from, at): the agent was dead without having said so
  kGap = 5,      // [from, at): the history is missing
  kAbsent = 6,   // [from, at): the device was out of service, and nothing was required of it
};

struct Point {
  PointKind kind = PointKind::kVerdict;
  ServerTime at;
  int64_t uncertainty_ns = 0;  // `at` is off by at most this
  ServerTime from;             // of kDown, kGap and kAbsent
  std::string key;             // of kVerdict
  TimeClass time_class = TimeClass::kUnknown;
  std::string cause;
  friend bool operator==(const Point&, const Point&) = default;
};

}  // namespace holdfast::compliance
