// AlwaysConnected.Since: the earliest moment at which a service is required.
#include "fake_mac.h"

namespace holdfast {
namespace {

Policy SinceNetwork() {
  Policy policy = CorpPolicy();
  policy.services[0].always_connected.since = Since::kNetwork;
  return policy;
}

TEST(EngineSince, NetworkRequiresNothingUntilTheFirstPathOfTheBoot) {
  FakeMac mac;
  mac.boots_with_path = false;
  mac.Boot(SinceNetwork());
  mac.SetPath(false);
  mac.Advance(absl::Hours(1));
  EXPECT_TRUE(mac.Rows<Verdict>().empty());
  EXPECT_EQ(mac.Starts(kCorp), 0);
  mac.SetPath(true);
  mac.Advance(absl::Seconds(3));
  EXPECT_EQ(mac.ClassOf("corp"), "protected/tunnel_up");
}

TEST(EngineSince, NetworkStaysRequiredWhenThePathIsLost) {
  FakeMac mac;
  mac.Boot(SinceNetwork());
  mac.Advance(absl::Minutes(1));
  mac.SetPath(false);
  mac.Drops(kCorp, 4);
  mac.Advance(absl::Minutes(1));
  EXPECT_EQ(mac.ClassOf("corp"), "no_network/no_network");
}

TEST(EngineSince, NetworkIsNotBoot) {
  FakeMac mac;
  mac.boots_with_path = false;
  mac.Install({});
  mac.Boot(SinceNetwork());
  mac.SetPath(false);
  EXPECT_FALSE(mac.IncidentIsOpen("service_missing"));
  mac.SetPath(true);
  EXPECT_TRUE(mac.IncidentIsOpen("service_missing"));

  FakeMac other;
  other.boots_with_path = false;
  other.Install({});
  other.Boot(CorpPolicy());
  other.SetPath(false);
  EXPECT_TRUE(other.IncidentIsOpen("service_missing"));
}

TEST(EngineSince, TheFirstPathIsRememberedThroughARestartOfTheAgent) {
  FakeMac mac;
  mac.Boot(SinceNetwork());
  mac.Advance(absl::Minutes(1));
  mac.SetPath(false);
  mac.Drops(kCorp, 4);
  mac.Advance(absl::Minutes(1));
  mac.Restart();
  EXPECT_EQ(mac.ClassOf("corp"), "no_network/no_network");
}

TEST(EngineSince, NetworkWithAPersonsCredentialsWaitsForTheLoginToo) {
  FakeMac mac;
  mac.boots_logged_in = false;
  Policy policy = SinceNetwork();
  policy.services[0].authentication = Authentication::kUser;
  mac.Boot(policy);
  mac.Advance(absl::Minutes(1));
  EXPECT_EQ(mac.ClassOf("corp"), "awaiting_user/waiting_for_login");
}

}  // namespace
}  // namespace holdfast
