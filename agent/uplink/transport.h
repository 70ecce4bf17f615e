// How the uplink reaches a server: gRPC, a direct call in the same process, or one of these with faults.
// Called on the executor; each callback runs there, once, never from inside the call. Destroying the
// transport drops callbacks.
#pragma once

#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "proto/wire/agent_messages.h"

namespace holdfast::uplink {

// What a connection needs. Changing it (enrollment, renewal) makes a new connection.
struct Identity {
  std::string certificate_chain_pem;
  std::string private_key_pem;
  std::vector<std::string> ca_certificates_pem;
};

template <class T>
using Callback = std::function<void(absl::StatusOr<T>)>;

class AgentTransport {
 public:
  virtual ~AgentTransport() = default;
  // Without an identity only Enroll can succeed.
  virtual void SetIdentity(const Identity& identity) = 0;
  virtual void Enroll(const wire::EnrollRequest& request, absl::Duration deadline,
                      Callback<wire::EnrollResponse> done) = 0;
  virtual void Sync(const wire::SyncRequest& request, absl::Duration deadline,
                    Callback<wire::SyncResponse> done) = 0;
  virtual void Renew(const wire::RenewRequest& request, absl::Duration deadline,
                     Callback<wire::RenewResponse> done) = 0;
  // `nudge` runs for each message until `closed` runs, once. Calling Watch again replaces the stream.
  virtual void Watch(const Uuid& device, std::function<void(wire::WatchNudge)> nudge,
                     std::function<void(absl::Status)> closed) = 0;
};

}  // namespace holdfast::uplink
