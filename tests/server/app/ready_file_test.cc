#include "server/app/ready_file.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace holdfast::server {
namespace {

TEST(ReadyFile, RoundTripKeepsEverything) {
  Ready ready;
  ready.agents = {"vpn.example.com", 8443};
  ready.admins = {"::1", 8444};
  ready.ca_file = "/data/\"odd\"/ca.pem";
  ready.token_file = "/data/admin-token";
  ready.ca_spki_sha256 = "ab";
  ready.enrollment_string = "holdfast1:...";
  ready.pid = 4711;
  const auto again = ParseReadyJson(ReadyJson(ready));
  ASSERT_TRUE(again.ok()) << again.status();
  EXPECT_EQ(again->agents, ready.agents);
  EXPECT_EQ(again->admins, ready.admins);
  EXPECT_EQ(again->ca_file, ready.ca_file);
  EXPECT_EQ(again->token_file, ready.token_file);
  EXPECT_EQ(again->ca_spki_sha256, ready.ca_spki_sha256);
  EXPECT_EQ(again->enrollment_string, ready.enrollment_string);
  EXPECT_EQ(again->pid, ready.pid);
}

TEST(ReadyFile, TextThatIsNoneIsRefused) {
  EXPECT_FALSE(ParseReadyJson("").ok());
  EXPECT_FALSE(ParseReadyJson("{}").ok());
}

TEST(ReadyFile, WildcardsAreReachedByNames) {
  EXPECT_EQ(LocalEndpoint({"0.0.0.0", 0}, 5), (Endpoint{"localhost", 5}));
  EXPECT_EQ(LocalEndpoint({"10.0.0.1", 0}, 5), (Endpoint{"10.0.0.1", 5}));
  EXPECT_EQ(PublicEndpoint({"::", 0}, 5, {}, "host"), (Endpoint{"host", 5}));
  EXPECT_EQ(PublicEndpoint({"127.0.0.1", 0}, 5, {}, "host"), (Endpoint{"127.0.0.1", 5}));
  EXPECT_EQ(PublicEndpoint({"::", 0}, 5, {"vpn.example.com", "b"}, "host"), (Endpoint{"vpn.example.com", 5}));
}

TEST(ReadyFile, CertificateHasEveryNameOnce) {
  EXPECT_EQ(
      CertificateHosts({{"0.0.0.0", 1}, {"10.0.0.1", 1}, {"127.0.0.1", 2}}, {"vpn", "localhost"}, "host"),
      (std::vector<std::string>{"vpn", "localhost", "10.0.0.1", "127.0.0.1", "host"}));
}

TEST(ReadyFile, APidThatIsNoneIsRefused) {
  const std::string large =
      R"({"agent_address":"localhost:1","admin_address":"localhost:2","pid":88888888888888888888})";
  EXPECT_THAT(std::string(ParseReadyJson(large).status().message()), ::testing::HasSubstr("its pid"));
}

}  // namespace
}  // namespace holdfast::server
