#include "agent/signals/mac/network_source.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "agent/signals/parse/network_text.h"
#include "tests/agent/signals/mac/fake_tools.h"

namespace holdfast::signals {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;

std::string RouteBy(const std::string& interface_name) {
  return absl::StrCat(
      "   route to: 1.1.1.1\ndestination: default\n       mask: default\n    gateway: 192.0.2.1\n  "
      "interface: ",
      interface_name,
      "\n      flags: <UP,GATEWAY,DONE,STATIC,PRCLONING,GLOBAL>\n recvpipe  sendpipe  ssthresh  rtt,msec    "
      "rttvar\n"
      "       0         0         0         0         0\n");
}

constexpr char kDns[] =
    "DNS configuration\n\nresolver #1\n  search domain[0] : corp.example\n  nameserver[0] : 10.0.0.53\n"
    "  nameserver[1] : 10.0.0.54\n  if_index : 20 (utun4)\n  flags    : Request A records\n"
    "  reach    : 0x00000003 (Reachable,Transient Connection)\n\n"
    "resolver #2\n  domain   : local\n  options  : mdns\n  timeout  : 5\n\n"
    "resolver #3\n  domain   : lab.example\n  nameserver[0] : 192.0.2.9\n\n"
    "resolver #4\n  nameserver[0] : 192.0.2.1\n  if_index : 14 (en0)\n\n"
    "DNS configuration (for scoped queries)\n\nresolver #1\n  nameserver[0] : 198.51.100.1\n  if_index : 14 "
    "(en0)\n";

TEST(NetworkText, ReadsWhereARouteLeaves) {
  EXPECT_EQ(parse::ReadRouteGet(RouteBy("utun4")), (parse::RouteAnswer{"utun4", "192.0.2.1"}));
  EXPECT_EQ(parse::ReadRouteGet("route: writing to routing socket: not in table\n"), parse::RouteAnswer{});
  EXPECT_EQ(parse::ReadRouteGet(""), parse::RouteAnswer{});
}

constexpr char kRoutes[] =
    "Routing tables\n\nInternet:\nDestination        Gateway            Flags               Netif Expire\n"
    "default            link#20            UCSg                utun4\n"
    "default            192.0.2.1          UGScIg              en0\n"
    "127                127.0.0.1          UCS                 lo0\n";
constexpr char kNeighbours[] =
    "? (192.0.2.1) at 0:1c:42:0:0:18 on en7 ifscope [ethernet]\n"
    "? (192.0.2.1) at 0:1C:42:0:0:19 on en0 ifscope [ethernet]\n"
    "? (192.0.2.7) at (incomplete) on en0 ifscope [ethernet]\n";

TEST(NetworkText, ReadsTheDefaultRoutesInOrder) {
  EXPECT_THAT(parse::ReadDefaultRoutes(kRoutes),
              ElementsAre(parse::RouteAnswer{"utun4", "link#20"}, parse::RouteAnswer{"en0", "192.0.2.1"}));
  // As older systems print it.
  EXPECT_THAT(parse::ReadDefaultRoutes("Destination Gateway Flags Refs Use Netif Expire\n"
                                       "default 192.0.2.1 UGSc 90 0 en1\ndefault 192.0.2.2 UGSc\n"),
              ElementsAre(parse::RouteAnswer{"en1", "192.0.2.1"}));
  EXPECT_THAT(parse::ReadDefaultRoutes("default 192.0.2.1 UGSc en0\n"), IsEmpty());
}

TEST(NetworkText, ReadsANeighboursAddressWithAllItsDigits) {
  EXPECT_EQ(parse::HardwareAddressOf(kNeighbours, {"en0", "192.0.2.1"}), "00:1c:42:00:00:19");
  EXPECT_EQ(parse::HardwareAddressOf(kNeighbours, {"en0", "192.0.2.7"}), "");
  EXPECT_EQ(parse::HardwareAddressOf(kNeighbours, {"en0", "192.0.2.8"}), "");
  EXPECT_EQ(parse::HardwareAddressOf("? () at 0:1c:42:0:0:19 on en0 ifscope\n", {"en0", ""}), "");
}

TEST(NetworkText, ReadsWhoIsAskedForEveryName) {
  const auto dns = parse::ReadScutilDns(kDns);
  ASSERT_TRUE(dns.ok()) << dns.status();
  EXPECT_THAT(dns->resolvers,
              ElementsAre(ResolverFacts{"10.0.0.53", "utun4"}, ResolverFacts{"10.0.0.54", "utun4"},
                          ResolverFacts{"192.0.2.1", "en0"}));
  EXPECT_THAT(dns->search_domains, ElementsAre("corp.example"));
  EXPECT_FALSE(parse::ReadScutilDns("something else\n").ok());
  EXPECT_THAT(parse::ReadScutilDns("No DNS configuration available\nDNS configuration\n")->resolvers,
              IsEmpty());
}

class Network : public ::testing::Test {
 protected:
  void SetUp() override {
    tools.prints = {{"-inet 1.1.1.1", RouteBy("en0")},
                    {"scutil --dns", kDns},
                    {"netstat", kRoutes},
                    {"arp", kNeighbours}};
    source.Begin(&told);
    time.RunFor(absl::Seconds(1));
  }
  sim::VirtualTime time;
  FakeTools tools{time};
  std::vector<InterfaceFacts> interfaces = {{"en0", true, false}};
  Told told;
  NetworkSource source{time, time, tools.Runner(), [this] { return interfaces; }};
};

TEST_F(Network, TellsWhatTheToolsSayOnce) {
  ASSERT_EQ(told.networks.size(), 1u);
  EXPECT_EQ(told.networks[0].route_v4, "en0");
  EXPECT_EQ(told.networks[0].route_v6, "");  // the tool failed: there is none
  EXPECT_EQ(told.networks[0].resolvers.size(), 3u);
  EXPECT_EQ(told.networks[0].interfaces, interfaces);
  EXPECT_EQ(told.networks[0].gateway_mac, "00:1c:42:00:00:19");
  time.RunFor(absl::Minutes(1));
  EXPECT_EQ(told.networks.size(), 1u);
  EXPECT_EQ(tools.runs, static_cast<int>(NetworkTools().size()));  // nothing changed: no tool is run again
}

TEST_F(Network, ATunnelThatComesUpIsSeenWithinSeconds) {
  interfaces.push_back({"utun4", true, true});
  tools.prints["-inet 1.1.1.1"] = RouteBy("utun4");
  time.RunFor(absl::Seconds(5));
  ASSERT_EQ(told.networks.size(), 2u);
  EXPECT_EQ(told.networks[1].route_v4, "utun4");
  EXPECT_TRUE(IsTunnel(told.networks[1], "utun4"));
  EXPECT_EQ(told.networks[1].gateway_mac, "00:1c:42:00:00:19");  // of the network under it
}

TEST_F(Network, ARouteThatChangesAloneIsSeenInTheEnd) {
  tools.prints["-inet 1.1.1.1"] = RouteBy("en5");
  time.RunFor(absl::Minutes(3));
  ASSERT_EQ(told.networks.size(), 2u);
  EXPECT_EQ(told.networks[1].route_v4, "en5");
}

}  // namespace
}  // namespace holdfast::signals
