#include "server-mock/swarm/unsteady_transport.h"

#include <utility>

namespace holdfast::swarm {
namespace {

// A real deadline is half a minute; a shorter one makes the same happen more often.
constexpr absl::Duration kHeardNothing = absl::Seconds(2);

}  // namespace

template <class Response>
uplink::Callback<Response> UnsteadyTransport::Measured(Latencies& latencies,
                                                       uplink::Callback<Response> done) {
  return lifetime_.Guard(
      [this, &latencies, began = clock_.Now().mono, done = std::move(done)](absl::StatusOr<Response> answer) {
        if (answer.ok()) {
          latencies.Add(clock_.Now().mono - began);
          answered_(began);
        } else {
          tally_.Failed(answer.status());
        }
        done(std::move(answer));
      });
}

void UnsteadyTransport::Enroll(const wire::EnrollRequest& request, absl::Duration deadline,
                               uplink::Callback<wire::EnrollResponse> done) {
  ++tally_.enrollments;
  inner_->Enroll(request, deadline, Measured(tally_.enroll, std::move(done)));
}

void UnsteadyTransport::Sync(const wire::SyncRequest& request, absl::Duration deadline,
                             uplink::Callback<wire::SyncResponse> done) {
  ++tally_.syncs;
  const double luck = random_.Uniform();
  if (luck < unsteadiness_.lose) {
    ++tally_.lost_on_purpose;
    if (luck < unsteadiness_.lose / 2) inner_->Sync(request, deadline, [](const auto&) {});
    return FailLater(std::move(done));
  }
  if (luck < unsteadiness_.lose + unsteadiness_.twice) {
    ++tally_.doubled_on_purpose;
    inner_->Sync(request, deadline, [](const auto&) {});
  }
  inner_->Sync(request, deadline, Measured(tally_.sync, std::move(done)));
}

void UnsteadyTransport::FailLater(uplink::Callback<wire::SyncResponse> done) {
  executor_.PostAt(clock_.Now().mono + kHeardNothing, lifetime_.Guard([done = std::move(done)] {
    done(absl::DeadlineExceededError("the swarm lost this call on purpose"));
  }));
}

void UnsteadyTransport::Renew(const wire::RenewRequest& request, absl::Duration deadline,
                              uplink::Callback<wire::RenewResponse> done) {
  inner_->Renew(request, deadline, std::move(done));
}

}  // namespace holdfast::swarm
