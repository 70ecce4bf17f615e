// Who calls, from gRPC's view of the connection. Thread-safe.
#pragma once

#include <grpcpp/server_context.h>

#include <functional>
#include <string>

#include "absl/status/statusor.h"
#include "base/crypto/client_verifier.h"
#include "base/time.h"
#include "server/rpc/verified_clients.h"
#include "server/service/agent_api.h"

namespace holdfast::server {

// "10.0.0.1:4711" or "[::1]:4711" from gRPC's "ipv4:..." and "ipv6:%5B::1%5D:...".
std::string PeerAddress(const std::string& grpc_peer);

class PeerReader {
 public:
  // Hears of every call that came with a valid certificate. Any thread.
  using Known = std::function<void(const Peer&)>;
  // The clock must outlive it.
  PeerReader(crypto::ClientVerifier verifier, const Clock& clock, Known known)
      : clients_(std::move(verifier)), clock_(clock), known_(std::move(known)) {}

  // For every method but Enroll: UNAUTHENTICATED without a valid device certificate, with the reason.
  absl::StatusOr<Peer> Verified(const grpc::ServerContextBase& context) const;
  // For Enroll: a certificate counts when it is valid and is ignored otherwise, because a device whose
  // certificate is no good any more must be able to get another.
  Peer Any(const grpc::ServerContextBase& context) const;
  // The authorities have changed.
  void Replace(crypto::ClientVerifier verifier) { clients_.Replace(std::move(verifier)); }

 private:
  VerifiedClients clients_;
  const Clock& clock_;
  Known known_;
};

}  // namespace holdfast::server
