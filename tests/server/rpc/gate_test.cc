#include "server/rpc/gate.h"

#include <gmock/gmock.h>

namespace holdfast::server {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;

AddressBytes Ipv4(uint8_t last) {
  return {0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xff, 0xff, 192, 0, 2, last};
}
AddressBytes Ipv6(uint8_t network, uint8_t host) {
  return {0x20, 0x01, 0x0d, 0xb8, 0, 0, 0, network, 0, 0, 0, 0, 0, 0, 0, host};
}
MonoTime At(double seconds) {
  return MonoTime{1'000'000'000} + absl::Seconds(seconds);
}
const Source kHome(Ipv4(1));
const Source kAway(Ipv4(2));
// Rates that do not matter where a test is about numbers.
GateLimits Many() {
  return {.open = 1000, .strangers = 1000, .per_second = 1e6, .source_percent = 100, .per_identity = 100};
}

TEST(Source, OneIpv6NetworkIsOnePlaceAndOneIpv4AddressIsOne) {
  EXPECT_EQ(Source(Ipv6(1, 1)), Source(Ipv6(1, 2)));
  EXPECT_NE(Source(Ipv6(1, 1)), Source(Ipv6(2, 1)));
  EXPECT_NE(kHome, kAway);
  EXPECT_EQ(Source(Ipv6(1, 9)).ToString(), "2001:db8:0:1::/64");
  EXPECT_EQ(kHome.ToString(), "192.0.2.1");
}

TEST(Gate, RefusesAboveTheTotalUntilOneHasEnded) {
  GateLimits limits = Many();
  limits.open = 2;
  Gate gate(limits);
  EXPECT_EQ(gate.Admit(1, kHome, At(0)), std::nullopt);
  EXPECT_FALSE(gate.Crowded(kAway));
  EXPECT_EQ(gate.Admit(2, kAway, At(0)), std::nullopt);
  gate.Vouch(1, "a");
  gate.Vouch(2, "b");
  EXPECT_TRUE(gate.Crowded(kAway));
  EXPECT_EQ(gate.Admit(3, kAway, At(0)), Refusal::kOpen);
  gate.Ended(1);
  EXPECT_EQ(gate.Admit(4, kAway, At(0)), std::nullopt);
}

TEST(Gate, KnownConnectionsDoNotCountAsStrangersSoAFleetFitsBehindOneAddress) {
  GateLimits limits = Many();
  limits.strangers = 4;
  limits.source_percent = 50;
  Gate gate(limits);
  for (Gate::Id id = 1; id <= 500; ++id) {
    ASSERT_EQ(gate.Admit(id, kHome, At(0)), std::nullopt) << id;
    gate.Vouch(id, "device " + std::to_string(id));
  }
  EXPECT_EQ(gate.strangers(), 0);
  EXPECT_EQ(gate.open(), 500);
}

TEST(Gate, OneSourceOfStrangersLeavesTheOthersTheirShare) {
  GateLimits limits = Many();
  limits.strangers = 4;
  limits.source_percent = 50;
  Gate gate(limits);
  EXPECT_EQ(gate.Admit(1, kHome, At(0)), std::nullopt);
  EXPECT_EQ(gate.Admit(2, kHome, At(0)), std::nullopt);
  EXPECT_EQ(gate.Admit(3, kHome, At(0)), Refusal::kSourceStrangers);
  EXPECT_EQ(gate.Admit(4, kAway, At(0)), std::nullopt);
  EXPECT_EQ(gate.Admit(5, kAway, At(0)), std::nullopt);
  EXPECT_EQ(gate.Admit(6, Source(Ipv4(3)), At(0)), Refusal::kStrangers);
}

TEST(Gate, OneDeviceHoldsOnlySoManyKnownConnections) {
  GateLimits limits = Many();
  limits.per_identity = 2;
  Gate gate(limits);
  for (Gate::Id id = 1; id <= 3; ++id) {
    gate.Admit(id, kHome, At(0));
    gate.Vouch(id, "one");
    gate.Vouch(id, "one");  // each call says it again
  }
  EXPECT_EQ(gate.strangers(), 1);
  gate.Ended(1);
  gate.Vouch(3, "one");
  EXPECT_EQ(gate.strangers(), 0);
}

TEST(Gate, NewConnectionsASecondAreLimitedInTotalAndPerSource) {
  GateLimits limits = Many();
  limits.per_second = 10;  // 20 at once, 10 of them from one source
  limits.source_percent = 50;
  Gate gate(limits);
  Gate::Id id = 0;
  for (int i = 0; i < 10; ++i) ASSERT_EQ(gate.Admit(++id, kHome, At(0)), std::nullopt) << i;
  EXPECT_EQ(gate.Admit(++id, kHome, At(0)), Refusal::kSourceRate);
  for (int i = 0; i < 10; ++i) ASSERT_EQ(gate.Admit(++id, kAway, At(0)), std::nullopt) << i;
  EXPECT_EQ(gate.Admit(++id, Source(Ipv4(3)), At(0)), Refusal::kRate);
  EXPECT_EQ(gate.Admit(++id, kHome, At(0.2)), std::nullopt);
  EXPECT_EQ(gate.Admit(++id, kHome, At(0.2)), Refusal::kSourceRate);
}

TEST(Gate, AFloodFromOneSourceUsesUpNothingOfTheOthers) {
  GateLimits limits = Many();
  limits.per_second = 10;
  limits.source_percent = 50;
  Gate gate(limits);
  Gate::Id id = 0;
  for (int i = 0; i < 10'000; ++i) gate.Admit(++id, kHome, At(i * 0.0001));
  for (int i = 0; i < 10; ++i) EXPECT_EQ(gate.Admit(++id, kAway, At(1)), std::nullopt) << i;
}

TEST(Gate, StrangersOverstayAndTheKnownDoNot) {
  GateLimits limits = Many();
  limits.stranger_age = absl::Seconds(60);
  Gate gate(limits);
  gate.Admit(1, kHome, At(0));
  gate.Admit(2, kHome, At(0));
  gate.Admit(3, kHome, At(10));
  gate.Vouch(2, "device");
  EXPECT_THAT(gate.Overstayed(At(59)), IsEmpty());
  EXPECT_THAT(gate.Overstayed(At(60)), ElementsAre(1));
  EXPECT_THAT(gate.Overstayed(At(61)), IsEmpty());
  EXPECT_EQ(gate.strangers(), 2) << "it counts until it has ended";
  gate.Ended(1);
  EXPECT_EQ(gate.strangers(), 1);
  EXPECT_THAT(gate.Overstayed(At(70)), ElementsAre(3));
}

TEST(Gate, ReportCountsSinceTheOneBeforeAndNamesTheBusiestSource) {
  GateLimits limits = Many();
  limits.strangers = 2;
  limits.source_percent = 50;
  Gate gate(limits);
  gate.Admit(1, kHome, At(0));
  for (Gate::Id id = 2; id < 7; ++id) gate.Admit(id, kHome, At(0));
  GateReport report = gate.TakeReport(At(1));
  EXPECT_EQ(report.Refused(), 5);
  EXPECT_EQ(report.refused[static_cast<size_t>(Refusal::kSourceStrangers)], 5);
  EXPECT_EQ(report.busiest, kHome);
  EXPECT_EQ(report.busiest_refused, 5);
  EXPECT_EQ(report.open, 1);
  EXPECT_EQ(report.strangers, 1);
  report = gate.TakeReport(At(2));
  EXPECT_EQ(report.Refused(), 0);
  EXPECT_EQ(report.busiest, std::nullopt);
}

TEST(Gate, ForgetsSourcesThatAreAsGoodAsNew) {
  GateLimits limits = Many();
  limits.per_second = 100;
  Gate gate(limits);
  for (uint8_t i = 0; i < 100; ++i) {
    gate.Admit(i, Source(Ipv4(i)), At(0));
    gate.Ended(i);
  }
  EXPECT_EQ(gate.sources(), 100u);
  gate.TakeReport(At(10));
  EXPECT_EQ(gate.sources(), 0u);
  EXPECT_EQ(gate.open(), 0);
}

TEST(Gate, EndingTwiceOrVouchingForNobodyIsHarmless) {
  Gate gate(Many());
  gate.Admit(1, kHome, At(0));
  gate.Ended(1);
  gate.Ended(1);
  gate.Vouch(1, "late");
  EXPECT_EQ(gate.open(), 0);
  EXPECT_EQ(gate.strangers(), 0);
}

}  // namespace
}  // namespace holdfast::server
