#include "agent/daemon/housekeeping.h"

#include <memory>
#include <utility>

#include "absl/status/statusor.h"
#include "agent/daemon/past.h"

namespace holdfast::agent {
namespace {

constexpr absl::Duration kMinute = absl::Minutes(1);
constexpr uint64_t kPruneEvery = 15;                  // minutes
constexpr uint64_t kVerifyEvery = uint64_t{24} * 60;  // minutes
constexpr size_t kVerifyRows = 500;
// Between two slices, so that rows of the present are not kept waiting.
constexpr absl::Duration kBetweenSlices = absl::Milliseconds(500);

}  // namespace

Housekeeping::Housekeeping(Executor& executor, const Clock& clock, journal::Strand& strand, Observer observer)
    : clock_(clock),
      strand_(strand),
      observer_(std::move(observer)),
      minute_(executor),
      prune_(executor),
      verify_(executor) {}

void Housekeeping::Start(bool verify) {
  minute_.Set(clock_.Now().mono + kMinute, [this] { EachMinute(); });
  if (verify) verify_.Set(clock_.Now().mono + absl::Seconds(5), [this] { Verify(); });
}

void Housekeeping::EachMinute() {
  const Stamp now = clock_.Now();
  minute_.Set(now.mono + kMinute, [this] { EachMinute(); });
  ++minutes_;
  Mark(now);
  if (minutes_ % kPruneEvery == 1) Prune();
  if (minutes_ % kVerifyEvery == 0 && !verify_.pending()) Verify();
}

// A row says as much as a mark, without another flush of the disk.
void Housekeeping::Mark(const Stamp& now) {
  const auto fresh = [&](const std::optional<Stamp>& sign) {
    return sign && sign->boot == now.boot && now.mono - sign->mono < mark_every_;
  };
  if (fresh(marked_) || fresh(observer_.last_row())) return;
  marked_ = now;
  strand_.Run([now](journal::Journal& journal) { MarkAlive(journal, now).IgnoreError(); }, [] {});
}

void Housekeeping::Prune() {
  auto more = std::make_shared<absl::StatusOr<bool>>(false);
  const journal::RetentionLimits limits{.oldest = clock_.Now().wall - absl::Hours(24) * limits_.days,
                                        .max_bytes = limits_.max_bytes,
                                        .max_unacknowledged_bytes = limits_.max_unacknowledged_bytes};
  strand_.Run([more, limits](journal::Journal& journal) { *more = journal.Prune(limits); },
              lifetime_.Guard([this, more] {
                if (!more->ok()) {
                  observer_.troubled(more->status());
                } else if (**more) {
                  prune_.Set(clock_.Now().mono + kBetweenSlices, [this] { Prune(); });
                }
              }));
}

void Housekeeping::Verify() {
  auto more = std::make_shared<absl::StatusOr<bool>>(false);
  strand_.Run([more](journal::Journal& journal) { *more = journal.VerifySlice(kVerifyRows); },
              lifetime_.Guard([this, more] {
                if (absl::IsDataLoss(more->status())) {
                  observer_.damaged(more->status());
                } else if (more->ok() && **more) {
                  verify_.Set(clock_.Now().mono + kBetweenSlices, [this] { Verify(); });
                }
              }));
}

}  // namespace holdfast::agent
