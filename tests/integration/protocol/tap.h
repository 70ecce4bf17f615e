// Stands between agents and the server of a simulation: sees every call with its answer, refuses or changes
// one when a test says so. What it does not touch is the product's own.
#pragma once

#include <functional>
#include <optional>
#include <vector>

#include "server/service/agent_api.h"
#include "tests/simulation/direct_transport.h"

namespace holdfast::protocol {

template <class Request, class Response>
struct Exchange {
  ServerTime at;
  server::Peer peer;
  Request request;
  absl::StatusOr<Response> answer;
};

class Tap final : public simulation::ServerPort, public server::AgentApi {
 public:
  // Both must outlive it.
  Tap(simulation::ServerPort& server, const Clock& clock) : server_(server), clock_(clock) {}

  server::AgentApi* api() override { return server_.api() == nullptr ? nullptr : this; }

  absl::StatusOr<wire::EnrollResponse> Enroll(const server::Peer& peer,
                                              const wire::EnrollRequest& request) override {
    return Keep(enrolls, peer, request, [&] { return server_.api()->Enroll(peer, request); });
  }
  absl::StatusOr<wire::SyncResponse> Sync(const server::Peer& peer,
                                          const wire::SyncRequest& request) override {
    wire::SyncRequest arrived = request;
    const absl::Status refused = meddle ? meddle(arrived) : absl::OkStatus();
    return Keep(syncs, peer, arrived, [&]() -> absl::StatusOr<wire::SyncResponse> {
      if (!refused.ok()) return refused;
      auto answer = server_.api()->Sync(peer, arrived);
      if (answer.ok() && amend) amend(*answer);
      return answer;
    });
  }
  absl::StatusOr<wire::RenewResponse> Renew(const server::Peer& peer,
                                            const wire::RenewRequest& request) override {
    return Keep(renewals, peer, request, [&] { return server_.api()->Renew(peer, request); });
  }

  // --- what tests set
  // May change the message; a status is the answer in the server's stead.
  std::function<absl::Status(wire::SyncRequest&)> meddle;
  std::function<void(wire::SyncResponse&)> amend;

  // --- what tests look at, in the order of the answers
  std::vector<Exchange<wire::EnrollRequest, wire::EnrollResponse>> enrolls;
  std::vector<Exchange<wire::SyncRequest, wire::SyncResponse>> syncs;
  std::vector<Exchange<wire::RenewRequest, wire::RenewResponse>> renewals;

 private:
  template <class Request, class Response, class Call>
  absl::StatusOr<Response> Keep(std::vector<Exchange<Request, Response>>& kept, const server::Peer& peer,
                                const Request& request, Call call) {
    const ServerTime at{clock_.Now().wall.ns};
    absl::StatusOr<Response> answer = call();
    kept.push_back({at, peer, request, answer});
    return answer;
  }

  simulation::ServerPort& server_;
  const Clock& clock_;
};

}  // namespace holdfast::protocol
