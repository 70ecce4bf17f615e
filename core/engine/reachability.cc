#include "core/engine/reachability.h"

#include <algorithm>
#include <utility>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "absl/strings/strip.h"
#include "core/engine/changes.h"
#include "core/engine/graces.h"

namespace holdfast::engine {
namespace {

constexpr absl::Duration kUsual = absl::Minutes(5);  // between two rounds of probes
constexpr absl::Duration kWatchful =
    absl::Seconds(30);  // the same, while something fails or was just replaced
constexpr absl::Duration kTimeout = absl::Seconds(10);
constexpr absl::Duration kUpdateWindow = absl::Hours(1);
constexpr int kRoundsDown = 2;                              // that all fail, after an update
constexpr absl::Duration kProxiedAfter = absl::Minutes(2);  // a host fails for so long
constexpr absl::Duration kBlockedAfter = absl::Minutes(5);
constexpr absl::Duration kPathHeld = absl::Seconds(10);

constexpr absl::string_view kDown = "network_down_after_update";
constexpr absl::string_view kProxied = "update_path_proxied";
constexpr absl::string_view kBlocked = "management_path_blocked";

bool ServerIsLost(const Core& core) {
  return core.contact && !core.contact->facts.reachable;
}

bool AnyTunnelUp(const Core& core) {
  return std::any_of(core.services.begin(), core.services.end(),
                     [](const auto& entry) { return entry.second.phase == Phase::kUp; });
}

// What could stand between the Mac and a host.
std::vector<std::string> InForce(const Core& core) {
  std::vector<std::string> all;
  for (const auto& [id, service] : core.services) {
    if (service.phase == Phase::kUp) all.push_back(absl::StrCat("tunnel ", NameOf(service)));
  }
  for (const FilterFacts& filter : core.installed.filters) {
    if (filter.enabled) all.push_back(absl::StrCat("filter ", filter.bundle_id));
  }
  for (const ProxyFacts& proxy : core.installed.proxies)
    all.push_back(absl::StrCat("proxy ", proxy.bundle_id));
  return all;
}

Probe ProbeOf(const Endpoint& host) {
  Probe probe;
  probe.tcp = host;
  return probe;
}

bool UpdateWatch(const Core& core, MonoTime now) {
  return core.extension_update && now - core.extension_update->at < kUpdateWindow;
}

bool Wanted(const Core& core, MonoTime now) {
  if (core.policy->mode == EnforcementMode::kOff || core.policy->transparent_proxies.must_reach.empty())
    return false;
  if (IsDownAfterUpdate(core) || UpdateWatch(core, now) || !core.installed.proxies.empty()) return true;
  return ServerIsLost(core) && !InForce(core).empty();
}

bool MayProbe(const Core& core, MonoTime now) {
  return Awake(core) && core.path_known && core.path.satisfied && now >= core.path_since + kPathHeld &&
         now >= core.resumed_at + kPathHeld;
}

bool AllOf(const Reachability& reach, bool (*is)(const HostReach&)) {
  return !reach.hosts.empty() && std::all_of(reach.hosts.begin(), reach.hosts.end(),
                                             [is](const auto& entry) { return is(entry.second); });
}
bool Fails(const HostReach& host) {
  return host.failed_rounds > 0;
}

bool SomethingFails(const Core& core) {
  return std::any_of(core.reach.hosts.begin(), core.reach.hosts.end(),
                     [](const auto& entry) { return Fails(entry.second); });
}

void Ask(Core& core, Turn& turn) {
  Reachability& reach = core.reach;
  const MonoTime now = turn.mono();
  const bool watchful = UpdateWatch(core, now) || SomethingFails(core) || ServerIsLost(core);
  // A look that has become urgent does not wait for the round that was planned before.
  if (watchful && reach.next_round) reach.next_round = std::min(*reach.next_round, now + kWatchful);
  if (!reach.next_round || *reach.next_round <= now) {
    for (const Endpoint& host : core.policy->transparent_proxies.must_reach) {
      turn.Emit(RunProbe{Uuid(), ProbeOf(host), kTimeout});
    }
    reach.next_round = now + (watchful ? kWatchful : kUsual);
  }
  turn.WakeAt(reach.next_round);
}

// "swscan.apple.com:443 timed out for 2m 10s; ..."
std::string FailuresText(const Core& core, MonoTime now) {
  std::vector<std::string> all;
  for (const auto& [target, host] : core.reach.hosts) {
    if (Fails(host))
      all.push_back(absl::StrCat(target, " ", host.error, " for ", FormatShort(now - host.since)));
  }
  return absl::StrJoin(all, "; ");
}

std::vector<std::string> FailingFor(const Core& core, MonoTime now, absl::Duration length) {
  std::vector<std::string> all;
  for (const auto& [target, host] : core.reach.hosts) {
    if (Fails(host) && now - host.since >= length) all.push_back(target);
  }
  return all;
}

void JudgeUpdate(Core& core, Turn& turn) {
  if (!UpdateWatch(core, turn.mono()) || IsDownAfterUpdate(core)) return;
  if (!AllOf(core.reach, [](const HostReach& host) { return host.failed_rounds >= kRoundsDown; })) return;
  const ExtensionUpdate& update = *core.extension_update;
  core.incidents.Open(
      turn, kDown, update.change.bundle_id,
      absl::StrCat("No host answers a TCP handshake although the link is up, since the extension ",
                   update.change.bundle_id, " went from ", update.change.from, " to ", update.change.to, " ",
                   FormatShort(turn.mono() - update.at), " ago; our restarts are held back"),
      FailuresText(core, turn.mono()));
}

void JudgeProxied(Core& core, Turn& turn) {
  if (core.installed.proxies.empty()) {
    return core.incidents.Close(turn, kProxied, "", "no transparent proxy is installed");
  }
  const std::vector<std::string> failing = FailingFor(core, turn.mono(), kProxiedAfter);
  const bool network_works =
      AnyTunnelUp(core) || !AllOf(core.reach, Fails) || (core.contact && core.contact->facts.reachable);
  if (failing.empty() || !network_works || IsDownAfterUpdate(core)) return;
  const std::string proxies =
      absl::StrJoin(core.installed.proxies, ",",
                    [](std::string* out, const ProxyFacts& p) { absl::StrAppend(out, p.bundle_id); });
  core.incidents.Open(
      turn, kProxied, "",
      absl::StrCat(absl::StrJoin(failing, " and "), " cannot be reached while ", proxies, " handles traffic"),
      absl::StrCat(FailuresText(core, turn.mono()), "; proxies=", proxies));
}

void JudgeBlocked(Core& core, Turn& turn) {
  const std::vector<std::string> in_force = InForce(core);
  if (!ServerIsLost(core) || in_force.empty() || IsDownAfterUpdate(core)) return;
  if (turn.mono() - core.contact->since < kBlockedAfter)
    return turn.WakeAt(core.contact->since + kBlockedAfter);
  const size_t hosts = core.reach.hosts.size();
  if (hosts == 0 || FailingFor(core, turn.mono(), kBlockedAfter).size() < hosts) return;
  core.incidents.Open(
      turn, kBlocked, "",
      absl::StrCat("Neither ", core.contact->facts.server, " nor Apple's services can be reached while ",
                   absl::StrJoin(in_force, " and "),
                   absl::StrCat(in_force.size() > 1 ? " are" : " is", " in force")),
      absl::StrCat(core.contact->facts.server, " ", core.contact->facts.error, "; ",
                   FailuresText(core, turn.mono())));
}

void CloseWhatIsOver(Core& core, Turn& turn) {
  const bool some_answer = !core.reach.hosts.empty() && !AllOf(core.reach, Fails);
  if (some_answer) core.incidents.CloseOthers(turn, kDown, {}, "the network is back: a host answers again");
  if (some_answer) core.incidents.Close(turn, kBlocked, "", "a host answers again");
  if (!ServerIsLost(core)) core.incidents.Close(turn, kBlocked, "", "the agent's server answers again");
  if (some_answer && !SomethingFails(core))
    core.incidents.Close(turn, kProxied, "", "every host answers again");
}

}  // namespace

bool IsDownAfterUpdate(const Core& core) {
  return core.incidents.AnyOpen(kDown);
}

void NoteExtensionUpdates(Core& core, Turn& turn, const InstalledFacts& before, const InstalledFacts& now) {
  for (ExtensionChange& change : ChangedExtensions(before, now)) {
    if (change.from.empty() || change.to.empty()) continue;
    core.extension_update = ExtensionUpdate{std::move(change), turn.mono()};
    BeginGrace(core, GraceKind::kExtensionUpdate, turn.mono());
  }
}

void OnHostAnswer(Core& core, Turn& turn, const ProbeResult& result) {
  const auto& wanted = core.policy->transparent_proxies.must_reach;
  if (std::none_of(wanted.begin(), wanted.end(),
                   [&](const Endpoint& host) { return ProbeOf(host).Target() == result.target; }))
    return;
  const auto [it, fresh] =
      core.reach.hosts.try_emplace(std::string(absl::StripPrefix(result.target, "tcp:")));
  HostReach& host = it->second;
  if (fresh || Fails(host) == result.ok) {
    turn.Row(result);
    host.since = turn.mono();
  }
  host.failed_rounds = result.ok ? 0 : host.failed_rounds + 1;
  host.error = result.error;
}

void RunReachability(Core& core, Turn& turn) {
  if (!Wanted(core, turn.mono())) {
    CloseWhatIsOver(core, turn);
    core.reach = {};
    for (const absl::string_view name : {kDown, kProxied, kBlocked}) {
      core.incidents.CloseOthers(turn, name, {}, "nothing stands between the Mac and its hosts any more");
    }
    return;
  }
  if (!MayProbe(core, turn.mono())) {
    core.reach = {};  // what failed before a sleep or on another network says nothing
    if (core.path_known && core.path.satisfied && Awake(core)) {
      turn.WakeAt(std::max(core.path_since, core.resumed_at) + kPathHeld);
    }
    return;
  }
  Ask(core, turn);
  JudgeUpdate(core, turn);
  JudgeProxied(core, turn);
  JudgeBlocked(core, turn);
  CloseWhatIsOver(core, turn);
}

}  // namespace holdfast::engine
