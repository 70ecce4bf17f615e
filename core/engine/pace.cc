#include "core/engine/pace.h"

#include "core/engine/causes.h"

namespace holdfast::engine {
namespace {

std::optional<MonoTime> Ahead(std::optional<MonoTime> at, MonoTime now) {
  return at && *at > now ? at : std::nullopt;
}

absl::Duration Left(std::optional<MonoTime> at, MonoTime now) {
  return at ? *at - now : absl::ZeroDuration();
}

Pace PaceOf(const Service& service, MonoTime now) {
  const Failures& failures = service.failures;
  return {.failures_in_row = failures.in_row,
          .cause = failures.in_row == 0 ? FailureCause::kNone : failures.last,
          .not_before = Ahead(failures.not_before, now),
          .failed_ladders = service.remedy.failed_ladders,
          .open_until = Ahead(service.remedy.open_until, now)};
}

}  // namespace

void RecordPace(Turn& turn, Service& service) {
  const MonoTime now = turn.mono();
  service.recorded.not_before = Ahead(service.recorded.not_before, now);
  service.recorded.open_until = Ahead(service.recorded.open_until, now);
  const Pace pace = PaceOf(service, now);
  if (pace == service.recorded) return;
  service.recorded = pace;
  turn.Row(RetryState{.service = service.facts.id,
                      .failures_in_row = pace.failures_in_row,
                      .cause = pace.cause,
                      .detail = service.failures.detail,
                      .backoff = Left(pace.not_before, now),
                      .failed_ladders = pace.failed_ladders,
                      .circuit_open = Left(pace.open_until, now)});
}

void RestorePace(Service& service, const RetryState& row, MonoTime began, MonoTime now) {
  Failures& failures = service.failures;
  failures.in_row = row.failures_in_row;
  failures.last = row.cause;
  failures.detail = row.detail;
  if (row.cause != FailureCause::kNone) failures.cause = causes::OfFailure(row.cause);
  failures.not_before = Ahead(began + row.backoff, now);
  service.remedy.failed_ladders = row.failed_ladders;
  service.remedy.open_until = Ahead(began + row.circuit_open, now);
  service.recorded = PaceOf(service, now);
}

}  // namespace holdfast::engine
