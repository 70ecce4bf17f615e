#include "core/engine/graces.h"

#include <algorithm>

#include "core/engine/causes.h"

namespace holdfast::engine {
namespace {

constexpr absl::Duration kDay = absl::Hours(24);
// Longer than the longest grace: what began earlier than this before now counts for none that is active.
constexpr absl::Duration kKept = absl::Hours(27);

absl::Duration LengthOf(const Policy& policy, GraceKind kind) {
  switch (kind) {
    case GraceKind::kBoot:
      return policy.boot_grace;
    case GraceKind::kLogin:
      return policy.login_grace;
    case GraceKind::kWake:
      return policy.wake_grace;
    case GraceKind::kOsUpdate:
      return policy.os_update_grace;
    case GraceKind::kExtensionUpdate:
      return policy.extension_update_grace;
  }
  return absl::ZeroDuration();
}

absl::string_view CauseOf(GraceKind kind) {
  switch (kind) {
    case GraceKind::kBoot:
      return causes::kBootGrace;
    case GraceKind::kLogin:
      return causes::kLoginGrace;
    case GraceKind::kWake:
      return causes::kWakeGrace;
    case GraceKind::kOsUpdate:
    case GraceKind::kExtensionUpdate:
      return causes::kPostUpdateGrace;
  }
  return "";
}

// How much of the 24 hours before `until` lies in graces, each taken at its full length.
absl::Duration SpentBefore(const Core& core, MonoTime until) {
  absl::Duration spent;
  MonoTime counted = until - kDay;
  for (const GraceBegun& grace : core.graces.begun) {
    const MonoTime from = std::max(grace.at, counted);
    const MonoTime to = std::min(grace.at + LengthOf(*core.policy, grace.kind), until);
    if (to <= from) continue;
    spent += to - from;
    counted = to;
  }
  return spent;
}

}  // namespace

void CountGrace(Core& core, GraceKind kind, MonoTime at) {
  auto& begun = core.graces.begun;
  const auto after = std::upper_bound(begun.begin(), begun.end(), at,
                                      [](MonoTime t, const GraceBegun& grace) { return t < grace.at; });
  begun.insert(after, {kind, at});
  while (begun.back().at - begun.front().at > kKept) begun.pop_front();
}

void BeginGrace(Core& core, GraceKind kind, MonoTime at) {
  CountGrace(core, kind, at);
  core.graces.newest[static_cast<size_t>(kind)] = at;
}

std::optional<Grace> ActiveGrace(const Core& core, MonoTime now) {
  for (size_t i = 0; i < core.graces.newest.size(); ++i) {
    const std::optional<MonoTime>& at = core.graces.newest[i];
    const auto kind = static_cast<GraceKind>(i);
    const absl::Duration length = LengthOf(*core.policy, kind);
    if (!at || now >= *at + length) continue;
    const MonoTime until = *at + std::min(length, kMostGracePerDay - SpentBefore(core, *at));
    if (now < until) return Grace{CauseOf(kind), until};
  }
  return std::nullopt;
}

}  // namespace holdfast::engine
