#include "sim/log.h"

#include "tests/sim/mac_fixture.h"

namespace holdfast::sim {
namespace {

TEST(SimulatedLog, LooksAsLogShowPrintsIt) {
  const LogLine line{WallTime{1'793'602'800'123'456'000}, 505,
                     "NESMVPNSession[x]: status changed to connected"};
  EXPECT_EQ(FormatLogShow(line),
            "2026-11-02 07:00:00.123456+0000 0x10a8     Default     0x0                  505    0    "
            "nesessionmanager: [com.apple.networkextension:] NESMVPNSession[x]: status changed to connected");
}

TEST(SimulatedLog, EachTypeHasItsClass) {
  const auto of = [](ServiceType type) { return SessionDescription(MakeService("a", type)); };
  const std::string rest = "[Primary Tunnel:a:" + Uuid::FromName("a").ToString() + ":(null)]";
  EXPECT_EQ(of(ServiceType::kIkev2), "NESMIKEv2VPNSession" + rest);
  EXPECT_EQ(of(ServiceType::kProvider), "NESMVPNSession" + rest);
  EXPECT_EQ(of(ServiceType::kL2tp), "NESMLegacySession" + rest);
  EXPECT_EQ(of(ServiceType::kTransparentProxy), "NESMTransparentProxySession" + rest);
}

}  // namespace
}  // namespace holdfast::sim
