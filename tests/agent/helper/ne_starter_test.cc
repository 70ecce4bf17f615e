// Starting from a user's session through the Mac's own library, as the simulated Mac has it.
#include "agent/helper/ne_starter.h"

#include <gtest/gtest.h>

#include "sim/darwin/darwin_mac.h"
#include "sim/virtual_time.h"
#include "tests/sim/mac_fixture.h"

namespace holdfast::helper {
namespace {

class NeStarterTest : public ::testing::Test {
 protected:
  NeStarterTest() {
    mac.Install(sim::MakeProfile(sim::MakeService("corp", ServiceType::kIkev2)));
    darwin.Enter();
  }
  sim::VirtualTime time;
  sim::SimulatedMac mac{time, time, /*seed=*/1};
  sim::DarwinMac darwin{mac, {}, /*seed=*/1, sim::DarwinLibrary::Load()};
};

TEST_F(NeStarterTest, StartsAndStartsAgain) {
  const Uuid corp = Uuid::FromName("corp");
  auto starter = NeStarter::Make(darwin.Symbols());
  ASSERT_TRUE(starter.ok()) << starter.status();
  EXPECT_TRUE((*starter)->Start(corp).ok());
  time.RunFor(absl::Seconds(30));
  EXPECT_EQ(mac.StatusOf(corp), SessionStatus::kConnected);
  mac.UserDisconnect(corp);
  time.RunFor(absl::Seconds(30));
  EXPECT_TRUE((*starter)->Start(corp).ok());
  time.RunFor(absl::Seconds(30));
  EXPECT_EQ(mac.StatusOf(corp), SessionStatus::kConnected);
}

TEST_F(NeStarterTest, WithoutTheSymbolItIsNotMade) {
  const auto without = [find = darwin.Symbols()](const char* name) {
    return std::string(name) == "ne_session_start" ? nullptr : find(name);
  };
  EXPECT_TRUE(absl::IsUnavailable(NeStarter::Make(without).status()));
}

}  // namespace
}  // namespace holdfast::helper
