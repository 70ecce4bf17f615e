#include "tests/simulation/trouble.h"

#include <cmath>
#include <utility>

#include "absl/strings/str_cat.h"
#include "tests/simulation/policies.h"

namespace holdfast::simulation {

const std::vector<Trouble::Strike>& Trouble::Table() {
  static const std::vector<Strike> kTable = {
      {"the link to the server is cut", 4, &Trouble::CutLink, false},
      {"the link loses, doubles and reorders messages", 4, &Trouble::DegradeLink, false},
      {"no network", 6, &Trouble::LoseNetwork, true},
      {"another network", 6, &Trouble::Roam, true},
      {"a captive portal", 3, &Trouble::MeetPortal, true},
      {"a trusted network", 2, &Trouble::ReachTrusted, true},
      {"traffic leaves beside the tunnel", 1, &Trouble::LeakBeside, true},
      {"a tunnel of somebody else", 1, &Trouble::RaiseForeignTunnel, true},
      {"a gateway fails", 10, &Trouble::FailGateway, true},
      {"a tunnel drops", 6, &Trouble::DropTunnel, true},
      {"it sleeps", 6, &Trouble::Sleep, true},
      {"it sleeps for long", 1, &Trouble::SleepLong, true},
      {"it sleeps and wakes in the dark", 3, &Trouble::DarkWake, true},
      {"the session manager dies", 4, &Trouble::RestartManager, true},
      {"its clock jumps", 3, &Trouble::JumpClock, false},
      {"its disk is full", 4, &Trouble::FillDisk, true},
      {"a stop hangs", 2, &Trouble::HangStops, true},
      {"events come late and twice", 3, &Trouble::DelayEvents, true},
      {"the vendor's extension is updated", 3, &Trouble::UpdateExtension, true},
      {"a configuration is made anew", 3, &Trouble::RecreateConfiguration, true},
      {"a configuration is renamed", 2, &Trouble::RenameConfiguration, true},
      {"a configuration is removed", 2, &Trouble::RemoveConfiguration, true},
      {"nobody's handshake succeeds", 2, &Trouble::FailHandshakes, true},
      {"Setup Assistant runs", 1, &Trouble::RunSetup, true},
      {"a program asks for starts without end", 1, &Trouble::StormStarts, true},
      {"the vendor's client wants its tunnel down", 1, &Trouble::FightOver, true},
      {"somebody disconnects", 8, &Trouble::Disconnect, true},
      {"somebody connects", 4, &Trouble::Connect, true},
      {"a client toggles", 2, &Trouble::Toggle, true},
      {"log-out", 3, &Trouble::Logout, true},
      {"another user", 2, &Trouble::SwitchUser, true},
      {"a request", 6, &Trouble::Ask, true},
      {"somebody guesses a passcode", 2, &Trouble::Guess, true},
      {"another policy", 4, &Trouble::ChangePolicy, false},
      {"an order", 2, &Trouble::Order, false},
      {"the agent is killed", 4, &Trouble::KillAgent, true},
      {"the agent is stopped", 2, &Trouble::StopAgent, true},
      {"power fails", 3, &Trouble::LosePower, false},
      {"power fails in the middle of a write", 3, &Trouble::TearPower, false},
      {"the agent is killed at a write", 4, &Trouble::KillAtWrite, true},
      {"the server crashes", 2, &Trouble::CrashServer, false},
  };
  return kTable;
}

Trouble::Trouble(sim::VirtualTime& time, SimulatedServer& server, std::vector<Inhabitant>& inhabitants,
                 Chronicle& chronicle, uint64_t seed, bool policies_change)
    : time_(time),
      server_(server),
      inhabitants_(inhabitants),
      chronicle_(chronicle),
      random_{seed},
      policies_change_(policies_change) {}

void Trouble::Begin(absl::Duration mean) {
  mean_ = mean;
  begun_ = true;
  for (size_t i = 0; i < inhabitants_.size(); ++i) Plan(i);
}

void Trouble::Plan(size_t i) {
  const absl::Duration wait = mean_ * -std::log(1.0 - random_.Uniform());
  time_.PostAt(time_.Now().mono + wait, lifetime_.Guard([this, i] {
    if (!begun_) return;
    StrikeAny(inhabitants_[i]);
    Plan(i);
  }));
}

void Trouble::StrikeAny(Inhabitant& who) {
  int total = 0;
  for (const Strike& strike : Table()) total += strike.weight;
  auto pick = static_cast<int>(random_.Below(static_cast<uint64_t>(total)));
  const bool awake = who.device->powered() && !who.device->asleep();
  for (const Strike& strike : Table()) {
    pick -= strike.weight;
    if (pick >= 0) continue;
    if (strike.awake && !awake) return;
    ++strikes_;
    who.monitor->Disturbed();
    Tell(who, strike.name);
    return (this->*strike.strike)(who);
  }
}

void Trouble::Tell(const Inhabitant& who, const std::string& what) {
  if (chronicle_.told()) chronicle_.Tell(who.device->name(), absl::StrCat("** ", what));
}

void Trouble::Mend(Inhabitant& who, absl::Duration about, std::function<void()> mend) {
  const uint64_t id = ++mends_;
  unmended_[id] = [&who, mend = std::move(mend)] {
    who.monitor->Disturbed();
    mend();
  };
  time_.PostAt(time_.Now().mono + About(about), lifetime_.Guard([this, id] {
    const auto found = unmended_.extract(id);
    if (!found.empty()) found.mapped()();
  }));
}

void Trouble::Heal() {
  begun_ = false;
  // Mending may bring more to mend.
  while (!unmended_.empty()) unmended_.extract(unmended_.begin()).mapped()();
  time_.RunFor(absl::Seconds(5));  // wakes of one moment overtake each other
  if (!server_.up()) server_.Start();
  server_.PutPolicy(PlainPolicy(++policy_version_));
  WithdrawOrders();
  for (Inhabitant& who : inhabitants_) {
    SimulatedDevice& device = *who.device;
    device.disk().ClearFaults();
    if (device.running() && device.disk().halted()) device.Kill();
    WakeUp(who, /*dark=*/false);
    if (!device.running()) device.Start();
    Tell(who, "everything is well again");
    who.monitor->Disturbed();
  }
}

}  // namespace holdfast::simulation
