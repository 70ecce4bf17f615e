#include "agent/platform/posix/basic_signals.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <unistd.h>

#include <cstdio>

#include "base/file.h"
#include "sim/virtual_time.h"

namespace holdfast::platform {
namespace {

InterfaceAddress Address(const std::string& name, const std::string& network) {
  InterfaceAddress address;
  address.name = name;
  address.network = network;
  return address;
}

TEST(PathOf, NeedsAnAddressThatLeadsFurther) {
  EXPECT_FALSE(PathOf({}, true).satisfied);
  InterfaceAddress loopback = Address("lo0", "127.0.0.0");
  loopback.loopback = true;
  InterfaceAddress own_link = Address("en0", "fe80::");
  own_link.link_local = true;
  InterfaceAddress tunnel = Address("utun4", "10.8.0.0");
  InterfaceAddress ppp = Address("ppp0", "10.9.0.0");
  ppp.point_to_point = true;
  EXPECT_FALSE(PathOf({loopback, own_link, tunnel, ppp, Address("awdl0", "fd00::")}, true).satisfied);
  const PathFacts path = PathOf({loopback, own_link, tunnel, Address("en0", "192.0.2.0")}, true);
  EXPECT_TRUE(path.satisfied);
  EXPECT_EQ(path.interface_name, "en0");
  EXPECT_TRUE(path.has_resolver);
}

TEST(PathOf, AnotherNetworkHasAnotherName) {
  const auto id = [](const char* name, const char* network) {
    return PathOf({Address(name, network)}, false).network_id;
  };
  EXPECT_EQ(id("en0", "192.0.2.0"), id("en0", "192.0.2.0"));
  EXPECT_NE(id("en0", "192.0.2.0"), id("en0", "198.51.100.0"));
  EXPECT_NE(id("en0", "192.0.2.0"), id("en1", "192.0.2.0"));
  EXPECT_EQ(id("en0", "192.0.2.0").find("192"), std::string::npos);
}

TEST(ReadInterfaceAddresses, KnowsThisMachinesLoopback) {
  const auto addresses = ReadInterfaceAddresses();
  bool loopback = false;
  for (const InterfaceAddress& address : addresses)
    loopback = loopback || (address.loopback && address.network == "127.0.0.0");
  if (addresses.empty()) GTEST_SKIP() << "this machine has no interface that is up, not even its loopback";
  EXPECT_TRUE(loopback);
}

TEST(OwnerOf, RootAtTheConsoleIsTheLoginWindow) {
  const std::string console = absl::StrCat(::testing::TempDir(), "/console-", getpid());
  ASSERT_TRUE(WriteFileAtomically(console, "").ok());
  if (geteuid() != 0) GTEST_SKIP() << "only root can give a file away";
  EXPECT_FALSE(OwnerOf(console).present);
  ASSERT_EQ(chown(console.c_str(), 54321, 0), 0);
  const ConsoleUser user = OwnerOf(console);
  EXPECT_TRUE(user.present);
  EXPECT_EQ(user.uid, 54321u);
  std::remove(console.c_str());
  EXPECT_FALSE(OwnerOf(console).present);
}

class Told : public signals::Listener {
 public:
  void OnPath(const PathFacts& path) override { paths.push_back(path); }
  void OnNetwork(const NetworkFacts&) override { ADD_FAILURE() << "it knows nothing of routes"; }
  void OnPower(PowerEvent) override { ADD_FAILURE() << "it knows nothing of power"; }
  void OnConsoleUser(const ConsoleUser& user) override { users.push_back(user); }
  std::vector<PathFacts> paths;
  std::vector<ConsoleUser> users;
};

TEST(BasicSignals, TellsTheFirstFactsAndThenEachChange) {
  sim::VirtualTime time;
  std::vector<InterfaceAddress> addresses = {Address("en0", "192.0.2.0")};
  Told told;
  BasicSignals signals(
      time, time, {.console = "/nowhere", .resolv_conf = "/nowhere", .addresses = [&] { return addresses; }});
  ASSERT_TRUE(signals.Begin(&told).ok());
  EXPECT_TRUE(told.paths.empty());
  time.RunFor(absl::Minutes(1));
  ASSERT_EQ(told.paths.size(), 1u);
  ASSERT_EQ(told.users.size(), 1u);
  EXPECT_FALSE(told.users[0].present);
  addresses.clear();
  time.RunFor(absl::Seconds(3));
  ASSERT_EQ(told.paths.size(), 2u);
  EXPECT_FALSE(told.paths[1].satisfied);
  addresses = {Address("en0", "198.51.100.0")};
  time.RunFor(absl::Seconds(3));
  EXPECT_EQ(told.paths.size(), 3u);
  EXPECT_NE(told.paths[2].network_id, told.paths[0].network_id);
}

}  // namespace
}  // namespace holdfast::platform
