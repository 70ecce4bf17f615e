#include "server/service/derivation.h"

#include <algorithm>
#include <utility>
#include <variant>

#include "base/error.h"
#include "core/compliance/posture.h"
#include "proto/wire/event_codec.h"
#include "server/service/day_keeper.h"

namespace holdfast::server {
namespace {

using compliance::Point;
using compliance::PointKind;

// Of a device: more services than any Mac has. Each start and stop touches them all, so a device must not be
// able to add to them without end; what is beyond them is history only.
constexpr size_t kMostKeys = 512;

// Kinds that change nothing but the history are not decoded.
bool Derives(uint16_t kind) {
  switch (static_cast<RowKind>(kind)) {
    case RowKind::kEpochBegan:
    case RowKind::kGap:
    case RowKind::kAgentStarted:
    case RowKind::kAgentStopped:
    case RowKind::kVerdict:
    case RowKind::kIncidentOpened:
    case RowKind::kIncidentClosed:
      return true;
    default:
      return false;
  }
}

}  // namespace

absl::Status Derivation::Apply(const fleet::StoredRow& row) {
  if (!Derives(row.row.kind)) return absl::OkStatus();
  const absl::StatusOr<Event> event =
      wire::DecodeEvent(row.row.kind, row.row.payload_version, row.row.payload);
  if (!event.ok()) return absl::OkStatus();  // a newer agent's: the row is kept and shown as unknown
  return std::visit(
      [&](const auto& e) -> absl::Status {
        if constexpr (requires { this->On(row, e); }) return On(row, e);
        return absl::OkStatus();
      },
      *event);
}

absl::Status Derivation::AddPoint(const fleet::StoredRow& row, Point point) {
  if (point.kind != PointKind::kGap) point.at = row.at;
  point.uncertainty_ns = std::max(point.uncertainty_ns, row.uncertainty_ns);
  if (point.kind != PointKind::kDown && point.kind != PointKind::kGap) point.from = point.at;
  return Store({.device = row.device, .chain = row.chain, .seq = row.row.seq, .point = std::move(point)});
}

absl::Status Derivation::AddGap(uint64_t seq, ServerTime from, const Estimate& to) {
  Point point{.kind = PointKind::kGap, .at = to.at, .uncertainty_ns = to.uncertainty_ns};
  point.from = std::min(from, to.at);
  return Store(
      {.device = device_.record.key, .chain = chain_.ordinal, .seq = seq, .point = std::move(point)});
}

absl::Status Derivation::Store(const fleet::TimelinePoint& point) {
  const ServerTime from = std::min(point.point.from, point.point.at);
  HOLDFAST_RETURN_IF_ERROR(DayKeeper::Forget(context_, device_.record, from));
  return context_.store.AddPoint(point);
}

// A new log: what the old one held and had not sent is lost.
absl::Status Derivation::On(const fleet::StoredRow& row, const EpochBegan&) {
  if (chain_.ordinal <= 1 || row.row.seq != 1) return absl::OkStatus();
  const fleet::ChainRecord& old = device_.chains[static_cast<size_t>(chain_.ordinal) - 2];
  HOLDFAST_RETURN_IF_ERROR(
      AddGap(row.row.seq, std::max(old.last_at, complete_at_), {row.at, row.uncertainty_ns}));
  HOLDFAST_ASSIGN_OR_RETURN(const auto open, context_.store.OpenIncidentsOf(row.device));
  for (const fleet::Incident& i : open) {
    const bool of_the_log = i.name == "chain_break" || i.name == "chain_fork" || i.name == "journal_gap";
    if (i.id.epoch == row.row.epoch || (i.id.epoch == 0 && !of_the_log)) continue;
    HOLDFAST_RETURN_IF_ERROR(
        context_.store.CloseIncident(row.device, i.id.epoch, i.id.seq, row.at, "the device began a new log"));
  }
  incidents_changed_ = true;
  return absl::OkStatus();
}

absl::StatusOr<ServerTime> Derivation::KnownBefore(uint64_t seq) {
  if (seq > 1) {
    HOLDFAST_ASSIGN_OR_RETURN(const auto row,
                              context_.store.FindRow(device_.record.key, chain_.ordinal, seq - 1));
    if (row) return row->at;
  }
  if (chain_.ordinal > 1) return device_.chains[static_cast<size_t>(chain_.ordinal) - 2].last_at;
  return device_.record.enrolled;
}

// The device says which rows it had to drop. Rows that had arrived all the same are no gap.
absl::Status Derivation::On(const fleet::StoredRow& row, const Gap& gap) {
  HOLDFAST_ASSIGN_OR_RETURN(const auto first, context_.store.FindRow(row.device, row.chain, gap.first));
  HOLDFAST_ASSIGN_OR_RETURN(const auto last, context_.store.FindRow(row.device, row.chain, gap.last));
  if (first && last) return absl::OkStatus();
  HOLDFAST_ASSIGN_OR_RETURN(const ServerTime from, KnownBefore(gap.first));
  HOLDFAST_ASSIGN_OR_RETURN(const auto after, context_.store.FindRow(row.device, row.chain, gap.last + 1));
  const Estimate to =
      after ? Estimate{after->at, after->uncertainty_ns} : Estimate{row.at, row.uncertainty_ns};
  HOLDFAST_RETURN_IF_ERROR(AddGap(row.row.seq, from, to));
  return SettleIncident(context_, device_, "journal_gap", "the device says that it dropped these rows");
}

absl::Status Derivation::On(const fleet::StoredRow& row, const AgentStarted& event) {
  if (!event.clean_stop && event.last_alive) {
    HOLDFAST_ASSIGN_OR_RETURN(const Estimate alive, estimator_.For(*event.last_alive, ServerTime{INT64_MIN}));
    Point down{.kind = PointKind::kDown, .uncertainty_ns = alive.uncertainty_ns};
    down.from = std::min(alive.at, row.at);
    HOLDFAST_RETURN_IF_ERROR(AddPoint(row, std::move(down)));
  }
  HOLDFAST_RETURN_IF_ERROR(AddPoint(row, {.kind = PointKind::kStarted}));
  return SetAll(row, TimeClass::kUnknown, "starting");
}

absl::Status Derivation::On(const fleet::StoredRow& row, const AgentStopped& event) {
  HOLDFAST_RETURN_IF_ERROR(AddPoint(row, {.kind = PointKind::kStopped, .cause = event.reason}));
  if (event.reason == "shutdown") return SetAll(row, TimeClass::kAsleepOrOff, "shutdown");
  return SetAll(row, TimeClass::kUnknown, "agent_stopped");
}

absl::Status Derivation::LoadVerdicts() {
  if (std::exchange(verdicts_loaded_, true)) return absl::OkStatus();
  HOLDFAST_ASSIGN_OR_RETURN(auto verdicts, context_.store.VerdictsOf(device_.record.key));
  for (fleet::CurrentVerdict& v : verdicts) verdicts_.emplace(v.key, std::move(v));
  return absl::OkStatus();
}

absl::Status Derivation::SetAll(const fleet::StoredRow& row, TimeClass time_class, const std::string& cause) {
  HOLDFAST_RETURN_IF_ERROR(LoadVerdicts());
  for (auto& [key, verdict] : verdicts_) {
    if (verdict.time_class == TimeClass::kNotRequired) continue;
    verdict.time_class = time_class;
    verdict.cause = cause;
    verdict.detail.clear();
    verdict.since = row.at;
    changed_.insert(key);
  }
  return absl::OkStatus();
}

// A verdict that repeats the current one moves no border of the timeline.
absl::Status Derivation::On(const fleet::StoredRow& row, const Verdict& event) {
  HOLDFAST_RETURN_IF_ERROR(LoadVerdicts());
  if (verdicts_.size() >= kMostKeys && verdicts_.count(event.key) == 0) return absl::OkStatus();
  const auto [it, added] = verdicts_.try_emplace(event.key);
  fleet::CurrentVerdict& current = it->second;
  const bool moved = added || current.time_class != event.time_class || current.cause != event.cause;
  const fleet::CurrentVerdict now{
      event.key,        event.rule,  event.service, event.service_name,
      event.time_class, event.cause, event.detail,  moved ? row.at : current.since};
  if (!added && now == current) return absl::OkStatus();
  current = now;
  changed_.insert(event.key);
  if (!moved) return absl::OkStatus();
  return AddPoint(
      row,
      {.kind = PointKind::kVerdict, .key = event.key, .time_class = event.time_class, .cause = event.cause});
}

absl::Status Derivation::On(const fleet::StoredRow& row, const IncidentOpened& event) {
  HOLDFAST_ASSIGN_OR_RETURN(const auto open,
                            context_.store.OpenIncidentsNamed(row.device, event.name, event.key));
  for (const fleet::Incident& i : open) {
    if (i.id.epoch == 0) continue;
    HOLDFAST_RETURN_IF_ERROR(
        context_.store.CloseIncident(row.device, i.id.epoch, i.id.seq, row.at, "opened again"));
  }
  fleet::Incident incident;
  incident.id = {.device = device_.record.id, .epoch = row.row.epoch, .seq = row.row.seq};
  incident.name = event.name;
  incident.severity = event.severity;
  incident.key = event.key;
  incident.summary = event.summary;
  incident.evidence = event.evidence;
  incident.suspects = event.suspects;
  incident.opened = row.at;
  incidents_changed_ = true;
  return context_.store.OpenIncident(row.device, incident);
}

absl::Status Derivation::On(const fleet::StoredRow& row, const IncidentClosed& event) {
  incidents_changed_ = true;
  if (event.opened_seq != 0) {
    HOLDFAST_RETURN_IF_ERROR(
        context_.store.CloseIncident(row.device, row.row.epoch, event.opened_seq, row.at, event.reason));
  }
  HOLDFAST_ASSIGN_OR_RETURN(const auto open,
                            context_.store.OpenIncidentsNamed(row.device, event.name, event.key));
  for (const fleet::Incident& i : open) {
    if (i.id.epoch == 0) continue;
    HOLDFAST_RETURN_IF_ERROR(
        context_.store.CloseIncident(row.device, i.id.epoch, i.id.seq, row.at, event.reason));
  }
  return absl::OkStatus();
}

absl::Status Derivation::Finish() {
  for (const std::string& key : changed_) {
    HOLDFAST_RETURN_IF_ERROR(context_.store.PutVerdict(device_.record.key, verdicts_[key]));
  }
  if (incidents_changed_) HOLDFAST_RETURN_IF_ERROR(CountIncidents(context_, device_));
  if (changed_.empty()) return absl::OkStatus();
  TimeClass worst = TimeClass::kNotRequired;
  for (const auto& [key, verdict] : verdicts_) worst = compliance::Worse(worst, verdict.time_class);
  return SetPosture(context_, device_.record, worst);
}

}  // namespace holdfast::server
