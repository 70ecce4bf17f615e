// Profiles that a Mac is given become what the agent judges: a VPN payload a service that a policy keeps
// connected, a content filter a filter, a flawed payload a named error. Once with profiles of ours, once with
// public ones where they lie beside the checkout.
#include <gtest/gtest.h>

#include <algorithm>
#include <cstdlib>
#include <filesystem>

#include "absl/strings/str_cat.h"
#include "profiles/mobileconfig/read.h"
#include "tests/simulation/simulated_device.h"
#include "tests/simulation/simulated_server.h"

namespace holdfast::simulation {
namespace {

struct Case {
  std::string vpn, filter, flawed;          // files
  std::string service_name, filter_bundle;  // what they declare
  std::string flaw;                         // the code of the flawed one's finding
};

std::string PolicyFor(const Case& c) {
  return absl::StrCat(
      "policyVersion: 1\nenforcementMode: enforce\nservices:\n  - name: vpn\n    match: {name: \"",
      c.service_name, "\"}\n    authentication: machine\n    alwaysConnected: {enabled: true}\n",
      "contentFilters:\n  required:\n    - bundleIdentifier: ", c.filter_bundle, "\n");
}

void Install(SimulatedDevice& device, const std::string& path) {
  const auto read = profiles::ReadPath(path);
  ASSERT_TRUE(read.ok()) << read.status();
  device.mac().Install(*read);
}

bool Passed(const EngineView& view, const std::string& check) {
  return std::any_of(view.checks.begin(), view.checks.end(),
                     [&](const CheckResult& c) { return c.name == check && c.passed; });
}

bool Incident(const EngineView& view, const std::string& name, const std::string& part_of_key) {
  return std::any_of(view.incidents.begin(), view.incidents.end(), [&](const OpenIncident& i) {
    return i.incident.name == name && i.incident.key.find(part_of_key) != std::string::npos;
  });
}

class FailingWatcher final : public Watcher {
 public:
  void OnBroken(const std::string& what) override { ADD_FAILURE() << what; }
};

// `late`: the VPN comes while the agent runs.
void ExpectJudged(const Case& c, bool late) {
  sim::VirtualTime time;
  FailingWatcher watcher;
  SimulatedServer server(time, 1, [](const std::string& what) { ADD_FAILURE() << what; });
  server.PutPolicy(PolicyFor(c));
  SimulatedDevice device(time, server, watcher,
                         {.name = "mac", .number = 1, .token = server.NewToken(1), .seed = 2});
  Install(device, late ? c.filter : c.vpn);
  Install(device, c.flawed);
  device.Start();
  time.RunFor(late ? absl::Minutes(1) : absl::ZeroDuration());
  Install(device, late ? c.vpn : c.filter);
  time.RunFor(absl::Minutes(5));

  const auto required = [&] { return device.View().services.at(0); };
  EXPECT_EQ(required().facts.name, c.service_name);
  EXPECT_EQ(required().verdict.time_class, TimeClass::kProtected) << required().verdict.detail;
  EXPECT_TRUE(Passed(device.View(), absl::StrCat("content_filter:", c.filter_bundle)));
  EXPECT_TRUE(Incident(device.View(), "profile_invalid", c.flaw));

  device.mac().UserDisconnect(required().facts.id);
  time.RunFor(absl::Seconds(5));
  EXPECT_EQ(required().verdict.time_class, TimeClass::kViolation);
  time.RunFor(absl::Minutes(1));
  EXPECT_EQ(required().verdict.time_class, TimeClass::kProtected) << "the policy keeps it connected";
}

std::string Source() {
  const char* source = std::getenv("HOLDFAST_SOURCE");
  return source == nullptr ? "." : source;
}

class Profiles : public ::testing::TestWithParam<bool> {};
INSTANTIATE_TEST_SUITE_P(BeforeAndAfterTheStart, Profiles, ::testing::Bool());

TEST_P(Profiles, OfOursBecomeWhatTheAgentJudges) {
  const std::string source = Source();
  ExpectJudged({source + "/deploy/demo/profiles/ikev2-mac/corporate-vpn.mobileconfig",
                source + "/tests/profiles/fixtures/content-filter.mobileconfig",
                source + "/tests/profiles/fixtures/flawed.mobileconfig", "Corporate VPN",
                "com.example.filter", "vpn-missing-subtype"},
               GetParam());
}

TEST_P(Profiles, OfOthersBecomeWhatTheAgentJudges) {
  const std::string corpus = Source() + "/../shared/profiles-corpus";
  if (!std::filesystem::exists(corpus))
    GTEST_SKIP() << "there is no folder of public profiles beside the checkout";
  ExpectJudged(
      {corpus + "/algo__ipsec-testuser1.mobileconfig", corpus + "/mdatp-xplat__netfilter.mobileconfig",
       corpus + "/profiledocs__com.apple.vpn.managed.mobileconfig", "AlgoVPN algo-test-server IKEv2",
       "com.microsoft.wdav.netext", "vpn-missing-remote-address"},
      GetParam());
}

}  // namespace
}  // namespace holdfast::simulation
