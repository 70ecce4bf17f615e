// A local policy over the server's: which key is in force, and what a layer may not.
#include <gmock/gmock.h>

#include "tests/agent/daemon/world.h"

namespace holdfast::agent {
namespace {

using ::testing::HasSubstr;
using State = wire::PolicyStatus::State;

// The server's policy: enforces, and nobody may override.
constexpr char kServer[] =
    "policyVersion: 9\n"
    "enforcementMode: enforce\n"
    "services:\n"
    "  - name: corp\n"
    "    match: {name: Corp VPN}\n"
    "    authentication: machine\n"
    "    alwaysConnected: {enabled: true, reconnectAfter: 10s}\n"
    "override: {mode: none}\n"
    "wake: {grace: 30s}\n";

struct LayeredWorld : World {
  explicit LayeredWorld(absl::StatusOr<std::string> file, PolicySource source = PolicySource::kFile) {
    policy = std::move(file);
    policy_source = source;
    server.policy = server.Sign(9, kServer);
  }
  std::string At(absl::string_view path) const {
    for (const control::PolicyKeyView& key : agent->Policy().keys) {
      if (key.path == path) return key.value + " from " + key.origin;
    }
    return "";
  }
  bool OpenNow(absl::string_view name, absl::string_view key) const {
    for (const OpenIncident& open : agent->Status().engine.incidents) {
      if (open.incident.name == name && open.incident.key == key) return true;
    }
    return false;
  }
};

TEST(AgentPolicyLayers, AFileGoesBeforeTheServerKeyByKey) {
  LayeredWorld world("enforcementMode: audit\npolicyVersion: 40\n");
  world.Start();
  world.RunFor(absl::Minutes(1));
  EXPECT_EQ(world.At("enforcementMode"), "audit from file:policy.yaml");
  EXPECT_EQ(world.At("override.mode"), "none from server");
  EXPECT_EQ(world.At("boot.grace"), "2m from default");
  const EngineView view = world.agent->Status().engine;
  EXPECT_EQ(view.mode, EnforcementMode::kAudit);
  EXPECT_EQ(view.policy_version, 40u);
  EXPECT_EQ(view.policy_source, "file:policy.yaml over server");
  const wire::PolicyStatus status = *world.server.syncs.back().policy_status;
  EXPECT_EQ(status.state, State::kApplied);
  EXPECT_EQ(status.version, 9u);
  EXPECT_FALSE(world.Opened("policy_tampered"));
}

TEST(AgentPolicyLayers, AFileWithoutAVersionWaitsForAServersPolicy) {
  LayeredWorld world("wake: {grace: 5s}\n");
  world.server.reachable = false;
  world.Start();
  world.RunFor(absl::Minutes(1));
  EXPECT_EQ(world.agent->Status().engine.policy_source, "builtin");
  EXPECT_THAT(world.agent->Status().engine.policy_error, HasSubstr("policyVersion: is required"));
  world.server.reachable = true;
  world.RunFor(absl::Minutes(10));
  EXPECT_EQ(world.At("wake.grace"), "30s from server");
  world.agent->PolicyFileRead({world.policy});
  EXPECT_EQ(world.At("wake.grace"), "5s from file:policy.yaml");
  EXPECT_EQ(world.agent->Status().engine.policy_version, 9u);
}

TEST(AgentPolicyLayers, AServersPolicyThatBreaksTheResultIsRejectedAndTheLastGoodStays) {
  LayeredWorld world("reconnect: {initialDelay: 2m}\n");
  world.Start();
  world.RunFor(absl::Minutes(1));
  world.agent->PolicyFileRead({world.policy});
  world.server.policy =
      world.server.Sign(10, std::string(kServer).replace(15, 1, "10") + "reconnect: {maxDelay: 1m}\n");
  world.RunFor(absl::Minutes(5));
  const wire::PolicyStatus status = *world.server.syncs.back().policy_status;
  EXPECT_EQ(status.state, State::kFailed);
  EXPECT_THAT(status.error, HasSubstr("server policy 10:10: reconnect.maxDelay"));
  EXPECT_THAT(status.error, HasSubstr("policy.yaml:1"));
  EXPECT_TRUE(world.OpenNow("policy_rejected", ""));
  EXPECT_EQ(world.agent->Status().engine.policy_version, 9u);
  EXPECT_EQ(world.At("reconnect.initialDelay"), "2m from file:policy.yaml");
  // Also not across a restart.
  world.policy = *world.policy;
  world.server.reachable = false;
  world.Start();
  world.RunFor(absl::Seconds(1));
  EXPECT_EQ(world.agent->Status().engine.policy_version, 9u);
  EXPECT_EQ(world.At("reconnect.initialDelay"), "2m from file:policy.yaml");
}

TEST(AgentPolicyLayers, WhatAnUnmanagedFileMayNotSetIsTheServersAndAnIncident) {
  LayeredWorld world(
      "enforcementMode: 'off'\nwake: {grace: 1h}\ncompliance: {actionDelay: 5s}\nservices: []\n",
      PolicySource::kUnmanaged);
  world.Start();
  world.RunFor(absl::Minutes(1));
  world.agent->PolicyFileRead({world.policy, world.policy_source});
  world.RunFor(absl::Minutes(1));
  EXPECT_EQ(world.At("enforcementMode"), "enforce from server");
  EXPECT_EQ(world.At("wake.grace"), "30s from server");
  EXPECT_EQ(world.At("compliance.actionDelay"), "5s from file:policy.yaml");
  EXPECT_EQ(world.mac.StatusOf(world.corp), SessionStatus::kConnected);
  EXPECT_TRUE(world.OpenNow("policy_tampered", "keys"));
  // What it may not set is taken out: then there is nothing to tell any more.
  world.agent->PolicyFileRead({"compliance: {actionDelay: 6s}\n", PolicySource::kUnmanaged});
  EXPECT_FALSE(world.OpenNow("policy_tampered", "keys"));
}

TEST(AgentPolicyLayers, AKeptFileIsTrustedNoMoreThanItWas) {
  LayeredWorld world("policyVersion: 41\nenforcementMode: 'off'\n", PolicySource::kUnmanaged);
  world.Start();
  world.RunFor(absl::Minutes(1));
  world.policy = absl::UnavailableError("the disk does not answer");
  world.policy_source = PolicySource::kFile;
  world.Start();
  world.RunFor(absl::Minutes(1));
  EXPECT_EQ(world.agent->Status().engine.policy_version, 41u);
  EXPECT_EQ(world.At("enforcementMode"), "enforce from server");
}

TEST(AgentPolicyLayers, WhenTheLocalPolicyVanishesTheLastGoodOneStaysWithAnIncident) {
  LayeredWorld world("policyVersion: 40\nwake: {grace: 5s}\n");
  world.Start();
  world.RunFor(absl::Minutes(1));
  world.agent->PolicyFileRead({absl::NotFoundError("policy.yaml is gone")});
  EXPECT_EQ(world.At("wake.grace"), "5s from file:policy.yaml");
  EXPECT_TRUE(world.OpenNow("policy_tampered", "gone"));
  world.Start();
  world.RunFor(absl::Minutes(1));
  EXPECT_FALSE(world.OpenNow("policy_tampered", "gone"));  // it is there again
}

TEST(AgentPolicyLayers, APropertyListIsAPolicyToo) {
  LayeredWorld world(R"(<?xml version="1.0" encoding="UTF-8"?>
<plist version="1.0"><dict>
  <key>PolicyVersion</key><integer>40</integer>
  <key>Wake</key><dict><key>Grace</key><integer>5</integer></dict>
</dict></plist>)");
  world.Start();
  world.RunFor(absl::Minutes(1));
  EXPECT_EQ(world.At("wake.grace"), "5s from file:policy.yaml");
}

}  // namespace
}  // namespace holdfast::agent
