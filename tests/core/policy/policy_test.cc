#include "core/policy/policy.h"

#include <gtest/gtest.h>

namespace holdfast {
namespace {

ServiceFacts HeadOffice() {
  ServiceFacts facts;
  facts.id = *Uuid::Parse("6F1B4C0E-0000-4000-8000-000000000001");
  facts.name = "Head office";
  facts.type = ServiceType::kIkev2;
  facts.payload_identifier = "com.example.vpn";
  facts.provider_bundle_id = "com.example.provider";
  return facts;
}

TEST(ServiceMatch, EachFieldAloneBinds) {
  const ServiceFacts facts = HeadOffice();
  EXPECT_TRUE(ServiceMatch{.identifier = facts.id}.Matches(facts));
  EXPECT_TRUE(ServiceMatch{.name = "Head office"}.Matches(facts));
  EXPECT_TRUE(ServiceMatch{.payload_identifier = "com.example.vpn"}.Matches(facts));
  EXPECT_TRUE(ServiceMatch{.provider_bundle_identifier = "com.example.provider"}.Matches(facts));
  EXPECT_TRUE(ServiceMatch{.type = ServiceType::kIkev2}.Matches(facts));
}

TEST(ServiceMatch, EachFieldAloneExcludes) {
  const ServiceFacts facts = HeadOffice();
  const std::string name = "Head office";
  EXPECT_FALSE((ServiceMatch{.identifier = Uuid::FromName("other"), .name = name}.Matches(facts)));
  EXPECT_FALSE((ServiceMatch{.name = "head office"}.Matches(facts)));
  EXPECT_FALSE((ServiceMatch{.name = name, .payload_identifier = "x"}.Matches(facts)));
  EXPECT_FALSE((ServiceMatch{.name = name, .provider_bundle_identifier = "x"}.Matches(facts)));
  EXPECT_FALSE((ServiceMatch{.name = name, .type = ServiceType::kL2tp}.Matches(facts)));
}

TEST(ServiceMatch, AnEmptyMatchBindsToNothing) {
  EXPECT_FALSE(ServiceMatch{}.Matches(HeadOffice()));
}

TEST(ServiceMatch, AnInterfaceIsOnlyObserved) {
  EXPECT_FALSE((ServiceMatch{.name = "Head office", .interface_name = "utun4"}.Matches(HeadOffice())));
}

TEST(OnFailure, EachCauseHasItsAction) {
  OnFailure on;
  on.authentication = FailureAction::kNone;
  on.certificate = FailureAction::kWaitForPath;
  on.no_network = FailureAction::kNoRetry;
  on.server_unreachable = FailureAction::kRetryOnceThenAsk;
  on.configuration_removed = FailureAction::kBackoff;
  on.other = FailureAction::kNoRetry;
  EXPECT_EQ(on.For(FailureCause::kAuthentication), FailureAction::kNone);
  EXPECT_EQ(on.For(FailureCause::kCertificate), FailureAction::kWaitForPath);
  EXPECT_EQ(on.For(FailureCause::kNoNetwork), FailureAction::kNoRetry);
  EXPECT_EQ(on.For(FailureCause::kServerUnreachable), FailureAction::kRetryOnceThenAsk);
  EXPECT_EQ(on.For(FailureCause::kConfigurationGone), FailureAction::kBackoff);
  for (FailureCause cause : {FailureCause::kConfiguration, FailureCause::kProvider, FailureCause::kTimeout,
                             FailureCause::kSlept, FailureCause::kUnknown}) {
    EXPECT_EQ(on.For(cause), FailureAction::kNoRetry) << FailureCauseName(cause);
  }
}

TEST(Probe, TargetNamesKindHostAndPort) {
  EXPECT_EQ((Probe{.tcp = {"intranet.example.com", 443}}.Target()), "tcp:intranet.example.com:443");
  EXPECT_EQ((Probe{.tcp = {"fd00::1", 53}}.Target()), "tcp:[fd00::1]:53");
  EXPECT_EQ((Probe{.https = "https://intra/up"}.Target()), "https://intra/up");
  EXPECT_EQ((Probe{.dns = "intra", .dns_server = "10.0.0.53"}.Target()), "dns:intra@10.0.0.53");
}

TEST(Probe, OneHostIsOneTarget) {
  Liveness liveness;
  liveness.probes = {{.tcp = {"intra", 443}}, {.https = "https://Intra:8443/up"}};
  EXPECT_EQ(liveness.IndependentTargets(), 1u);
  liveness.probes.push_back({.dns = "intra"});
  EXPECT_EQ(liveness.IndependentTargets(), 2u);
}

TEST(Url, IsTakenApart) {
  Url url;
  ASSERT_TRUE(ParseUrl("https://intra.example.com/up?x=1", &url));
  EXPECT_TRUE(url.tls);
  EXPECT_EQ(url.endpoint, (Endpoint{"intra.example.com", 443}));
  EXPECT_EQ(url.path, "/up?x=1");
  ASSERT_TRUE(ParseUrl("http://[fd00::1]?a", &url));
  EXPECT_EQ(url.endpoint, (Endpoint{"fd00::1", 80}));
  EXPECT_EQ(url.path, "/?a");
}

TEST(Url, OddOnesAreRefused) {
  Url url;
  for (const char* text : {"", "https://", "ftp://a/", "https://user:pw@a/", "https://a:0/", "https://a/b c",
                           "https://a/#x", "http://a\r\nX: y/", "https://a/\r\nX: y"}) {
    EXPECT_FALSE(ParseUrl(text, &url)) << text;
  }
}

}  // namespace
}  // namespace holdfast
