// Devices that hold policies as an agent does, moved through time together.
#pragma once

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <memory>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "core/policy/bundle.h"
#include "tests/server/service/test_device.h"

namespace holdfast::server {

struct Mac {
  Mac(World& world, const std::string& name) : device(world, name) {}

  void Take(const wire::PolicyBundle& bundle) {
    const Sha256Digest id = PolicyId(bundle.signed_bytes);
    const uint64_t offered = DecodePolicyBundle(bundle.signed_bytes)->version;
    EXPECT_GE(offered, version) << "policies never go back";
    if (rejects) {
      status = wire::PolicyStatus{wire::PolicyStatus::State::kFailed, offered, id, "no such key"};
      return;
    }
    held = id;
    version = offered;
    status = wire::PolicyStatus{wire::PolicyStatus::State::kApplied, offered, id, ""};
  }
  // A sync and, when it brought a policy, the one that tells of it.
  void Sync() {
    if (Exchange()) Exchange();
  }
  bool Exchange() {
    wire::SyncRequest request = device.Request(device.acked + 1);
    request.policy_id = held;
    request.policy_status = status;
    const auto answer = device.Sync(request);
    EXPECT_TRUE(answer.ok()) << answer.status();
    if (!answer.ok()) return false;
    device.acked = answer->acked_through;
    if (answer->policy) Take(*answer->policy);
    return answer->policy.has_value();
  }
  void Become(TimeClass time_class) {
    device.WriteVerdict(time_class, time_class == TimeClass::kViolation ? "stuck" : "");
    Sync();
  }

  TestDevice device;
  std::optional<Sha256Digest> held;
  std::optional<wire::PolicyStatus> status;
  uint64_t version = 0;
  bool rejects = false;
  bool dead = false;  // says nothing any more
};

class RolloutTest : public ::testing::Test {
 protected:
  RolloutTest() {
    world.core->SetHaltListener([this](const std::string& halt) { halts.push_back(halt); });
  }

  void Enroll(int count, const std::string& group = "") {
    const std::string token = world.MakeToken({.group = group, .quota = count});
    for (int i = 0; i < count; ++i) {
      macs.push_back(std::make_unique<Mac>(world, absl::StrCat("mac-", macs.size())));
      Mac& mac = *macs.back();
      mac.device.now.wall = world.clock.now.wall;
      const auto answer = mac.device.Enroll(token);
      ASSERT_TRUE(answer.ok()) << answer.status();
      if (answer->policy) mac.Take(*answer->policy);
      mac.Become(TimeClass::kProtected);
    }
  }
  static std::string Document(uint64_t version, const std::string& rollout) {
    return absl::StrCat("policyVersion: ", version, "\nrollout: {", rollout, "}\n");
  }
  void Put(uint64_t version, const std::string& rollout = "", const std::string& group = "") {
    const auto put = world.core->PutPolicy(kAdmin, {.document = Document(version, rollout), .group = group});
    ASSERT_TRUE(put.ok()) << put.status();
  }
  void Advance(absl::Duration time) {
    world.clock.Advance(time);
    for (auto& mac : macs) {
      mac->device.now.mono = mac->device.now.mono + time;
      mac->device.now.wall = mac->device.now.wall + time;
    }
  }
  // In steps of a minute, in each of which every device syncs and the server ticks.
  void Pass(absl::Duration time) {
    for (; time > absl::ZeroDuration(); time -= absl::Minutes(1)) {
      Advance(absl::Minutes(1));
      SyncAll();
      ASSERT_TRUE(world.core->Tick().ok());
    }
  }
  void SyncAll() {
    for (auto& mac : macs) {
      if (!mac->dead) mac->Sync();
    }
  }
  std::set<std::string> With(uint64_t version) const {
    std::set<std::string> names;
    for (const auto& mac : macs) {
      if (mac->version == version) names.insert(mac->device.hardware.hostname);
    }
    return names;
  }
  // The first `count` that have the version.
  std::vector<Mac*> Some(uint64_t version, size_t count) {
    std::vector<Mac*> some;
    for (auto& mac : macs) {
      if (mac->version == version && some.size() < count) some.push_back(mac.get());
    }
    EXPECT_EQ(some.size(), count);
    return some;
  }
  Rollout Now(const std::string& group = "") { return *world.core->GetRollout(kAdmin, group); }
  absl::Status Set(SetRolloutRequest request) { return world.core->SetRollout(kAdmin, request).status(); }

  World world;
  std::vector<std::unique_ptr<Mac>> macs;
  std::vector<std::string> halts;
};

}  // namespace holdfast::server
