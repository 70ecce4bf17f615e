// What the manager says about a session, read from plain values: no library is needed.
#include "agent/session/darwin/extended_status.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace holdfast::ne {
namespace {

using ::testing::ElementsAre;

Value Number(int64_t n) {
  return {n};
}
Value Text(std::string text) {
  return {std::move(text)};
}
Value Dict(Value::Dictionary all) {
  return {std::move(all)};
}

TEST(ExtendedStatus, ReadsAConnectedTunnel) {
  const ExtendedStatus status = ReadExtendedStatus(
      Dict({{"NEStatus", Number(3)},
            {"SessionState", Number(4)},
            {"IsPrimaryInterface", Number(1)},
            {"DNSServers", {Value::Array{Text("10.0.0.1"), Number(7), Text("10.0.0.2")}}},
            {"IPv4", Dict({{"InterfaceName", Text("utun8")}, {"ServerAddress", Text("198.51.100.7")}})},
            {"Status", Number(2)}}));
  EXPECT_EQ(status.status, SessionStatus::kConnected);
  EXPECT_EQ(status.session_state, 4);
  EXPECT_EQ(status.interface_name, "utun8");
  EXPECT_EQ(status.server_address, "198.51.100.7");
  EXPECT_THAT(status.dns_servers, ElementsAre("10.0.0.1", "10.0.0.2"));
  EXPECT_EQ(status.primary, true);
  EXPECT_FALSE(status.stop_reason.has_value());
  EXPECT_TRUE(status.unknown_keys.empty());
}

TEST(ExtendedStatus, ExcludedRoutesNameOtherInterfaces) {
  const Value decoy = Dict({{"InterfaceName", Text("en0")}});
  const ExtendedStatus status = ReadExtendedStatus(
      Dict({{"IPv4", Dict({{"ExcludedRoutes", {Value::Array{decoy}}}, {"InterfaceName", Text("utun8")}})}}));
  EXPECT_EQ(status.interface_name, "utun8");
}

TEST(ExtendedStatus, ReadsWhyItIsDown) {
  const ExtendedStatus status =
      ReadExtendedStatus(Dict({{"NEStatus", Number(1)}, {"VPN", Dict({{"LastCause", Number(23)}})}}));
  EXPECT_EQ(status.stop_reason, 23);
}

TEST(ExtendedStatus, ReadsTheReasonsOfLegacyServices) {
  const auto cause = [](const char* kind, int code) {
    return ReadExtendedStatus(Dict({{"NEStatus", Number(1)}, {kind, Dict({{"LastCause", Number(code)}})}}))
        .legacy_cause;
  };
  EXPECT_EQ(cause("PPP", 19), FailureCause::kAuthentication);
  EXPECT_EQ(cause("PPP", 5), FailureCause::kStopCommand);
  EXPECT_EQ(cause("PPP", 0), FailureCause::kNone);
  EXPECT_EQ(cause("PPP", 99), FailureCause::kUnknown);
  EXPECT_EQ(cause("IPSec", 11), FailureCause::kAuthentication);
  EXPECT_EQ(cause("IPSec", 23), FailureCause::kCertificate);
  EXPECT_EQ(cause("IPSec", 17), FailureCause::kServerUnreachable);
  EXPECT_EQ(cause("IPSec", 19), FailureCause::kIdle);
}

TEST(ExtendedStatus, OtherTypesAndOtherNumbersSayNothing) {
  EXPECT_FALSE(ReadExtendedStatus(Dict({})).status.has_value());
  EXPECT_FALSE(ReadExtendedStatus(Text("NEStatus")).status.has_value());
  for (const Value& odd : {Number(6), Number(-1), Text("3"), Dict({}), Value{}}) {
    const ExtendedStatus status = ReadExtendedStatus(
        Dict({{"NEStatus", odd}, {"VPN", odd}, {"IPv4", odd}, {"DNSServers", odd}, {"PPP", odd}}));
    EXPECT_FALSE(status.status.has_value());
    EXPECT_EQ(status.interface_name, "");
    EXPECT_TRUE(status.dns_servers.empty());
  }
  EXPECT_FALSE(
      ReadExtendedStatus(Dict({{"VPN", Dict({{"LastCause", Number(int64_t{1} << 40)}})}})).stop_reason);
}

TEST(ExtendedStatus, UnknownKeysAreKeptByName) {
  const ExtendedStatus status =
      ReadExtendedStatus(Dict({{"NEStatus", Number(1)}, {"NewThing", Text("secret")}}));
  EXPECT_THAT(status.unknown_keys, ElementsAre("NewThing"));
}

TEST(Statistics, CountsWhatComesIn) {
  EXPECT_EQ(ReadBytesIn(Dict({{"VPN", Dict({{"BytesIn", Number(7)}})}})), 7u);
  EXPECT_EQ(ReadBytesIn(Dict({{"PPP", Dict({{"BytesIn", Number(20337)}})}})), 20337u);
  EXPECT_FALSE(ReadBytesIn(Dict({{"VPN", Dict({{"BytesIn", Number(-1)}})}})).has_value());
  EXPECT_FALSE(ReadBytesIn(Dict({{"VPN", Dict({})}})).has_value());
  EXPECT_FALSE(ReadBytesIn(Number(3)).has_value());
}

}  // namespace
}  // namespace holdfast::ne
