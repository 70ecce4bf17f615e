#include "core/engine/suspension.h"

#include <algorithm>

#include "absl/strings/str_cat.h"
#include "core/engine/causes.h"
#include "core/engine/command.h"
#include "core/engine/overrides.h"

namespace holdfast::engine {
namespace {

using Kind = SuspensionBegan::Kind;

constexpr absl::Duration kLongestOrder = absl::Hours(24);
constexpr absl::Duration kLookAgain = absl::Minutes(1);  // at the wall clock, while there is a window

void Begin(Core& core, Turn& turn, SuspensionBegan row, absl::Duration length) {
  row.until_mono = turn.mono() + length;
  row.until_wall = turn.now().wall + length;
  core.overrides.push_back({.suspension = row.kind,
                            .number = row.number,
                            .name = row.name,
                            .reason = row.reason,
                            .began = turn.mono(),
                            .until = row.until_mono,
                            .until_wall = row.until_wall});
  turn.Row(std::move(row));
  for (auto& [id, service] : core.services) service.remedy.step.reset();
}

void StopAll(Core& core, Turn& turn, const std::string& why) {
  if (!Enforcing(core)) return;
  for (auto& [id, service] : core.services) {
    const bool busy = service.phase == Phase::kUp || service.phase == Phase::kConnecting ||
                      service.phase == Phase::kStarting;
    if (service.rule >= 0 && busy) SendStop(core, turn, service, why);
  }
}

bool IsOpen(const MaintenanceWindow& window, WallTime now) {
  return window.from <= now && now < window.until;
}

const MaintenanceWindow* FindWindow(const Core& core, const std::string& name) {
  for (const MaintenanceWindow& window : core.policy->maintenance) {
    if (window.name == name) return &window;
  }
  return nullptr;
}

bool IsKnown(const Core& core, Kind kind, uint64_t number, const std::string& name) {
  return std::any_of(core.overrides.begin(), core.overrides.end(), [&](const Override& o) {
    return o.suspension == kind && o.number == number && o.name == name;
  });
}

}  // namespace

void OnSuspensionOrdered(Core& core, Turn& turn, const SuspensionOrdered& order) {
  if (order.withdraws) {
    EndSuspensions(core, turn, "withdrawn",
                   [&](const Override& o) { return o.number != 0 && o.number == *order.withdraws; });
    return;
  }
  const absl::Duration remaining = std::min(order.remaining, kLongestOrder);
  if (remaining <= absl::ZeroDuration() || IsKnown(core, order.kind, order.number, "")) return;
  SuspensionBegan row{.kind = order.kind,
                      .number = order.number,
                      .reason = order.reason,
                      .issued_by = order.issued_by,
                      .disconnect = order.disconnect};
  Begin(core, turn, std::move(row), remaining);
  core.incidents.changes().Note(turn.mono(), std::string(SuspensionName(order.kind)));
  if (order.disconnect) StopAll(core, turn, std::string(CauseOfExcuse(core.overrides.back())));
}

void ReviewWindows(Core& core, Turn& turn) {
  if (!core.policy_known) return;  // what was recalled may still be in it
  const WallTime now = turn.now().wall;
  const auto gone = [&](const Override& o) {
    return o.suspension == Kind::kWindow && FindWindow(core, o.name) == nullptr;
  };
  EndSuspensions(core, turn, "policy", gone);
  const auto over = [&](const Override& o) {
    return o.suspension == Kind::kWindow && !IsOpen(*FindWindow(core, o.name), now);
  };
  EndSuspensions(core, turn, "expired", over);
  for (const MaintenanceWindow& window : core.policy->maintenance) {
    if (now >= window.until) continue;
    // The wall clock may be set, which is no input: so it is looked at again before it is due.
    turn.WakeAt(turn.mono() + std::min(kLookAgain, (now < window.from ? window.from : window.until) - now));
    if (!IsOpen(window, now)) continue;
    if (!IsKnown(core, Kind::kWindow, 0, window.name)) {
      Begin(core, turn, {.kind = Kind::kWindow, .name = window.name}, window.until - now);
    }
    for (Override& o : core.overrides) {
      if (o.suspension == Kind::kWindow && o.name == window.name)
        o.until = turn.mono() + (window.until - now);
    }
  }
}

absl::string_view CauseOfExcuse(const Override& excuse) {
  if (!excuse.suspension) return causes::kOverride;
  return *excuse.suspension == Kind::kEmergency ? causes::kEmergency : causes::kMaintenance;
}

std::string ExplainExcuse(const Override& excuse) {
  if (!excuse.suspension) return "An override with a reason runs";
  const std::string why = excuse.reason.empty() ? "" : absl::StrCat(" (", excuse.reason, ")");
  switch (*excuse.suspension) {
    case Kind::kEmergency:
      return absl::StrCat("An administrator suspended enforcement", why);
    case Kind::kHold:
      return absl::StrCat("The help desk holds enforcement back", why);
    case Kind::kWindow:
      break;
  }
  return absl::StrCat("The maintenance window \"", excuse.name, "\" is open");
}

}  // namespace holdfast::engine
