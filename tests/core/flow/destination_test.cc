#include "core/flow/destination.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace holdfast {
namespace {

TEST(Destination, IsANameOrAnAddressWithOrWithoutAPort) {
  struct Case {
    const char* text;
    const char* host;
    int port;  // 0: none
  };
  for (const Case& c : {Case{"Intranet.Example.com", "intranet.example.com", 0},
                        {"intranet.example.com.", "intranet.example.com", 0},
                        {"intranet.example.com:443", "intranet.example.com", 443},
                        {"10.1.2.3", "10.1.2.3", 0},
                        {"10.1.2.3:53", "10.1.2.3", 53},
                        {"2001:db8::1", "2001:db8::1", 0},
                        {"[2001:DB8::1]:443", "2001:db8::1", 443}}) {
    const auto flow = MakeFlow("com.example.app", c.text);
    ASSERT_TRUE(flow.ok()) << c.text << flow.status();
    EXPECT_EQ(flow->host, c.host);
    EXPECT_EQ(flow->port.value_or(0), c.port);
  }
  for (const char* bad :
       {"", ".", "a b", "https://example.com/", "example.com:", "example.com:99999", "[::1", "a/b"}) {
    EXPECT_FALSE(MakeFlow("com.example.app", bad).ok()) << bad;
  }
  EXPECT_FALSE(MakeFlow("", "example.com").ok());
}

TEST(Destination, LocalIsWhatStaysWithinASite) {
  for (const char* local : {"10.0.0.1", "172.16.0.1", "172.31.255.255", "192.168.1.1", "169.254.1.1",
                            "224.0.0.251", "fe80::1", "fd00::1", "ff02::1", "printer.local"}) {
    EXPECT_TRUE(IsLocal(local)) << local;
  }
  for (const char* far :
       {"11.0.0.1", "172.32.0.1", "192.169.0.1", "2001:db8::1", "local.example.com", "notlocal"}) {
    EXPECT_FALSE(IsLocal(far)) << far;
  }
}

TEST(Destination, LoopbackIsThisMachine) {
  for (const char* own : {"127.0.0.1", "127.9.9.9", "::1", "localhost", "x.localhost"})
    EXPECT_TRUE(IsLoopback(own)) << own;
  for (const char* other : {"128.0.0.1", "::2", "localhost.example.com"})
    EXPECT_FALSE(IsLoopback(other)) << other;
}

TEST(Destination, ADomainIsItselfAndWhatIsBelow) {
  EXPECT_TRUE(InDomain("example.com", "example.com"));
  EXPECT_TRUE(InDomain("a.b.example.com", "Example.com"));
  EXPECT_TRUE(InDomain("a.example.com", "*.example.com"));
  EXPECT_TRUE(InDomain("a.example.com", ".example.com"));
  EXPECT_FALSE(InDomain("badexample.com", "example.com"));
  EXPECT_FALSE(InDomain("example.com", "a.example.com"));
  EXPECT_FALSE(InDomain("example.com", ""));
  EXPECT_FALSE(InDomain("example.com", "*"));
}

}  // namespace
}  // namespace holdfast
