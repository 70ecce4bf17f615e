// Our times <-> google.protobuf.Timestamp, exact to the nanosecond.
#pragma once

#include <google/protobuf/timestamp.pb.h>

#include <cstdint>

#include "base/time.h"

namespace holdfast::server {

inline constexpr int64_t kNsPerSecond = 1'000'000'000;

template <class Kind>
void SetTime(Instant<Kind> t, google::protobuf::Timestamp* out) {
  int64_t seconds = t.ns / kNsPerSecond;
  int64_t nanos = t.ns % kNsPerSecond;
  if (nanos < 0) {  // nanos count forward, also before 1970
    nanos += kNsPerSecond;
    --seconds;
  }
  out->set_seconds(seconds);
  out->set_nanos(static_cast<int32_t>(nanos));
}

// Clamped to what 64-bit nanoseconds hold (1677 to 2262).
template <class Time>
Time TimeOf(const google::protobuf::Timestamp& t) {
  int64_t ns = 0;
  if (__builtin_mul_overflow(t.seconds(), kNsPerSecond, &ns) ||
      __builtin_add_overflow(ns, int64_t{t.nanos()}, &ns)) {
    ns = t.seconds() < 0 ? INT64_MIN : INT64_MAX;
  }
  return Time{ns};
}

}  // namespace holdfast::server
