// Who may speak as a device: the certificate's device is the message's, known, not revoked, and the
// certificate is one that is in force.
#pragma once

#include "absl/status/statusor.h"
#include "server/service/agent_api.h"
#include "server/service/directory.h"

namespace holdfast::server {

// Inside a transaction: the first use of a renewed certificate ends the one before it. Refusals: BAD_REQUEST
// (another device's certificate), REVOKED, REENROLL_REQUIRED.
absl::StatusOr<LiveDevice*> Admit(Context& context, Directory& directory, const Peer& peer,
                                  const Uuid& device);

}  // namespace holdfast::server
