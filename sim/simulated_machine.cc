// The simulated Mac's network, power and session manager process.
#include "absl/strings/str_cat.h"
#include "sim/simulated_mac.h"

namespace holdfast::sim {
namespace {

constexpr int kReasonWentToSleep = 9;

bool Any(const ServiceFacts&) {
  return true;
}

}  // namespace

Gateway SimulatedMac::GatewayAt(const std::string& address) const {
  if (handshakes_fail_) return Gateway::kUnreachable;
  if (network_.PortalOn(path_.network_id) == PortalState::kCaptive) return Gateway::kUnreachable;
  auto it = gateways_.find(address);
  return it == gateways_.end() ? Gateway::kReachable : it->second;
}

void SimulatedMac::NetworkDown() {
  if (!path_.satisfied) return;
  path_.satisfied = path_.has_resolver = false;
  path_.interface_name.clear();
  delivery_.Path(path_);
  TellNetwork();
  manager_.PathChanged(/*roamed=*/false);
}

void SimulatedMac::NetworkUp() {
  if (path_.satisfied) return;
  path_.satisfied = path_.has_resolver = true;
  path_.interface_name = "en0";
  delivery_.Path(path_);
  TellNetwork();
  manager_.PathChanged(/*roamed=*/false);
}

void SimulatedMac::Roam(std::string network) {
  if (network.empty()) network = absl::StrCat("network-", ++networks_);
  if (network == path_.network_id && path_.satisfied) return;
  path_ = {true, true, "en0", std::move(network)};
  delivery_.Path(path_);
  TellNetwork();
  manager_.PathChanged(/*roamed=*/true);
}

void SimulatedMac::SetGateway(const std::string& address, Gateway gateway) {
  gateways_[address] = gateway;
  manager_.GatewayChanged(address);
}

void SimulatedMac::SetHandshakesFail(bool fail) {
  handshakes_fail_ = fail;
  for (const ServiceFacts& service : installed_.services) manager_.GatewayChanged(service.remote_address);
}

// Tunnels are numbered as their services are ordered, from utun4: the system has some of its own.
NetworkFacts SimulatedMac::NetworkNow() const {
  std::vector<SimulatedNetwork::Tunnel> tunnels;
  int number = 4;
  for (const ServiceFacts& service : installed_.services) {
    if (service.type == ServiceType::kTransparentProxy) continue;
    const std::string interface_name = absl::StrCat("utun", number++);
    if (manager_.StatusOf(service.id) != SessionStatus::kConnected) continue;
    tunnels.push_back({interface_name, service.full_tunnel.value_or(true)});
  }
  return network_.Facts(path_, tunnels);
}

void SimulatedMac::TellNetwork() {
  NetworkFacts now = NetworkNow();
  if (now == network_told_) return;
  network_told_ = std::move(now);
  delivery_.Network(network_told_);
}

void SimulatedMac::SetPortal(PortalState state) {
  network_.SetPortal(path_.network_id, state);
  for (const ServiceFacts& service : installed_.services) manager_.GatewayChanged(service.remote_address);
}

void SimulatedMac::SetRouteBeside(bool beside) {
  network_.SetRouteBeside(beside);
  TellNetwork();
}

void SimulatedMac::SetResolverBeside(bool beside) {
  network_.SetResolverBeside(beside);
  TellNetwork();
}

void SimulatedMac::SetForeignTunnel(const std::string& interface_name, bool up) {
  network_.SetForeignTunnel(interface_name, up);
  TellNetwork();
}

void SimulatedMac::SetTraffic(const Uuid& service, bool comes_in) {
  if (comes_in) {
    without_traffic_.erase(service);
  } else {
    without_traffic_.insert(service);
  }
}

absl::StatusOr<uint64_t> SimulatedMac::BytesIn(const Uuid& service) {
  const ServiceFacts* facts = manager_.Facts(service);
  if (facts == nullptr || manager_.StatusOf(service) != SessionStatus::kConnected) {
    return absl::NotFoundError(
        absl::StrCat("counting what came in through service ", service.ToString(), ": it is not connected"));
  }
  const bool comes_in = path_.satisfied && GatewayAt(facts->remote_address) == Gateway::kReachable &&
                        !without_traffic_.contains(service);
  if (comes_in) bytes_in_[service] += 1024;
  return bytes_in_[service];
}

void SimulatedMac::SetProbeHost(const std::string& host, bool answers) {
  if (answers) {
    silent_hosts_.erase(host);
  } else {
    silent_hosts_.insert(host);
  }
}

std::optional<std::string> SimulatedMac::ProbeFailure(const Uuid& service, const std::string& host) const {
  if (handshakes_fail_) return "timed out";
  if (service.IsNil()) {
    if (!path_.satisfied) return "network is unreachable";
    return silent_hosts_.contains(host) ? std::optional<std::string>("timed out") : std::nullopt;
  }
  const ServiceFacts* facts = manager_.Facts(service);
  if (facts == nullptr || manager_.StatusOf(service) != SessionStatus::kConnected) {
    return "no route to host: the tunnel is down";
  }
  if (!path_.satisfied) return "network is unreachable";
  if (GatewayAt(facts->remote_address) != Gateway::kReachable || silent_hosts_.contains(host)) {
    return "timed out";
  }
  return std::nullopt;
}

bool SimulatedMac::CouldConnect(const Uuid& service) const {
  const ServiceFacts* facts = manager_.Facts(service);
  const auto client = clients_.find(service);
  if (client != clients_.end() && !client->second.wants_up) return false;
  return facts != nullptr && facts->enabled && manager_.running() && !asleep() && path_.satisfied &&
         user_.present && GatewayAt(facts->remote_address) == Gateway::kReachable;
}

absl::Duration SimulatedMac::RoundTrip() {
  return absl::Trunc(absl::Milliseconds(5 + 20 * random_.Uniform()), absl::Nanoseconds(1));
}

void SimulatedMac::Sleep() {
  delivery_.Power(PowerEvent::kWillSleep);
  // Long enough after for the announcement to have arrived.
  const absl::Duration notice = settings_.delivery.jitter + absl::Milliseconds(1);
  timers_.After(notice, [this, serial = ++power_serial_] {
    if (serial != power_serial_) return;
    if (!settings_.tunnels_survive_sleep) manager_.DropAll(kReasonWentToSleep, Any);
    timers_.Sleep();
  });
}

void SimulatedMac::Wake() {
  ++power_serial_;
  timers_.Wake([this] { delivery_.PowerNow(PowerEvent::kFullWake); });
}

void SimulatedMac::DarkWake() {
  ++power_serial_;
  timers_.Wake([this] { delivery_.PowerNow(PowerEvent::kDarkWake); });
}

void SimulatedMac::RestartManager() {
  if (!manager_.running()) return;
  delivery_.LoseSessionEvents();
  const int old_pid = manager_pid_;
  manager_.Restart([this, old_pid] {
    ++manager_pid_;
    if (tap_ != nullptr) tap_->OnManager(/*runs=*/true);
    delivery_.ManagerRestarted(
        absl::StrCat("nesessionmanager[", old_pid, "] ended; now nesessionmanager[", manager_pid_, "]"));
    ReportAll();
  });
  if (tap_ != nullptr) tap_->OnManager(/*runs=*/false);
  // A client whose connection broke says "disconnected", whatever the tunnel does.
  for (const ServiceFacts& service : installed_.services) {
    Expect(service.id, SessionStatus::kDisconnected);
  }
}

void SimulatedMac::Reboot() {
  bursts_ = {};
  ++power_serial_;
  delivery_.LoseSessionEvents();
  user_ = {};
  ++manager_pid_;
  timers_.Wake([this] {
    delivery_.PowerNow(PowerEvent::kShutdown);
    delivery_.PowerNow(PowerEvent::kFullWake);
  });
  manager_.Reboot();
  delivery_.User(user_);
  delivery_.ManagerRestarted("the Mac was started again");
  ReportAll();
}

void SimulatedMac::ReportAll() {
  for (const SessionEvent& event : manager_.CurrentOfAll()) delivery_.Session(event);
}

}  // namespace holdfast::sim
