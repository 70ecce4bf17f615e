// AgentTransport over gRPC with mutual TLS. gRPC's threads only post to the executor: all state here belongs
// to it.
#pragma once

#include <atomic>
#include <memory>
#include <optional>
#include <string>

#include "agent/uplink/transport.h"
#include "base/enrollment.h"
#include "base/executor.h"
#include "base/timer.h"

namespace grpc {
class ClientContext;
}

namespace holdfast::uplink {

struct GrpcOptions {
  Endpoint server;
  // The authority to trust at the first contact; without it nothing can be enrolled.
  std::optional<Sha256Digest> ca_spki_sha256;
};

class GrpcTransport final : public AgentTransport {
 public:
  // The executor must outlive it.
  GrpcTransport(Executor& executor, GrpcOptions options);
  // Cancels what is under way and waits until gRPC has let go of it.
  ~GrpcTransport() override;

  void SetIdentity(const Identity& identity) override;
  void Enroll(const wire::EnrollRequest& request, absl::Duration deadline,
              Callback<wire::EnrollResponse> done) override;
  void Sync(const wire::SyncRequest& request, absl::Duration deadline,
            Callback<wire::SyncResponse> done) override;
  void Renew(const wire::RenewRequest& request, absl::Duration deadline,
             Callback<wire::RenewResponse> done) override;
  void Watch(const Uuid& device, std::function<void(wire::WatchNudge)> nudge,
             std::function<void(absl::Status)> closed) override;

 private:
  struct Connection;
  class Pending;
  class WatchStream;
  template <class ProtoRequest, class ProtoResponse, class Response, class Method>
  void Call(ProtoRequest request, Method method, absl::Duration deadline, Callback<Response> done);
  void FetchAuthority(absl::Duration deadline, std::function<void(absl::Status)> done);

  Executor& executor_;
  const GrpcOptions options_;
  const std::shared_ptr<Pending> pending_;
  std::shared_ptr<Connection> connection_;  // none before the first identity or authority
  std::shared_ptr<grpc::ClientContext> watch_;
  Lifetime lifetime_;
};

}  // namespace holdfast::uplink
