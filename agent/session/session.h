// The session contract: one interface over nesessionmanager, charon and the simulated Mac.
// Asynchronous: a command answers "accepted", never "connected"; what came of it arrives as events.
// Everything runs on one serial executor: methods are called there and the listener is called there, never
// from inside a method call.
#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "core/facts.h"

namespace holdfast::session {

class Listener {
 public:
  virtual ~Listener() = default;
  // A status, delivered in order per service, with a generation that grows. May repeat a status.
  virtual void OnSession(const SessionEvent& event) = 0;
  // What is installed changed (also once, soon after Start).
  virtual void OnInstalled(const InstalledFacts& installed) = 0;
  // The manager died and came back; statuses of all services follow as events.
  virtual void OnManagerRestarted(const std::string& detail) = 0;
};

struct Capability {
  std::string name;  // "start", "stop", "extended_status", "on_behalf_of_user", ...
  bool available = false;
  std::string detail;  // what degrades without it
};

class Backend {
 public:
  virtual ~Backend() = default;
  // Begins delivering to `listener` (which outlives the backend): installed facts first, then the status of
  // each service. UNAVAILABLE when the manager cannot be reached now; the backend keeps trying and delivers
  // when it can.
  virtual absl::Status Begin(Listener* listener) = 0;
  // Asks for a start; OK means the request left. A session that is not disconnected ignores it
  // (ne-session 1.7): no error comes back. `as_uid`: on behalf of that user's session; UNIMPLEMENTED where
  // the backend cannot.
  virtual absl::Status StartSession(const Uuid& service, std::optional<uint32_t> as_uid) = 0;
  virtual absl::Status StopSession(const Uuid& service) = 0;
  // Bytes that came in through the service since it is up, for `done`, which is called once, later, and never
  // after the backend is gone. NOT_FOUND for a service that is not up; UNIMPLEMENTED where it cannot be told.
  virtual void CountInbound(const Uuid& service, std::function<void(absl::StatusOr<uint64_t>)> done) = 0;
  virtual std::vector<Capability> Capabilities() const = 0;
  virtual std::string Name() const = 0;  // "simulated", "vici", "darwin"
};

}  // namespace holdfast::session
