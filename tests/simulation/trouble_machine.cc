// Sleep, clocks, disk, the session manager, and configurations that change.
#include "absl/strings/str_cat.h"
#include "tests/simulation/trouble.h"

namespace holdfast::simulation {

void Trouble::WakeUp(Inhabitant& who, bool dark) {
  SimulatedDevice& device = *who.device;
  if (!device.powered()) return;
  dark ? device.DarkWake() : device.Wake();
  if (who.off_since) who.off += time_.Now().mono - *who.off_since;
  who.off_since.reset();
}

void Trouble::Sleep(Inhabitant& who) {
  who.device->Sleep();
  who.off_since = time_.Now().mono;
  Mend(who, absl::Minutes(20), [this, &who] { WakeUp(who, /*dark=*/false); });
}

void Trouble::SleepLong(Inhabitant& who) {
  who.device->Sleep();
  who.off_since = time_.Now().mono;
  Mend(who, absl::Hours(10), [this, &who] { WakeUp(who, /*dark=*/false); });
}

void Trouble::DarkWake(Inhabitant& who) {
  who.device->Sleep();
  who.off_since = time_.Now().mono;
  Mend(who, absl::Minutes(10), [this, &who] {
    WakeUp(who, /*dark=*/true);
    Mend(who, absl::Minutes(2), [this, &who] { WakeUp(who, /*dark=*/false); });
  });
}

void Trouble::RestartManager(Inhabitant& who) {
  who.device->mac().RestartManager();
}

void Trouble::JumpClock(Inhabitant& who) {
  SimulatedDevice& device = *who.device;
  const absl::Duration by = absl::Hours(random_.Below(2) == 0 ? 24 : 2) * (random_.Uniform() * 2 - 1);
  Tell(who, absl::StrCat("by ", absl::FormatDuration(by)));
  device.time().JumpWall(by);
  Mend(who, absl::Minutes(20), [&device, by] { device.time().JumpWall(-by); });
}

void Trouble::FillDisk(Inhabitant& who) {
  SimulatedDevice& device = *who.device;
  device.disk().SetCapacity(device.disk().used());
  Mend(who, absl::Minutes(3), [&device] { device.disk().SetCapacity(std::nullopt); });
}

void Trouble::HangStops(Inhabitant& who) {
  SimulatedDevice& device = *who.device;
  const Uuid service = device.service(AnyVpn());
  device.mac().SetStopHangs(service, true);
  Mend(who, absl::Minutes(10), [&device, service] { device.mac().SetStopHangs(service, false); });
}

void Trouble::DelayEvents(Inhabitant& who) {
  SimulatedDevice& device = *who.device;
  device.mac().settings().delivery.late_share = 0.3;
  device.mac().settings().delivery.duplicate_share = 0.3;
  Mend(who, absl::Minutes(15), [&device] {
    device.mac().settings().delivery.late_share = device.mac().settings().delivery.duplicate_share = 0;
  });
}

void Trouble::UpdateExtension(Inhabitant& who) {
  who.device->mac().UpdateExtension(kVendorExtension).IgnoreError();
}

void Trouble::RecreateConfiguration(Inhabitant& who) {
  who.device->Install(AnyVpn(), ++generations_);
}

void Trouble::RenameConfiguration(Inhabitant& who) {
  SimulatedDevice& device = *who.device;
  const Vpn vpn = AnyVpn();
  const uint32_t generation = ++generations_;
  device.Install(vpn, generation, "Renamed VPN");
  Mend(who, absl::Minutes(10), [&device, vpn, generation] { device.Install(vpn, generation); });
}

void Trouble::RemoveConfiguration(Inhabitant& who) {
  SimulatedDevice& device = *who.device;
  const Vpn vpn = AnyVpn();
  device.Remove(vpn);
  Mend(who, absl::Minutes(10), [this, &device, vpn] { device.Install(vpn, ++generations_); });
}

void Trouble::FailHandshakes(Inhabitant& who) {
  SimulatedDevice& device = *who.device;
  device.mac().SetHandshakesFail(true);
  Mend(who, absl::Minutes(5), [&device] { device.mac().SetHandshakesFail(false); });
}

void Trouble::RunSetup(Inhabitant& who) {
  SimulatedDevice& device = *who.device;
  device.mac().SetSetupAssistant(true);
  Mend(who, absl::Minutes(10), [&device] { device.mac().SetSetupAssistant(false); });
}

void Trouble::StormStarts(Inhabitant& who) {
  who.device->mac().StartStorm(who.device->service(AnyVpn()), "com.example.loop[77]",
                               1 + static_cast<int>(random_.Below(60)));
}

void Trouble::FightOver(Inhabitant& who) {
  SimulatedDevice& device = *who.device;
  const Uuid service = device.service(Vpn::kVendor);
  device.mac().SetVendorClient(service, "com.example.vendor.client[88]", /*wants_up=*/false);
  Mend(who, absl::Minutes(10), [&device, service] { device.mac().SetVendorClient(service, "", false); });
}

}  // namespace holdfast::simulation
