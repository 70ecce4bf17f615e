#include "tests/simulation/direct_transport.h"

#include <utility>

#include "base/crypto/authority.h"

namespace holdfast::simulation {

void DirectTransport::SetIdentity(const uplink::Identity& identity) {
  peer_.device.reset();
  peer_.certificate_serial.clear();
  const auto certificate = crypto::ReadCertificate(identity.certificate_chain_pem);
  if (!certificate.ok()) return;
  if (auto device = crypto::DeviceOf(*certificate); device.ok()) peer_.device = *device;
  peer_.certificate_serial = certificate->serial_hex;
}

template <class Response>
void DirectTransport::Call(
    absl::Duration deadline,
    std::function<absl::StatusOr<Response>(server::AgentApi&, const server::Peer&)> call,
    uplink::Callback<Response> done) {
  // Once a request has left, the server handles it whatever becomes of the device; only the answer is bound
  // to the caller.
  auto answer = lifetime_.Guard(std::move(done));
  if (!link_.up) {
    After(absl::Milliseconds(5), [answer]() mutable {
      answer(absl::StatusOr<Response>(absl::UnavailableError("no route to the server")));
    });
    return;
  }
  const bool lost = Happens(link_.lose_request), answer_lost = Happens(link_.lose_answer),
             twice = Happens(link_.twice);
  if (lost) {
    After(deadline,
          [answer]() mutable { answer(absl::StatusOr<Response>(absl::DeadlineExceededError("no answer"))); });
    return;
  }
  const absl::Duration back = Delay();
  After(Delay(), [server = &server_, executor = &executor_, clock = &clock_, call, answer, deadline,
                  answer_lost, twice, back, peer = peer_]() mutable {
    server::AgentApi* api = server->api();
    absl::StatusOr<Response> result = absl::UnavailableError("connection refused");
    if (api != nullptr) result = call(*api, peer);
    if (api != nullptr && twice) result = call(*api, peer);
    const absl::Duration when = answer_lost ? deadline : back;
    if (answer_lost) result = absl::DeadlineExceededError("no answer");
    executor->PostAt(clock->Now().mono + when,
                     [answer, result = std::move(result)]() mutable { answer(std::move(result)); });
  });
}

void DirectTransport::Enroll(const wire::EnrollRequest& request, absl::Duration deadline,
                             uplink::Callback<wire::EnrollResponse> done) {
  // A request that is not lost but whose answer is would enroll twice: the protocol's own case, so it is not
  // avoided.
  Call<wire::EnrollResponse>(
      deadline,
      [request](server::AgentApi& api, const server::Peer& peer) { return api.Enroll(peer, request); },
      std::move(done));
}

void DirectTransport::Sync(const wire::SyncRequest& request, absl::Duration deadline,
                           uplink::Callback<wire::SyncResponse> done) {
  Call<wire::SyncResponse>(
      deadline,
      [request](server::AgentApi& api, const server::Peer& peer) { return api.Sync(peer, request); },
      std::move(done));
}

void DirectTransport::Renew(const wire::RenewRequest& request, absl::Duration deadline,
                            uplink::Callback<wire::RenewResponse> done) {
  Call<wire::RenewResponse>(
      deadline,
      [request](server::AgentApi& api, const server::Peer& peer) { return api.Renew(peer, request); },
      std::move(done));
}

void DirectTransport::Watch(const Uuid& device, std::function<void(wire::WatchNudge)> nudge,
                            std::function<void(absl::Status)> closed) {
  stream_ = Stream{device, std::move(nudge), std::move(closed)};
  if (!link_.up || server_.api() == nullptr) Break();
}

void DirectTransport::Nudge(const Uuid& device, absl::Duration max_jitter) {
  if (!stream_ || stream_->device != device || !link_.up) return;
  After(Delay(), lifetime_.Guard([nudge = stream_->nudge, max_jitter] { nudge({max_jitter}); }));
}

void DirectTransport::Break() {
  if (!stream_) return;
  Stream stream = *std::exchange(stream_, std::nullopt);
  After(absl::Milliseconds(1), lifetime_.Guard([closed = std::move(stream.closed)] {
    closed(absl::UnavailableError("the stream was cut"));
  }));
}

}  // namespace holdfast::simulation
