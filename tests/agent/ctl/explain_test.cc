// `explain` from the command line: from a daemon's answer, from a file, and from both.
#include <fstream>

#include "agent/ctl/explain_facts.h"
#include "tests/agent/ctl/ctl_fixture.h"
#include "tests/agent/signals/parse/ne_fixture.h"

namespace holdfast::ctl {
namespace {

using ::testing::AllOf;
using ::testing::HasSubstr;
using ::testing::Not;

class ExplainTest : public CtlTest {
 protected:
  ExplainTest() {
    daemon_.Do([this] {
      EngineView& engine = daemon_.delegate.status.engine;
      engine.services = {Tunnel(SessionStatus::kConnected)};
      engine.filters.clear();
      engine.proxies.clear();
      engine.network.interfaces = {{"en0", true, false}, {"utun4", true, true}};
      engine.network.route_v4 = "utun4";
      engine.system.emplace();
    });
  }
  static ServiceView Tunnel(SessionStatus status) {
    ServiceView view;
    view.facts.id = parse::NeId("ikev2");
    view.facts.name = "Corporate VPN";
    view.facts.type = ServiceType::kIkev2;
    view.status = status;
    return view;
  }
  std::string File() {
    const std::string path = daemon_.folder() + "/ne.plist";
    std::ofstream(path, std::ios::binary) << parse::NeFixture().Bytes();
    return path;
  }
};

TEST_F(ExplainTest, FromTheDaemonsStatesAndRoutes) {
  const Result result = Ctl({"explain", "com.example.app", "www.example.com:443"});
  EXPECT_EQ(result.code, ExitCode::kOk) << result.err;
  EXPECT_THAT(result.out, HasSubstr("the VPN service 'Corporate VPN'"));
  EXPECT_THAT(result.out, HasSubstr("holdfastd"));
  // The file with the rules is no program's but root's on a Mac.
  EXPECT_THAT(result.out, HasSubstr("per-app VPNs, rules of On Demand"));
}

TEST_F(ExplainTest, WhatTheDaemonKnowsOfPostureAndDnsProxiesArrives) {
  daemon_.Do([this] {
    EngineView& engine = daemon_.delegate.status.engine;
    engine.network.route_v4 = "en0";
    engine.system->postures = {{parse::NeId("ikev2"), true, std::nullopt}};
    engine.system->dns_proxies = {{"com.example.dns", "Example DNS", "", true}};
  });
  const Result result = Ctl({"explain", "com.example.app", "www.example.com", "--json"});
  EXPECT_THAT(result.out, HasSubstr(R"("carrier":"the VPN service 'Corporate VPN'")"));
  EXPECT_THAT(result.out, HasSubstr(R"("layer":"DNS","part":"sees","name":"Example DNS")"));
  EXPECT_THAT(result.out, Not(HasSubstr("whether a DNS proxy is installed")));
}

TEST_F(ExplainTest, ADaemonThatDoesNotKnowTheNetworkSaysSo) {
  daemon_.Do([this] {
    daemon_.delegate.status.engine.network = {};
    daemon_.delegate.status.engine.system.reset();
  });
  const Result result = Ctl({"explain", "com.example.app", "www.example.com"});
  EXPECT_THAT(result.out,
              AllOf(HasSubstr("only the daemon knows"), HasSubstr("whether a DNS proxy is installed")));
}

TEST_F(ExplainTest, FromAFileWithoutADaemon) {
  const Result result = RunOn({"explain", "io.example.other", "10.1.2.3", "--preferences", File(), "--json"});
  EXPECT_EQ(result.code, ExitCode::kOk) << result.err;
  EXPECT_THAT(result.out, HasSubstr(R"("certain":false)"));
  EXPECT_THAT(result.out, HasSubstr("the transparent proxy 'Proxy' takes it first"));
  EXPECT_THAT(result.out, HasSubstr(R"("name":"Corporate: HQ","why":"IncludeAllNetworks is on)"));
  EXPECT_THAT(result.out, HasSubstr("only the daemon knows them"));
  EXPECT_THAT(result.out, Not(HasSubstr(parse::kSecret)));
}

TEST_F(ExplainTest, WithoutADaemonItNamesTheOtherWay) {
  const Result result = RunOn({"explain", "com.example.app", "x.example", "--socket", "/nonexistent/socket"});
  EXPECT_EQ(result.code, ExitCode::kNotRunning);
  EXPECT_THAT(result.err, HasSubstr("--preferences"));
}

TEST_F(ExplainTest, WhatIsNoDestinationOrNoFileIsRefused) {
  EXPECT_EQ(Ctl({"explain", "com.example.app", "https://x/"}).code, ExitCode::kUsage);
  EXPECT_EQ(Ctl({"explain", "com.example.app"}).code, ExitCode::kUsage);
  const Result result = Ctl({"explain", "a", "b", "--preferences", "/nonexistent/x"});
  EXPECT_EQ(result.code, ExitCode::kUsage);
  EXPECT_THAT(result.err, HasSubstr("/nonexistent/x"));
}

TEST_F(ExplainTest, TheFilesRulesJoinTheDaemonsStates) {
  const auto preferences = parse::ReadNePreferences(parse::NeFixture().Bytes());
  ASSERT_TRUE(preferences.ok());
  v1::GetStatusResponse status;
  v1::LocalService& service = *status.add_services();
  service.set_service_id(parse::NeId("ikev2").ToString());
  service.set_name("Corporate: HQ");
  service.set_type("IKEv2");
  service.set_enabled(true);
  service.set_on_demand(true);
  service.set_status("disconnected");
  FlowFacts facts = FactsOf(status);
  EXPECT_FALSE(facts.services[0].rules);
  AddRules(FactsOf(*preferences, "ne.plist"), facts);
  EXPECT_EQ(facts.services[0].status, SessionStatus::kDisconnected);
  ASSERT_TRUE(facts.services[0].rules);
  EXPECT_EQ(facts.services[0].rules->size(), 2U);
  EXPECT_EQ(facts.services[0].include_all_networks, true);
  EXPECT_EQ(facts.services.size(), 3U);  // what only the file has
  EXPECT_TRUE(facts.dns_proxies);
}

}  // namespace
}  // namespace holdfast::ctl
