// AgentService as plain synchronous calls: what ServerCore implements, what the rpc layer, the mock's faults
// and the in-process transport call. Implementations are not thread-safe unless they say so: the caller
// serialises.
#pragma once

#include <optional>
#include <string>

#include "absl/status/statusor.h"
#include "base/ids.h"
#include "proto/wire/agent_messages.h"

namespace holdfast::server {

// Who calls, as far as the transport has verified it.
struct Peer {
  std::optional<Uuid> device;      // from the client certificate's SAN
  std::string certificate_serial;  // hex; empty without a certificate
  std::string address;
};

class AgentApi {
 public:
  virtual ~AgentApi() = default;
  virtual absl::StatusOr<wire::EnrollResponse> Enroll(const Peer& peer,
                                                      const wire::EnrollRequest& request) = 0;
  // Acknowledges rows only once they are durable.
  virtual absl::StatusOr<wire::SyncResponse> Sync(const Peer& peer, const wire::SyncRequest& request) = 0;
  virtual absl::StatusOr<wire::RenewResponse> Renew(const Peer& peer, const wire::RenewRequest& request) = 0;
};

}  // namespace holdfast::server
