#include "base/time.h"

#include <time.h>

#include <cstdlib>
#include <fstream>

#include "absl/strings/escaping.h"
#include "absl/strings/str_format.h"
#include "absl/strings/str_replace.h"

#ifdef __APPLE__
#include <mach/mach_time.h>
#include <sys/sysctl.h>
#endif

namespace holdfast {
namespace {

int64_t ClockNs(clockid_t id) {
  timespec t{};
  clock_gettime(id, &t);
  return int64_t{t.tv_sec} * 1'000'000'000 + t.tv_nsec;
}

#ifdef __APPLE__
std::string ReadBootUuid() {
  char text[64] = {};
  size_t size = sizeof text - 1;
  sysctlbyname("kern.bootsessionuuid", text, &size, nullptr, 0);
  return text;
}
int64_t MonoNs() {
  static const mach_timebase_info_data_t base = [] {
    mach_timebase_info_data_t info;
    mach_timebase_info(&info);
    return info;
  }();
  return static_cast<int64_t>(static_cast<__uint128_t>(mach_continuous_time()) * base.numer / base.denom);
}
#else
std::string ReadBootUuid() {
  std::string text;
  std::ifstream("/proc/sys/kernel/random/boot_id") >> text;
  return text;
}
int64_t MonoNs() {
  return ClockNs(CLOCK_BOOTTIME);
}
#endif

}  // namespace

SystemClock::SystemClock() {
  const std::string raw = absl::HexStringToBytes(absl::StrReplaceAll(ReadBootUuid(), {{"-", ""}}));
  for (size_t i = 0; i < boot_.bytes.size() && i < raw.size(); ++i) {
    boot_.bytes[i] = static_cast<uint8_t>(raw[i]);
  }
}

Stamp SystemClock::Now() const {
  return {boot_, {MonoNs()}, {ClockNs(CLOCK_REALTIME)}};
}

std::string FormatUtc(int64_t unix_ns) {
  return absl::FormatTime("%E4Y-%m-%dT%H:%M:%E3SZ", absl::FromUnixNanos(unix_ns), absl::UTCTimeZone());
}

std::string FormatShort(absl::Duration d) {
  if (d < absl::ZeroDuration()) return "-" + FormatShort(-d);
  const int64_t s = absl::ToInt64Seconds(d);
  if (s < 60) return absl::StrFormat("%ds", s);
  if (s < 3600) return absl::StrFormat("%dm %02ds", s / 60, s % 60);
  if (s < 86400) return absl::StrFormat("%dh %02dm", s / 3600, s / 60 % 60);
  return absl::StrFormat("%dd %dh", s / 86400, s / 3600 % 24);
}

}  // namespace holdfast
