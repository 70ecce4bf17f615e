// A simulated Mac with the session library over it, and who looks for leaks at the end.
#pragma once

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <memory>

#include "agent/session/darwin/client.h"
#include "sim/darwin/darwin_mac.h"
#include "sim/virtual_time.h"
#include "tests/sim/mac_fixture.h"

namespace holdfast::sim {

class DarwinTest : public ::testing::Test {
 protected:
  explicit DarwinTest(const Answers& answers = {}) : mac(time, time, 7), darwin(mac, answers, 11) {
    darwin.Enter();
  }
  // Whatever was made must be gone: the library counts.
  ~DarwinTest() override {
    time.RunFor(absl::Minutes(1));
    EXPECT_EQ(Alive("sessions"), 0);
    EXPECT_EQ(Alive("objects"), 0);
  }
  static int Alive(const char* kind) { return DarwinLibrary::Load().holdfast_double_alive(kind); }

  Uuid Install(const std::string& name) {
    mac.Install(MakeProfile(MakeService(name)));
    time.RunFor(absl::Seconds(1));
    return Uuid::FromName(name);
  }
  std::shared_ptr<ne::Client> MakeClient() { return MakeClient(darwin.Symbols()); }
  static std::shared_ptr<ne::Client> MakeClient(const ne::FindSymbol& find) {
    auto client = ne::Client::Make(std::make_shared<ne::Symbols>(find));
    EXPECT_TRUE(client.ok()) << client.status();
    return client.ok() ? *client : nullptr;
  }

  VirtualTime time;
  SimulatedMac mac;
  DarwinMac darwin;
};

}  // namespace holdfast::sim
