// How a simulated Mac behaves: its timers, its network's gateways, its faults. Values only.
#pragma once

#include <cstdint>
#include <optional>

#include "absl/strings/string_view.h"
#include "absl/time/time.h"

namespace holdfast::sim {

// What answers at a service's remote address.
enum class Gateway : uint8_t {
  kReachable,           // the tunnel comes up
  kUnreachable,         // nothing there: reason 20 after Timers::unreachable
  kAuthFails,           // reason 23
  kCertificateExpired,  // its certificate: reason 30
  kSilent,              // takes the first packet and never answers: the Starting timer ends it, reason 12
  kHangs,               // as a sign-in window nobody fills in: connecting for ever, no timer ends it
  kDead,                // the tunnel comes up and carries nothing: probes fail
};
absl::string_view GatewayName(Gateway gateway);  // "auth-fails"
std::optional<Gateway> ParseGateway(absl::string_view name);
// "reachable, unreachable, ..." for messages.
absl::string_view GatewayNames();

// Defaults are those that were observed on macOS where there are any (docs/ne-session.md, 1.7).
struct Timers {
  absl::Duration command = absl::Milliseconds(2);  // from the client to the session manager
  absl::Duration info = absl::Milliseconds(50);    // until the client has asked again for the true status
  absl::Duration connect = absl::Milliseconds(1500);
  absl::Duration disconnect = absl::Milliseconds(300);
  absl::Duration refuse = absl::Seconds(2);  // until a gateway has refused
  absl::Duration unreachable = absl::Seconds(10);
  absl::Duration starting_provider = absl::Seconds(60);
  absl::Duration starting_ikev2 = absl::Seconds(120);
  absl::Duration stopping = absl::Seconds(20);
  absl::Duration reassert = absl::Seconds(10);   // in reasserting without a path before it gives up
  absl::Duration dead_peer = absl::Seconds(30);  // until a vanished gateway is noticed
  absl::Duration on_demand = absl::Seconds(1);   // from traffic to an on-demand start
  absl::Duration on_demand_damped = absl::Seconds(60);
  absl::Duration manager_restart = absl::Seconds(1);
  absl::Duration extension_update = absl::Seconds(3);
};

struct DeliverySettings {
  absl::Duration jitter = absl::Milliseconds(20);  // uniform, added to each event
  double late_share = 0;                           // of events held back for up to `late`
  absl::Duration late = absl::Seconds(3);
  double duplicate_share = 0;  // of events that come twice
};

struct Settings {
  Timers timers;
  DeliverySettings delivery;
  // So many starts of one service within the window use up the session manager's descriptors.
  int exhausting_starts = 20;
  absl::Duration exhausting_window = absl::Minutes(1);
  int on_demand_failures_before_damping = 4;
  bool tunnels_survive_sleep = false;
  bool tunnels_survive_manager_restart = false;
};

}  // namespace holdfast::sim
