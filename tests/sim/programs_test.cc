// What programs on the Mac do by themselves: storms of starts, clients with a will, slow providers, Setup
// Assistant.
#include "tests/sim/mac_fixture.h"

namespace holdfast::sim {
namespace {

using Status = SessionStatus;
using ::testing::HasSubstr;

class Programs : public MacTest, public Observer {
 protected:
  Programs() { mac.AddObserver(this); }
  ~Programs() override { mac.RemoveObserver(this); }
  void OnStartBurst(const StartBurst& burst) override { bursts.push_back(burst); }
  void OnSetup(const SetupFacts& setup) override { setups.push_back(setup.running); }
  std::vector<StartBurst> bursts;
  std::vector<bool> setups;
};

TEST_F(Programs, AStormIsSeenAsABurstWithWhoAsked) {
  const Uuid id = Connected(MakeService("corp"));
  mac.StartStorm(id, "Vendor Agent", 100);
  time.RunFor(absl::Seconds(10));
  ASSERT_EQ(bursts.size(), 1u);  // told again only while it goes on for longer
  EXPECT_EQ(bursts[0].service, id);
  EXPECT_THAT(bursts[0].requested_by, HasSubstr("Vendor Agent["));
  EXPECT_GT(bursts[0].starts, 15);
}

TEST_F(Programs, AFewStartsAreNoBurst) {
  const Uuid id = Connected(MakeService("corp"));
  mac.StartStorm(id, "Vendor Agent", 15);
  time.RunFor(absl::Minutes(1));
  EXPECT_TRUE(bursts.empty());
}

TEST_F(Programs, AVendorsClientHasItsWill) {
  const Uuid id = Connected(MakeService("corp"));
  mac.SetVendorClient(id, "Vendor Client", /*wants_up=*/false);
  time.RunFor(absl::Seconds(5));
  EXPECT_EQ(mac.StatusOf(id), Status::kDisconnected);
  mac.SetVendorClient(id, "Vendor Client", /*wants_up=*/true);
  time.RunFor(absl::Seconds(10));
  EXPECT_EQ(mac.StatusOf(id), Status::kConnected);
  EXPECT_THAT(watcher.Last(id).requested_by, HasSubstr("Vendor Client["));
  mac.SetVendorClient(id, "", true);
  mac.UserDisconnect(id);
  time.RunFor(absl::Minutes(1));
  EXPECT_EQ(mac.StatusOf(id), Status::kDisconnected);
}

TEST_F(Programs, ASlowProviderConnectsLater) {
  const Uuid id = Install(MakeService("corp"));
  mac.SetSlowStart(id, absl::Seconds(40));
  ASSERT_TRUE(mac.StartSession(id, std::nullopt).ok());
  time.RunFor(absl::Seconds(39));
  EXPECT_EQ(mac.StatusOf(id), Status::kConnecting);
  time.RunFor(absl::Seconds(5));
  EXPECT_EQ(mac.StatusOf(id), Status::kConnected);
}

TEST_F(Programs, SetupAssistantIsToldAndToldToNewObservers) {
  time.RunFor(absl::Seconds(1));
  mac.SetSetupAssistant(true);
  time.RunFor(absl::Seconds(1));
  mac.RemoveObserver(this);
  mac.AddObserver(this);
  time.RunFor(absl::Seconds(1));
  mac.SetSetupAssistant(false);
  time.RunFor(absl::Seconds(1));
  EXPECT_EQ(setups, (std::vector<bool>{true, true, false}));
}

}  // namespace
}  // namespace holdfast::sim
