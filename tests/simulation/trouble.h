// What goes wrong in a world, by seed: one table of strikes, each with its mending.
#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <string>
#include <vector>

#include "base/random.h"
#include "base/timer.h"
#include "sim/virtual_time.h"
#include "tests/simulation/monitor.h"
#include "tests/simulation/simulated_device.h"
#include "tests/simulation/simulated_server.h"

namespace holdfast::simulation {

struct Inhabitant {
  std::unique_ptr<Monitor> monitor;
  std::unique_ptr<SimulatedDevice> device;
  absl::Duration off;  // asleep or without power, by the world's time
  std::optional<MonoTime> off_since;
};

class Trouble {
 public:
  // All must outlive it; `inhabitants` keeps its elements where they are.
  Trouble(sim::VirtualTime& time, SimulatedServer& server, std::vector<Inhabitant>& inhabitants,
          Chronicle& chronicle, uint64_t seed, bool policies_change);

  // Strikes each device again and again, after `mean` on average, until Heal.
  void Begin(absl::Duration mean);
  // No more strikes; everything is mended now, under the plain policy.
  void Heal();
  uint64_t strikes() const { return strikes_; }

 private:
  struct Strike {
    const char* name;
    int weight;
    void (Trouble::*strike)(Inhabitant&);
    bool awake;  // only while the machine is awake and has power
  };
  static const std::vector<Strike>& Table();

  void Plan(size_t i);
  void StrikeAny(Inhabitant& who);
  void Tell(const Inhabitant& who, const std::string& what);
  // Runs `mend` once: after about `about`, or when everything is healed.
  void Mend(Inhabitant& who, absl::Duration about, std::function<void()> mend);
  absl::Duration About(absl::Duration about) { return about * (0.1 + 1.8 * random_.Uniform()); }
  Vpn AnyVpn() { return static_cast<Vpn>(random_.Below(kVpns)); }
  void WakeUp(Inhabitant& who, bool dark);
  void StartAgain(Inhabitant& who);
  void TakePower(Inhabitant& who, sim::Loss loss);
  void SetGatewayOf(Inhabitant& who, Vpn vpn, sim::Gateway gateway, bool drop);

  // trouble_network.cc
  void CutLink(Inhabitant& who);
  void DegradeLink(Inhabitant& who);
  void LoseNetwork(Inhabitant& who);
  void Roam(Inhabitant& who);
  void FailGateway(Inhabitant& who);
  void DropTunnel(Inhabitant& who);

  void MeetPortal(Inhabitant& who);
  void ReachTrusted(Inhabitant& who);
  void LeakBeside(Inhabitant& who);
  void RaiseForeignTunnel(Inhabitant& who);

  // trouble_machine.cc
  void Sleep(Inhabitant& who);
  void SleepLong(Inhabitant& who);
  void DarkWake(Inhabitant& who);
  void RestartManager(Inhabitant& who);
  void JumpClock(Inhabitant& who);
  void FillDisk(Inhabitant& who);
  void HangStops(Inhabitant& who);
  void DelayEvents(Inhabitant& who);
  void UpdateExtension(Inhabitant& who);
  void RecreateConfiguration(Inhabitant& who);
  void RenameConfiguration(Inhabitant& who);
  void RemoveConfiguration(Inhabitant& who);

  void FailHandshakes(Inhabitant& who);
  void RunSetup(Inhabitant& who);
  void StormStarts(Inhabitant& who);
  void FightOver(Inhabitant& who);

  // trouble_people.cc
  void Disconnect(Inhabitant& who);
  void Connect(Inhabitant& who);
  void Toggle(Inhabitant& who);
  void Logout(Inhabitant& who);
  void SwitchUser(Inhabitant& who);
  void Ask(Inhabitant& who);
  void Guess(Inhabitant& who);
  void ChangePolicy(Inhabitant& who);
  void Order(Inhabitant& who);
  void WithdrawOrders();

  // trouble_agent.cc
  void KillAgent(Inhabitant& who);
  void StopAgent(Inhabitant& who);
  void LosePower(Inhabitant& who);
  void TearPower(Inhabitant& who);
  void KillAtWrite(Inhabitant& who);
  void CrashServer(Inhabitant& who);

  sim::VirtualTime& time_;
  SimulatedServer& server_;
  std::vector<Inhabitant>& inhabitants_;
  Chronicle& chronicle_;
  SplitMix64 random_;
  const bool policies_change_;
  absl::Duration mean_;
  bool begun_ = false;
  uint64_t strikes_ = 0;
  uint64_t mends_ = 0;
  uint64_t policy_version_ = 1;
  std::vector<uint64_t> orders_;  // that were issued, by number
  uint32_t generations_ = 0;
  std::map<uint64_t, std::function<void()>> unmended_;
  Lifetime lifetime_;
};

}  // namespace holdfast::simulation
