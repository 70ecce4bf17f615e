// The network, the link to the server, and what stands at the other end of the tunnels.
#include "absl/strings/str_cat.h"
#include "tests/simulation/policies.h"
#include "tests/simulation/trouble.h"

namespace holdfast::simulation {

void Trouble::CutLink(Inhabitant& who) {
  SimulatedDevice& device = *who.device;
  device.SetLink(false);
  Mend(who, absl::Minutes(10), [&device] { device.SetLink(true); });
}

void Trouble::DegradeLink(Inhabitant& who) {
  SimulatedDevice& device = *who.device;
  device.link().lose_request = device.link().lose_answer = device.link().twice = 0.3;
  device.link().slowest = absl::Seconds(4);
  Mend(who, absl::Minutes(5), [&device] { device.link() = {.up = device.link().up}; });
}

void Trouble::LoseNetwork(Inhabitant& who) {
  SimulatedDevice& device = *who.device;
  device.mac().NetworkDown();
  Mend(who, absl::Minutes(3), [&device] { device.mac().NetworkUp(); });
}

void Trouble::Roam(Inhabitant& who) {
  who.device->mac().Roam();
}

void Trouble::MeetPortal(Inhabitant& who) {
  SimulatedDevice& device = *who.device;
  device.mac().Roam();
  device.mac().SetPortal(PortalState::kCaptive);
  Mend(who, absl::Minutes(5), [&device] { device.mac().SetPortal(PortalState::kOpen); });
}

void Trouble::ReachTrusted(Inhabitant& who) {
  SimulatedDevice& device = *who.device;
  device.mac().Roam();
  device.mac().SetBeacon(kTrustedNetwork, true);
  Mend(who, absl::Minutes(20), [&device] { device.mac().Roam(); });
}

void Trouble::LeakBeside(Inhabitant& who) {
  SimulatedDevice& device = *who.device;
  const bool route = random_.Below(2) == 0;
  const auto set = [&device, route](bool beside) {
    route ? device.mac().SetRouteBeside(beside) : device.mac().SetResolverBeside(beside);
  };
  set(true);
  Mend(who, absl::Minutes(5), [set] { set(false); });
}

void Trouble::RaiseForeignTunnel(Inhabitant& who) {
  SimulatedDevice& device = *who.device;
  device.mac().SetForeignTunnel("utun9", true);
  Mend(who, absl::Minutes(5), [&device] { device.mac().SetForeignTunnel("utun9", false); });
}

void Trouble::SetGatewayOf(Inhabitant& who, Vpn vpn, sim::Gateway gateway, bool drop) {
  who.device->mac().SetGateway(kGateways[static_cast<size_t>(vpn)], gateway);
  if (drop) who.device->mac().Drop(who.device->service(vpn), 20);
}

void Trouble::FailGateway(Inhabitant& who) {
  static constexpr sim::Gateway kFailures[] = {sim::Gateway::kUnreachable, sim::Gateway::kHangs,
                                               sim::Gateway::kAuthFails,   sim::Gateway::kCertificateExpired,
                                               sim::Gateway::kSilent,      sim::Gateway::kDead};
  const sim::Gateway failure = kFailures[random_.Below(std::size(kFailures))];
  const Vpn vpn = AnyVpn();
  Tell(who,
       absl::StrCat(kVpnNames[static_cast<size_t>(vpn)], ": its gateway is ", sim::GatewayName(failure)));
  SetGatewayOf(who, vpn, failure, /*drop=*/failure != sim::Gateway::kDead);
  Mend(who, absl::Minutes(6),
       [this, &who, vpn] { SetGatewayOf(who, vpn, sim::Gateway::kReachable, /*drop=*/false); });
}

void Trouble::DropTunnel(Inhabitant& who) {
  static constexpr int kReasons[] = {0, 2, 6, 7, 8, 12, 13, 19, 20, 24, 33, 36, 39};
  const int reason = kReasons[random_.Below(std::size(kReasons))];
  Tell(who, absl::StrCat("for reason ", reason));
  who.device->mac().Drop(who.device->service(AnyVpn()), reason);
}

}  // namespace holdfast::simulation
