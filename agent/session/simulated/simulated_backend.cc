#include "agent/session/simulated/simulated_backend.h"

namespace holdfast::session {

SimulatedBackend::~SimulatedBackend() {
  if (listener_ != nullptr) mac_.RemoveObserver(this);
}

absl::Status SimulatedBackend::Begin(Listener* listener) {
  if (listener_ != nullptr) {
    return absl::FailedPreconditionError("the simulated session back end has begun already: begin it once");
  }
  listener_ = listener;
  mac_.AddObserver(this);
  return absl::OkStatus();
}

absl::Status SimulatedBackend::StartSession(const Uuid& service, std::optional<uint32_t> as_uid) {
  return mac_.StartSession(service, as_uid);
}

absl::Status SimulatedBackend::StopSession(const Uuid& service) {
  return mac_.StopSession(service);
}

void SimulatedBackend::CountInbound(const Uuid& service, std::function<void(absl::StatusOr<uint64_t>)> done) {
  mac_.Later(lifetime_.Guard([this, service, done = std::move(done)] { done(mac_.BytesIn(service)); }));
}

std::vector<Capability> SimulatedBackend::Capabilities() const {
  std::vector<Capability> all = {{"start", true, ""},
                                 {"stop", true, ""},
                                 {"status", true, ""},
                                 {"stop_reason", true, ""},
                                 {"inbound_bytes", true, ""},
                                 {"requested_by", true, "told for commands of others than the agent"},
                                 {"on_behalf_of_user", true, "for the user at the console"}};
  for (Capability& capability : all) {
    if (!mac_.system().lost_capabilities.contains(capability.name)) continue;
    capability.available = false;
    capability.detail = "its symbol is missing on this OS build";
  }
  return all;
}

}  // namespace holdfast::session
