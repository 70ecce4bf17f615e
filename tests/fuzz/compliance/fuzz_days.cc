// Any bytes as kept accounts of days: no crash, and each account that is told sums to its day.
#include <cstddef>
#include <cstdint>
#include <cstdlib>

#include "core/compliance/days.h"

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  using namespace holdfast::compliance;  // NOLINT: a program of its own
  const auto check = [](Day, const KeyAccount& account) {
    int64_t sum = 0;
    for (const int64_t ns : account.totals) sum += ns;
    if (sum != kDayNs) std::abort();
  };
  ReadDays({reinterpret_cast<const char*>(data), size}, check).IgnoreError();
  return 0;
}
