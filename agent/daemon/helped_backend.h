// A back end that starts services on behalf of a user through the helper in that user's session, where one
// runs: a root daemon has no ports of a user's session (docs/ne-session.md). Everything else passes through.
#pragma once

#include <functional>
#include <string>
#include <vector>

#include "agent/daemon/helper_desk.h"
#include "agent/session/forwarding_backend.h"
#include "base/timer.h"

namespace holdfast::agent {

class HelpedBackend final : public session::ForwardingBackend {
 public:
  // All must outlive it; `log` takes a line.
  HelpedBackend(session::Backend& backend, HelperDesk& desk, std::function<void(const std::string&)> log)
      : ForwardingBackend(backend), desk_(desk), log_(std::move(log)) {}

  // A back end that can start for the user does. Otherwise the helper is asked; without one, or when it fails
  // or does not answer, the service is started as root, which is all that is left to try.
  absl::Status StartSession(const Uuid& service, std::optional<uint32_t> as_uid) override;
  std::vector<session::Capability> Capabilities() const override;

 private:
  HelperDesk& desk_;
  const std::function<void(const std::string&)> log_;
  Lifetime lifetime_;
};

}  // namespace holdfast::agent
