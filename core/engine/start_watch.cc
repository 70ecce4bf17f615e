#include "core/engine/start_watch.h"

#include <algorithm>
#include <utility>

#include "absl/strings/str_cat.h"
#include "core/engine/verdict.h"

namespace holdfast::engine {
namespace {

constexpr absl::Duration kQuiet = absl::Minutes(1);
constexpr size_t kMostLatencies = 64;
constexpr size_t kEnoughLatencies = 5;
constexpr absl::Duration kSlowWithoutHistory = absl::Minutes(1);
constexpr absl::Duration kNeverSlow = absl::Seconds(10);
constexpr int kSlowFactor = 3;
constexpr int kDeadStarts = 3;

std::string RequesterOf(const StartBurst& burst) {
  return burst.requested_by.empty() ? "On Demand" : burst.requested_by;
}

void EndStorm(Core& core, Turn& turn, Service& service) {
  if (!service.storm_until) return;
  if (turn.mono() < *service.storm_until) return turn.WakeAt(service.storm_until);
  service.storm_until.reset();
  core.incidents.Close(turn, "start_storm", service.id_text, "nothing has asked in bursts for a minute");
}

// When a start in progress counts as slow; nothing where a person signs in, or when stuck comes first.
std::optional<MonoTime> SlowAt(const Core& core, const Service& service) {
  if (!service.connecting_since || service.slow) return std::nullopt;
  if (RuleOf(core, service).authentication == Authentication::kInteractive) return std::nullopt;
  const std::optional<absl::Duration> usual = UsualLatency(service, 95);
  const absl::Duration limit = usual ? std::max(kNeverSlow, *usual * kSlowFactor) : kSlowWithoutHistory;
  if (limit >= core.policy->stuck_connecting) return std::nullopt;
  return std::max(*service.connecting_since, core.resumed_at) + limit;
}

std::string Seconds(std::optional<absl::Duration> d) {
  return d ? absl::StrCat(absl::ToInt64Seconds(*d)) : "unknown";
}

void NoticeSlow(Core& core, Turn& turn, Service& service) {
  const std::optional<MonoTime> at = SlowAt(core, service);
  if (!at || !service.required) return;
  if (turn.mono() < *at) return turn.WakeAt(at);
  service.slow = true;
  const absl::Duration age = turn.mono() - *service.connecting_since;
  const std::optional<MonoTime> woke_at = core.graces.Newest(GraceKind::kWake);
  const std::optional<absl::Duration> woke = woke_at ? std::optional(turn.mono() - *woke_at) : std::nullopt;
  const std::optional<absl::Duration> usual = UsualLatency(service, 95);
  core.incidents.Open(
      turn, "slow_start", service.id_text,
      absl::StrCat(NameOf(service), " has been connecting for ", FormatShort(age),
                   usual ? absl::StrCat("; 95 of 100 times it takes at most ", FormatShort(*usual)) : ""),
      absl::StrCat("connecting_s=", absl::ToInt64Seconds(age), "; p50_s=", Seconds(UsualLatency(service, 50)),
                   "; p95_s=", Seconds(usual), "; starts_known=", service.latencies.size(),
                   "; woke_s_ago=", Seconds(woke)));
}

void EndSlow(Core& core, Turn& turn, Service& service, const std::string& why) {
  if (service.slow) core.incidents.Close(turn, "slow_start", service.id_text, why);
  service.slow = false;
  service.connecting_since.reset();
}

std::string ReasonText(std::optional<int> reason) {
  return reason ? absl::StrCat(StopReasonText(*reason), " (", *reason, ")") : "unknown";
}

void NoticeNotRestored(Core& core, Turn& turn, Service& service) {
  const std::optional<MonoTime> boot_at = core.graces.Newest(GraceKind::kBoot);
  if (!service.to_restore || !service.required || !boot_at) return;
  const MonoTime judged = *boot_at + core.policy->boot_grace;
  if (turn.mono() < judged) return turn.WakeAt(judged);
  if (Assess(core, service, turn.mono()).time_class != TimeClass::kViolation) return;
  core.incidents.Open(turn, "not_restored_after_boot", service.id_text,
                      absl::StrCat(NameOf(service), " was connected before the restart of the Mac and is ",
                                   SessionStatusName(service.delivered.status), " now"),
                      absl::StrCat("stopped_before=", ReasonText(service.to_restore->stop_reason),
                                   "; status=", SessionStatusName(service.delivered.status),
                                   "; stop_reason=", ReasonText(service.delivered.stop_reason)));
  service.to_restore.reset();
}

}  // namespace

std::optional<absl::Duration> UsualLatency(const Service& service, int percent) {
  if (service.latencies.size() < kEnoughLatencies) return std::nullopt;
  std::vector<absl::Duration> sorted(service.latencies.begin(), service.latencies.end());
  std::sort(sorted.begin(), sorted.end());
  return sorted[(sorted.size() - 1) * static_cast<size_t>(percent) / 100];
}

void KeepLatency(Service& service, absl::Duration latency) {
  service.latencies.push_back(latency);
  if (service.latencies.size() > kMostLatencies) service.latencies.pop_front();
}

MonoTime StormUntil(MonoTime burst) {
  return burst + kQuiet;
}

void OnStartBurst(Core& core, Turn& turn, const StartBurst& burst) {
  turn.Row(burst);
  const auto found = core.services.find(burst.service);
  if (found == core.services.end() || found->second.rule < 0) return;
  Service& service = found->second;
  service.storm_until = StormUntil(turn.mono());
  const double seconds = std::max(1.0, absl::ToDoubleSeconds(burst.within));
  core.incidents.Open(turn, "start_storm", service.id_text,
                      absl::StrCat(RequesterOf(burst), " asked for a start of ", NameOf(service), " ",
                                   burst.starts, " times in ", FormatShort(burst.within)),
                      absl::StrCat("requested_by=", RequesterOf(burst), "; starts=", burst.starts,
                                   "; per_second=", static_cast<int>(burst.starts / seconds)));
}

void WatchDelivered(Core& core, Turn& turn, Service& service, const SessionEvent& before) {
  switch (service.delivered.status) {
    case SessionStatus::kConnecting:
      if (before.status != SessionStatus::kReasserting) service.connecting_since = turn.mono();
      return;
    case SessionStatus::kConnected:
      if (service.connecting_since && *service.connecting_since >= core.resumed_at) {
        KeepLatency(service, turn.mono() - *service.connecting_since);
      }
      if (service.connecting_since) {
        EndSlow(core, turn, service,
                absl::StrCat("it is connected after ", FormatShort(turn.mono() - *service.connecting_since)));
      }
      NoteLiveStart(core, turn, service);
      service.to_restore.reset();
      core.incidents.Close(turn, "not_restored_after_boot", service.id_text, "it is connected");
      return;
    case SessionStatus::kDisconnecting:
      NoteLiveStart(core, turn, service);
      [[fallthrough]];
    case SessionStatus::kInvalid:
    case SessionStatus::kDisconnected:
      EndSlow(core, turn, service, "it is not connecting any more");
      return;
    case SessionStatus::kReasserting:
      return;
  }
}

void NoteLiveStart(Core& core, Turn& turn, Service& service) {
  if (std::exchange(service.dead_starts, 0) < kDeadStarts) return;
  core.incidents.Close(turn, "session_manager_exhausted", service.id_text, "a start had an effect again");
}

void NoteDeadStart(Core& core, Turn& turn, Service& service) {
  if (++service.dead_starts != kDeadStarts) return;
  core.incidents.Open(turn, "session_manager_exhausted", service.id_text,
                      absl::StrCat(kDeadStarts, " starts of ", NameOf(service),
                                   " in a row did not even begin; the session manager takes none any more"),
                      absl::StrCat("starts_without_effect=", kDeadStarts, "; attempts_last_hour=",
                                   service.attempts.Spent(turn.mono(), absl::Hours(1))));
}

void WatchStarts(Core& core, Turn& turn, Service& service) {
  EndStorm(core, turn, service);
  NoticeSlow(core, turn, service);
  NoticeNotRestored(core, turn, service);
}

}  // namespace holdfast::engine
