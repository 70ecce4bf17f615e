// Puts a fault script in front of a server: what reaches an agent is what a bad network, an overloaded server
// or an impostor would give it, while what is stored behind stays true.
#pragma once

#include <map>
#include <memory>
#include <utility>

#include "base/executor.h"
#include "base/time.h"
#include "server-mock/fault_script.h"
#include "server/rpc/agent_backend.h"

namespace holdfast::mock {

class FaultyBackend final : public server::AgentBackend {
 public:
  // All must outlive it; the executor is the core thread.
  FaultyBackend(server::AgentBackend& inner, Executor& executor, const Clock& clock, FaultScript script)
      : inner_(inner), executor_(executor), clock_(clock), script_(std::move(script)) {}

  void Enroll(const server::Peer& peer, wire::EnrollRequest request,
              Done<wire::EnrollResponse> done) override;
  void Sync(const server::Peer& peer, wire::SyncRequest request, Done<wire::SyncResponse> done) override;
  void Renew(const server::Peer& peer, wire::RenewRequest request, Done<wire::RenewResponse> done) override;
  void Watch(const server::Peer& peer, const Uuid& device, std::shared_ptr<server::NudgeSink> sink) override;
  void EndWatch(const Uuid& device, const std::shared_ptr<server::NudgeSink>& sink) override;
  void CloseAll(const absl::Status& status) override;

 private:
  template <class Request, class Response>
  using Method_ = void (server::AgentBackend::*)(const server::Peer&, Request, Done<Response>);
  template <class Request, class Response>
  void Run(Method method, Method_<Request, Response> call, const server::Peer& peer, Request request,
           Done<Response> done);
  template <class Response>
  Done<Response> Spoil(const Plan& plan, Done<Response> done);
  void After(absl::Duration delay, std::function<void()> work);

  server::AgentBackend& inner_;
  Executor& executor_;
  const Clock& clock_;
  // Core thread only:
  FaultScript script_;
  bool closing_ = false;
  std::map<TimerId, std::function<void()>> held_;  // answers that wait; given at once when the server stops
};

}  // namespace holdfast::mock
