// Netlink messages made by hand, as the kernel sends them.
#include "agent/platform/linux/network_state.h"

#include <arpa/inet.h>
#include <gtest/gtest.h>
#include <linux/if.h>
#include <linux/if_arp.h>
#include <linux/rtnetlink.h>

#include <cstring>

namespace holdfast::platform {
namespace {

template <class T>
std::string Bytes(const T& value) {
  return std::string(reinterpret_cast<const char*>(&value), sizeof value);
}

std::string Padded(std::string bytes) {
  bytes.resize(NLMSG_ALIGN(bytes.size()));
  return bytes;
}

std::string Attribute(uint16_t type, const std::string& value) {
  rtattr header{};
  header.rta_len = static_cast<uint16_t>(RTA_LENGTH(value.size()));
  header.rta_type = type;
  return Padded(Bytes(header) + value);
}

std::string Message(uint16_t type, const std::string& payload, uint16_t flags = 0) {
  nlmsghdr header{};
  header.nlmsg_len = static_cast<uint32_t>(NLMSG_LENGTH(payload.size()));
  header.nlmsg_type = type;
  header.nlmsg_flags = flags;
  return Padded(Bytes(header) + payload);
}

std::string Link(int index, const std::string& name, unsigned flags = IFF_UP | IFF_RUNNING,
                 unsigned short type = ARPHRD_ETHER) {
  ifinfomsg info{};
  info.ifi_index = index;
  info.ifi_flags = flags;
  info.ifi_type = type;
  return Message(RTM_NEWLINK, Bytes(info) + Attribute(IFLA_IFNAME, name + '\0'));
}

std::string Address(int index, const char* text, uint16_t type = RTM_NEWADDR,
                    unsigned char scope = RT_SCOPE_UNIVERSE) {
  ifaddrmsg info{};
  info.ifa_family = AF_INET;
  info.ifa_index = static_cast<unsigned>(index);
  info.ifa_scope = scope;
  in_addr address{};
  inet_pton(AF_INET, text, &address);
  return Message(type, Bytes(info) + Attribute(IFA_ADDRESS, Bytes(address)));
}

std::string DefaultRoute(int index, uint32_t metric, uint16_t type = RTM_NEWROUTE,
                         unsigned char table = RT_TABLE_MAIN) {
  rtmsg info{};
  info.rtm_family = AF_INET;
  info.rtm_table = table;
  info.rtm_type = RTN_UNICAST;
  const int interface = index;
  return Message(type,
                 Bytes(info) + Attribute(RTA_OIF, Bytes(interface)) + Attribute(RTA_PRIORITY, Bytes(metric)));
}

class NetworkStateTest : public ::testing::Test {
 protected:
  void Take(const std::string& datagram) {
    bool done = false;
    ASSERT_TRUE(state_.Take(datagram, &done).ok());
  }
  NetworkState state_;
};

TEST_F(NetworkStateTest, ADefaultRouteWithAnAddressIsAPath) {
  EXPECT_FALSE(state_.Path().satisfied);
  Take(Link(2, "eth0") + Address(2, "192.0.2.2"));
  EXPECT_FALSE(state_.Path().satisfied);
  Take(DefaultRoute(2, 0));
  EXPECT_TRUE(state_.Path().satisfied);
  EXPECT_EQ(state_.Path().interface_name, "eth0");
  EXPECT_EQ(state_.Path().network_id.size(), 16u);
}

TEST_F(NetworkStateTest, LosingLinkAddressOrRouteLosesThePath) {
  const std::string all = Link(2, "eth0") + Address(2, "192.0.2.2") + DefaultRoute(2, 0);
  for (const std::string& loss :
       {Link(2, "eth0", IFF_UP), Address(2, "192.0.2.2", RTM_DELADDR), DefaultRoute(2, 0, RTM_DELROUTE)}) {
    state_.Clear();
    Take(all);
    EXPECT_TRUE(state_.Path().satisfied);
    Take(loss);
    EXPECT_FALSE(state_.Path().satisfied);
  }
}

TEST_F(NetworkStateTest, ATunnelDoesNotVouchForThePathBelowIt) {
  Take(Link(9, "ipsec0", IFF_UP | IFF_RUNNING, ARPHRD_NONE) + Address(9, "10.77.0.1") + DefaultRoute(9, 0));
  EXPECT_FALSE(state_.Path().satisfied);
}

TEST_F(NetworkStateTest, OnlyTheMainTableAndGlobalAddressesCount) {
  Take(Link(2, "eth0") + Address(2, "169.254.0.9", RTM_NEWADDR, RT_SCOPE_LINK) + DefaultRoute(2, 0));
  EXPECT_FALSE(state_.Path().satisfied);
  state_.Clear();
  Take(Link(2, "eth0") + Address(2, "192.0.2.2") + DefaultRoute(2, 0, RTM_NEWROUTE, 220));
  EXPECT_FALSE(state_.Path().satisfied);
}

TEST_F(NetworkStateTest, TheLowestMetricNamesThePathAndAnotherNetworkAnotherId) {
  Take(Link(2, "eth0") + Address(2, "192.0.2.2") + DefaultRoute(2, 600));
  const std::string first = state_.Path().network_id;
  Take(Link(3, "wlan0") + Address(3, "198.51.100.7") + DefaultRoute(3, 100));
  EXPECT_EQ(state_.Path().interface_name, "wlan0");
  EXPECT_NE(state_.Path().network_id, first);
  Take(Link(3, "wlan0", 0));
  EXPECT_EQ(state_.Path().network_id, first);
}

TEST_F(NetworkStateTest, TellsTheEndOfADumpAndAnInterruptedOne) {
  bool done = false;
  ASSERT_TRUE(state_.Take(Message(NLMSG_DONE, ""), &done).ok());
  EXPECT_TRUE(done);
  EXPECT_EQ(state_.Take(Message(NLMSG_DONE, "", NLM_F_DUMP_INTR), &done).code(),
            absl::StatusCode::kUnavailable);
}

TEST_F(NetworkStateTest, EveryTruncationIsAnErrorOrIgnored) {
  const std::string all = Link(2, "eth0") + Address(2, "192.0.2.2") + DefaultRoute(2, 0);
  bool done = false;
  for (size_t size = 0; size < all.size(); ++size) {
    NetworkState state;
    state.Take(all.substr(0, size), &done).IgnoreError();
    EXPECT_FALSE(state.Path().satisfied) << size;
  }
  std::string nonsense = all;
  std::memset(nonsense.data(), 0xff, 4);
  EXPECT_EQ(state_.Take(nonsense, &done).code(), absl::StatusCode::kDataLoss);
}

}  // namespace
}  // namespace holdfast::platform
