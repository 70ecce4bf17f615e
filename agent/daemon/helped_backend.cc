#include "agent/daemon/helped_backend.h"

#include <utility>

#include "absl/strings/str_cat.h"
#include "core/system_facts.h"

namespace holdfast::agent {

absl::Status HelpedBackend::StartSession(const Uuid& service, std::optional<uint32_t> as_uid) {
  const absl::Status started = ForwardingBackend::StartSession(service, as_uid);
  if (!as_uid || !absl::IsUnimplemented(started)) return started;
  if (!desk_.CanStart(*as_uid)) return ForwardingBackend::StartSession(service, std::nullopt);
  desk_.Start(*as_uid, {service}, lifetime_.Guard([this, service](const absl::Status& end) {
    if (end.ok()) return;
    log_(absl::StrCat("starting service ", service.ToString(), " in its user's session: ", end.message(),
                      "; it is started as root"));
    // What comes of it is seen as a status, or not at all: the engine's deadline decides.
    ForwardingBackend::StartSession(service, std::nullopt).IgnoreError();
  }));
  return absl::OkStatus();
}

std::vector<session::Capability> HelpedBackend::Capabilities() const {
  std::vector<session::Capability> all = ForwardingBackend::Capabilities();
  for (session::Capability& capability : all) {
    if (capability.name != kOnBehalfOfUser || capability.available) continue;
    capability.available = true;
    capability.detail = "by holdfast-session, where it runs in the user's session; else as root";
  }
  return all;
}

}  // namespace holdfast::agent
