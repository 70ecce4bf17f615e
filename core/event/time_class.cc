#include "core/event/time_class.h"

#include <array>

namespace holdfast {
namespace {
constexpr std::array<absl::string_view, kTimeClassCount> kNames = {
    "not_required",  "protected",     "violation",     "excused", "no_network",
    "awaiting_user", "asleep_or_off", "observed_only", "unknown"};
}  // namespace

absl::string_view TimeClassName(TimeClass c) {
  const auto i = static_cast<size_t>(c);
  return i < kNames.size() ? kNames[i] : "unknown";
}

std::optional<TimeClass> ParseTimeClass(absl::string_view name) {
  for (size_t i = 0; i < kNames.size(); ++i) {
    if (kNames[i] == name) return static_cast<TimeClass>(i);
  }
  return std::nullopt;
}

}  // namespace holdfast
