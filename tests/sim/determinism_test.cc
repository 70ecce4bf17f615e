// Equal seeds give equal traces, whatever happens; and what observers may rely on holds under every fault.
#include <map>

#include "absl/strings/str_cat.h"
#include "base/sha256.h"
#include "tests/sim/mac_fixture.h"

namespace holdfast::sim {
namespace {

Settings Rough() {
  Settings settings;
  settings.delivery = {.jitter = absl::Milliseconds(300), .late_share = 0.2, .duplicate_share = 0.2};
  return settings;
}

// Does one thing chosen by the generator.
void Provoke(SimulatedMac& mac, SplitMix64& dice, const std::vector<Uuid>& ids) {
  const Uuid& id = ids[dice.Below(ids.size())];
  const std::string host = "s" + std::to_string(dice.Below(3)) + ".example.com";
  switch (dice.Below(16)) {
    case 0:
      return (void)mac.StartSession(id, std::nullopt).ok();
    case 1:
      return (void)mac.StartSession(id, std::nullopt).ok();
    case 2:
      return (void)mac.StopSession(id).ok();
    case 3:
      return mac.UserDisconnect(id);
    case 4:
      return mac.NetworkDown();
    case 5:
      return mac.NetworkUp();
    case 6:
      return mac.Roam();
    case 7:
      return mac.SetGateway(host, static_cast<Gateway>(dice.Below(7)));
    case 8:
      return mac.Sleep();
    case 9:
      return mac.Wake();
    case 10:
      return mac.DarkWake();
    case 11:
      return mac.RestartManager();
    case 12:
      return mac.Login(dice.Below(2) == 0 ? "alice" : "bob");
    case 13:
      return mac.Drop(id, static_cast<int>(dice.Below(42)));
    case 14:
      return (void)mac.Remove("com.example.s0").ok();
    default:
      return mac.Install(MakeProfile(MakeService("s0")));
  }
}

std::string Trace(uint64_t seed, Watcher* watcher) {
  VirtualTime time;
  SimulatedMac mac(time, time, seed, Rough());
  std::string trace;
  mac.SetLog([&](const LogLine& line) { absl::StrAppend(&trace, FormatLogShow(line), "\n"); });
  mac.AddObserver(watcher);
  std::vector<Uuid> ids;
  for (const char* name : {"s0", "s1", "s2"}) {
    ServiceFacts service = MakeService(name);
    service.on_demand = ids.empty();
    service.full_tunnel = true;
    mac.Install(MakeProfile(service));
    ids.push_back(service.id);
  }
  SplitMix64 dice{seed};
  for (int i = 0; i < 300; ++i) {
    Provoke(mac, dice, ids);
    time.RunFor(absl::Milliseconds(static_cast<int64_t>(dice.Below(20'000))));
  }
  mac.Wake();
  time.RunFor(absl::Minutes(10));
  for (const SessionEvent& e : watcher->events) {
    absl::StrAppend(&trace, e.service.ToString(), " ", e.generation, " ", SessionStatusName(e.status), " ",
                    e.stop_reason.value_or(-1), " ", e.requested_by, "\n");
  }
  mac.RemoveObserver(watcher);
  return trace;
}

TEST(Determinism, EqualSeedsGiveEqualTraces) {
  Watcher first, second, other;
  const std::string a = Trace(11, &first), b = Trace(11, &second), c = Trace(12, &other);
  EXPECT_GT(a.size(), 10'000u);
  EXPECT_EQ(Sha256(a), Sha256(b));
  EXPECT_NE(Sha256(a), Sha256(c));
}

TEST(Determinism, GenerationsGrowAndReasonsAreThereWhateverHappens) {
  for (uint64_t seed = 100; seed < 140; ++seed) {
    Watcher watcher;
    Trace(seed, &watcher);
    std::map<Uuid, uint64_t> last;
    for (const SessionEvent& event : watcher.events) {
      ASSERT_GT(event.generation, last[event.service]) << "seed " << seed;
      last[event.service] = event.generation;
      const bool up = event.status == SessionStatus::kConnecting || event.status == SessionStatus::kConnected;
      if (up) ASSERT_FALSE(event.stop_reason.has_value()) << "seed " << seed;
    }
  }
}

// The last thing an observer hears about a session is what is true, however late and lossy the way was.
TEST(Determinism, ObserversEndUpWithTheTruth) {
  for (uint64_t seed = 200; seed < 240; ++seed) {
    VirtualTime time;
    SimulatedMac mac(time, time, seed, Rough());
    Watcher watcher;
    mac.AddObserver(&watcher);
    std::vector<Uuid> ids;
    for (const char* name : {"s0", "s1", "s2"}) {
      mac.Install(MakeProfile(MakeService(name)));
      ids.push_back(Uuid::FromName(name));
    }
    SplitMix64 dice{seed};
    for (int i = 0; i < 200; ++i) {
      Provoke(mac, dice, ids);
      time.RunFor(absl::Milliseconds(static_cast<int64_t>(dice.Below(2'000))));
    }
    mac.Wake();
    time.RunFor(absl::Hours(1));
    for (const ServiceFacts& service : mac.installed().services) {
      EXPECT_EQ(watcher.Last(service.id).status, mac.StatusOf(service.id))
          << "seed " << seed << " " << service.name;
    }
    mac.RemoveObserver(&watcher);
  }
}

TEST(Determinism, ALateObserverSeesNothingOlderThanItsSnapshot) {
  VirtualTime time;
  Settings settings = Rough();
  settings.delivery.late_share = 1;
  SimulatedMac mac(time, time, 5, settings);
  mac.Install(MakeProfile(MakeService("corp")));
  const Uuid id = Uuid::FromName("corp");
  ASSERT_TRUE(mac.StartSession(id, std::nullopt).ok());
  time.RunFor(absl::Milliseconds(1800));  // connected; the events are still on their way
  Watcher watcher;
  mac.AddObserver(&watcher);
  time.RunFor(absl::Minutes(1));
  EXPECT_EQ(watcher.Of(id).front().status, mac.StatusOf(id));
  EXPECT_EQ(watcher.Last(id).status, SessionStatus::kConnected);
  mac.RemoveObserver(&watcher);
}

TEST(Determinism, AMacMayDieWithWorkUnderWay) {
  VirtualTime time;
  {
    SimulatedMac mac(time, time, 5);
    mac.Install(MakeProfile(MakeService("corp")));
    EXPECT_TRUE(mac.StartSession(Uuid::FromName("corp"), std::nullopt).ok());
  }
  time.RunFor(absl::Hours(1));
}

}  // namespace
}  // namespace holdfast::sim
