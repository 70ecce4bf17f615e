// The agent's process, the machine's power, the server.
#include "tests/simulation/trouble.h"

namespace holdfast::simulation {

void Trouble::StartAgain(Inhabitant& who) {
  SimulatedDevice& device = *who.device;
  if (device.running() || !device.powered()) return;
  if (device.asleep()) {
    Mend(who, absl::Minutes(5), [this, &who] {
      WakeUp(who, /*dark=*/false);
      StartAgain(who);
    });
    return;
  }
  device.Start();
}

void Trouble::KillAgent(Inhabitant& who) {
  if (!who.device->running()) return;
  who.device->Kill();
  Mend(who, absl::Seconds(20), [this, &who] { StartAgain(who); });
}

void Trouble::StopAgent(Inhabitant& who) {
  if (!who.device->running()) return;
  who.device->StopCleanly([] {});
  Mend(who, absl::Seconds(40), [this, &who] {
    if (who.device->running()) who.device->Kill();  // it took too long
    StartAgain(who);
  });
}

void Trouble::LosePower(Inhabitant& who) {
  TakePower(who, sim::Loss::kUnsynced);
}

void Trouble::TearPower(Inhabitant& who) {
  TakePower(who, sim::Loss::kSomeUnsynced);
}

void Trouble::TakePower(Inhabitant& who, sim::Loss loss) {
  if (!who.device->powered()) return;
  who.device->LosePower(loss);
  if (!who.off_since) who.off_since = time_.Now().mono;
  Mend(who, absl::Minutes(5), [this, &who] {
    if (who.device->powered()) return;
    who.device->PowerOn();
    WakeUp(who, /*dark=*/false);
    StartAgain(who);
  });
}

void Trouble::KillAtWrite(Inhabitant& who) {
  SimulatedDevice& device = *who.device;
  if (!device.running()) return;
  device.disk().HaltAt(random_.Below(2) == 0 ? sim::Op::kWrite : sim::Op::kSync, 1 + random_.Below(5));
  Mend(who, absl::Seconds(20), [this, &who, &device] {
    if (device.running() && device.disk().halted()) device.Kill();
    device.disk().ClearFaults();
    StartAgain(who);
  });
}

void Trouble::CrashServer(Inhabitant&) {
  if (!server_.up()) return;
  server_.Crash(random_.Below(2) == 0 ? sim::Loss::kNothing : sim::Loss::kSomeUnsynced);
  Mend(inhabitants_.front(), absl::Minutes(3), [this] {
    if (!server_.up()) server_.Start();
  });
}

}  // namespace holdfast::simulation
