#include "server-mock/faulty_backend.h"

#include <optional>
#include <string>

namespace holdfast::mock {
namespace {

template <class Response>
void SpoilPolicy(Response& response) {
  if (!response.policy || response.policy->signature.empty()) return;
  char& last = response.policy->signature.back();
  last = static_cast<char>(last ^ 1);
}
void SpoilPolicy(wire::RenewResponse& /*response*/) {}

template <class Response>
void SkewClock(Response& response, absl::Duration by) {
  response.server_time = response.server_time + by;
}
void SkewClock(wire::RenewResponse& /*response*/, absl::Duration /*by*/) {}

}  // namespace

void FaultyBackend::After(absl::Duration delay, std::function<void()> work) {
  if (delay <= absl::ZeroDuration() || closing_) return work();
  // The timer cannot run before the executor comes back to it, so the id is known by then.
  auto id = std::make_shared<TimerId>(0);
  *id = executor_.PostAt(clock_.Now().mono + delay, [this, id] {
    const auto held = held_.extract(*id);
    if (!held.empty()) held.mapped()();
  });
  held_.emplace(*id, std::move(work));
}

template <class Response>
server::AgentBackend::Done<Response> FaultyBackend::Spoil(const Plan& plan, Done<Response> done) {
  return [this, plan, done = std::move(done)](absl::StatusOr<Response> result) mutable {
    if (plan.drop_answer) {
      const absl::Status lost = absl::UnavailableError("the answer was lost (fault script)");
      return After(*plan.drop_answer, [done = std::move(done), lost] { done(lost); });
    }
    if (result.ok()) {
      if (plan.wrong_policy_signature) SpoilPolicy(*result);
      SkewClock(*result, plan.clock_skew);
    }
    After(plan.delay, [done = std::move(done), result = std::move(result)] { done(result); });
  };
}

template <class Request, class Response>
void FaultyBackend::Run(Method method, Method_<Request, Response> call, const server::Peer& peer,
                        Request request, Done<Response> done) {
  executor_.Post([this, method, call, peer, request = std::move(request), done = std::move(done)]() mutable {
    const Plan plan = closing_ ? Plan{} : script_.Next(method);
    if (plan.refusal) {
      return After(plan.delay, [done = std::move(done), refusal = *plan.refusal] { done(refusal); });
    }
    Done<Response> spoiled = Spoil(plan, std::move(done));
    if (!plan.duplicate) return (inner_.*call)(peer, std::move(request), std::move(spoiled));
    (inner_.*call)(peer, request, [](const absl::StatusOr<Response>&) {});
    (inner_.*call)(peer, std::move(request), std::move(spoiled));
  });
}

void FaultyBackend::Enroll(const server::Peer& peer, wire::EnrollRequest request,
                           Done<wire::EnrollResponse> done) {
  Run(Method::kEnroll, &AgentBackend::Enroll, peer, std::move(request), std::move(done));
}

void FaultyBackend::Sync(const server::Peer& peer, wire::SyncRequest request, Done<wire::SyncResponse> done) {
  Run(Method::kSync, &AgentBackend::Sync, peer, std::move(request), std::move(done));
}

void FaultyBackend::Renew(const server::Peer& peer, wire::RenewRequest request,
                          Done<wire::RenewResponse> done) {
  Run(Method::kRenew, &AgentBackend::Renew, peer, std::move(request), std::move(done));
}

void FaultyBackend::Watch(const server::Peer& peer, const Uuid& device,
                          std::shared_ptr<server::NudgeSink> sink) {
  executor_.Post([this, peer, device, sink = std::move(sink)] {
    const Plan plan = script_.Next(Method::kWatch);
    if (plan.refusal) return sink->Close(*plan.refusal);
    inner_.Watch(peer, device, sink);
    if (!plan.cut_stream) return;
    // Posted, so that the watch has begun: the inner one posts too.
    executor_.Post([this, device, sink, after = *plan.cut_stream] {
      After(after, [this, device, sink] {
        inner_.EndWatch(device, sink);
        sink->Close(absl::UnavailableError("the stream was cut (fault script)"));
      });
    });
  });
}

void FaultyBackend::EndWatch(const Uuid& device, const std::shared_ptr<server::NudgeSink>& sink) {
  inner_.EndWatch(device, sink);
}

void FaultyBackend::CloseAll(const absl::Status& status) {
  closing_ = true;
  inner_.CloseAll(status);
  for (const auto& [id, work] : std::exchange(held_, {})) {
    executor_.Cancel(id);
    work();
  }
}

}  // namespace holdfast::mock
