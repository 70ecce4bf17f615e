// The server's two ports, as gRPC servers over TLS.
#pragma once

#include <grpcpp/server.h>
#include <grpcpp/server_builder.h>

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "base/enrollment.h"
#include "server/rpc/acceptor.h"

namespace holdfast::server {

// What a listener proves itself with. The chain holds the authority's certificate too: an agent that knows
// only its hash finds it there.
struct TlsIdentity {
  std::string private_key_pem;
  std::string certificate_chain_pem;
  // Where both are also kept, in files: a chain (of the same key) that replaces the one there is shown within
  // two seconds, to whoever connects then. Empty: they stay as they are.
  std::string folder;
};
inline std::string TlsKeyFile(const std::string& folder) {
  return folder + "/tls.key";
}
inline std::string TlsChainFile(const std::string& folder) {
  return folder + "/tls.pem";
}

struct AgentListenerLimits {
  int max_message_bytes = 8 << 20;  // a full frame and its sections
  int max_concurrent_streams = 8;   // per connection: an agent has one Sync, one Watch and at times a Renew
  // gRPC closes idle connections and cancels calls when its buffers take this much.
  size_t memory_bytes = size_t{2} << 30;
  // gRPC adds 10 % of jitter. Connections are made anew now and then, so that load balancers can spread them.
  absl::Duration max_connection_age = absl::Hours(6);
  absl::Duration max_connection_age_grace = absl::Minutes(1);
};

// Who decides on new connections. All must outlive the listener.
struct Door {
  Connections& connections;
  const Clock& clock;
  Acceptor::Told told;  // optional
};

class Listener {
 public:
  // Asks clients for a certificate and leaves its judgement to PeerReader. No reflection, no compression.
  // Errors name the address and say why it cannot be listened on; INVALID_ARGUMENT: an identity that is none.
  static absl::StatusOr<std::unique_ptr<Listener>> Agents(const Endpoint& listen, const TlsIdentity& identity,
                                                          const AgentListenerLimits& limits, Door door,
                                                          grpc::Service& service);
  // Server TLS only, no compression; reflection and the standard health service, which need no token.
  static absl::StatusOr<std::unique_ptr<Listener>> Admins(const Endpoint& listen, const TlsIdentity& identity,
                                                          Door door, grpc::Service& service);
  ~Listener();

  uint16_t port() const { return acceptor_->port(); }
  // Takes no new connections and calls, lets those in flight end for `grace`, then cancels them. Idempotent.
  void Shutdown(absl::Duration grace);

 private:
  struct Name {
    const char* whose;  // for the log
    Endpoint listen;
  };
  using GrpcAcceptor = grpc::experimental::ExternalConnectionAcceptor;
  Listener(std::unique_ptr<grpc::Server> server, std::unique_ptr<GrpcAcceptor> grpc_acceptor)
      : server_(std::move(server)), grpc_acceptor_(std::move(grpc_acceptor)) {}
  static absl::StatusOr<std::unique_ptr<Listener>> Start(grpc::ServerBuilder& builder, const Name& name,
                                                         std::shared_ptr<grpc::ServerCredentials> credentials,
                                                         Door door, grpc::Service& service);
  std::unique_ptr<grpc::Server> server_;
  std::unique_ptr<GrpcAcceptor> grpc_acceptor_;
  std::unique_ptr<Acceptor> acceptor_;
};

}  // namespace holdfast::server
