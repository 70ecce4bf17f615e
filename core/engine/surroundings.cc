#include "core/engine/surroundings.h"

#include <utility>

#include "absl/strings/str_cat.h"
#include "core/engine/failure.h"
#include "core/engine/graces.h"
#include "core/engine/overrides.h"
#include "core/engine/portal.h"
#include "core/engine/trust.h"

namespace holdfast::engine {
namespace {

constexpr absl::Duration kJump = absl::Seconds(5);

Power PowerAfter(PowerEvent event) {
  switch (event) {
    case PowerEvent::kWillSleep:
      return Power::kAsleep;
    case PowerEvent::kDarkWake:
      return Power::kDarkWake;
    case PowerEvent::kFullWake:
      return Power::kAwake;
    case PowerEvent::kShutdown:
      return Power::kShutdown;
  }
  return Power::kAwake;
}

void FreshChanceForAll(Core& core) {
  for (auto& [id, service] : core.services) GiveFreshChance(service);
}

// Another network, or one that may have changed behind our back.
void MeetNetwork(Core& core, Turn& turn) {
  LookForPortalAnew(core, turn);
  ForgetTrust(core, turn);
}

void OnLogin(Core& core, Turn& turn) {
  core.login_seen = true;
  BeginGrace(core, GraceKind::kLogin, turn.mono());
  core.incidents.changes().Note(turn.mono(), "login");
  for (auto& [id, service] : core.services) {
    service.person_stop.reset();
    service.asked_to_connect = false;
    ClearHolds(core, turn, service, "somebody logged in");
  }
}

// The agent restarted in a session that goes on: no login.
bool SameSessionAsRecalled(const Core& core, const ConsoleUser& user) {
  const auto& before = core.recalled.console;
  return !core.console_known && before && before->first.boot == core.boot && before->second == user;
}

}  // namespace

void OnPath(Core& core, Turn& turn, const PathFacts& path) {
  if (core.path_known && path == core.path) return;
  turn.Row(path);
  const bool was_known = std::exchange(core.path_known, true);
  const PathFacts before = std::exchange(core.path, path);
  core.path_since = turn.mono();
  if (path.satisfied && !std::exchange(core.network_seen, true)) core.binding_stale = true;
  const bool came = path.satisfied && !before.satisfied;
  if (was_known && (came || path.network_id != before.network_id)) FreshChanceForAll(core);
  if (was_known) {
    core.incidents.changes().Note(turn.mono(), Difference(before, path));
  } else if (core.recalled.path && *core.recalled.path != path) {
    core.incidents.changes().Note(turn.mono(), Difference(*core.recalled.path, path));
  }
  if (!was_known || came || path.network_id != before.network_id) MeetNetwork(core, turn);
}

void OnPower(Core& core, Turn& turn, const PowerChanged& changed) {
  turn.Row(changed);
  const bool was_awake = Awake(core);
  const Power before = std::exchange(core.power, PowerAfter(changed.event));
  if (!was_awake && Awake(core)) core.resumed_at = turn.mono();
  if (core.power != Power::kAwake || before == Power::kAwake) return;
  BeginGrace(core, GraceKind::kWake, turn.mono());
  core.incidents.changes().Note(turn.mono(), "woke up");
  FreshChanceForAll(core);
  MeetNetwork(core, turn);
}

void OnConsoleUser(Core& core, Turn& turn, const ConsoleUser& user) {
  if (core.console_known && user == core.console) return;
  turn.Row(user);
  const bool goes_on = SameSessionAsRecalled(core, user);
  const bool switched = !core.console_known || !core.console.present || core.console.uid != user.uid;
  core.console = user;
  core.console_known = true;
  core.binding_stale = true;
  EndOverridesOfOthers(core, turn);
  if (user.present && switched && !goes_on) OnLogin(core, turn);
  if (user.present) core.login_seen = true;
}

void OnSetup(Core& core, Turn& turn, const SetupFacts& setup) {
  if (setup.running == core.setup_running) return;
  turn.Row(setup);
  core.setup_running = setup.running;
}

void WatchClock(Core& core, Turn& turn) {
  const int64_t offset = turn.now().wall.ns - turn.mono().ns;
  const std::optional<int64_t> before = std::exchange(core.wall_minus_mono, offset);
  if (!before) return;
  const absl::Duration moved = absl::Nanoseconds(offset - *before);
  if (absl::AbsDuration(moved) <= kJump) return;
  turn.Row(ClockJump{moved});
  core.incidents.changes().Note(turn.mono(), "clock jumped");
  core.incidents.Open(turn, "clock_jump", "", absl::StrCat("The wall clock moved by ", FormatShort(moved)),
                      absl::StrCat("moved_ms=", absl::ToInt64Milliseconds(moved)));
  core.incidents.Close(turn, "clock_jump", "", "durations go by the monotonic clock");
}

}  // namespace holdfast::engine
