// Codes, passcodes and orders through a whole agent: what it takes, what it refuses, and what a restart
// finds.
#include <gmock/gmock.h>

#include "agent/uplink/code_key.h"
#include "base/crypto/passcode.h"
#include "core/orders/code.h"
#include "core/orders/order.h"
#include "tests/agent/daemon/world.h"

namespace holdfast::agent {
namespace {

using ::testing::HasSubstr;

struct OrdersWorld : World {
  explicit OrdersWorld(const std::string& override_mode) {
    policy = absl::StrCat(kEnforce, "override: {", override_mode, ", minReasonLength: 0}\n");
    server.code_key = std::string(32, 'k');
    Start();
    RunFor(absl::Minutes(5));
  }
  std::string Code(uint16_t serial, const Uuid& device) {
    return EncodeOverrideCode({absl::Hours(2), CodeHour(time.Now().wall.ns), serial}, device,
                              server.code_key);
  }
  // OK, or why not.
  absl::Status Override(Credential::Kind kind, const std::string& text) {
    UserRequest request;
    request.verb = UserRequest::Verb::kOverride;
    request.uid = 501;
    request.user = "anna";
    request.reason = "a reason that is long enough";
    request.credential.kind = kind;
    request.credential.text = text;
    absl::Status answer = absl::UnknownError("no answer");
    agent->Request(request, "",
                   [&answer](const absl::Status& status, const std::string&) { answer = status; });
    RunFor(absl::Seconds(5));
    return answer;
  }
  wire::SignedOrder Sign(Order order) {
    order.issued = ServerTime{time.Now().wall.ns};
    order.expires = order.issued + absl::Hours(2);
    order.reason = "gateway outage";
    const std::string bytes = EncodeOrder(order);
    return {bytes, *server.policy_key.Sign(bytes)};
  }
  bool OpenNow(absl::string_view key) const {
    for (const OpenIncident& open : agent->Status().engine.incidents) {
      if (open.incident.name == "policy_tampered" && open.incident.key == key) return true;
    }
    return false;
  }
  // The next Sync and its answer.
  void Sync() { RunFor(absl::Minutes(2)); }
  std::string ClassNow() const {
    return std::string(TimeClassName(agent->EngineState().services[0].verdict.time_class)) + "/" +
           agent->EngineState().services[0].verdict.cause;
  }
};

TEST(AgentCodes, OneIsGoodOnceWithoutANetworkAndAfterARestart) {
  OrdersWorld world("mode: admin-code");
  world.server.reachable = false;
  const std::string code = world.Code(1, world.server.device);
  EXPECT_TRUE(world.Override(Credential::Kind::kCode, code).ok());
  EXPECT_EQ(world.Rows<CodeSpent>().size(), 1u) << "durable before it is accepted";
  world.RunFor(absl::Hours(3));
  EXPECT_THAT(std::string(world.Override(Credential::Kind::kCode, code).message()),
              HasSubstr("was used before"));
  world.Start();
  world.RunFor(absl::Minutes(5));
  EXPECT_THAT(std::string(world.Override(Credential::Kind::kCode, code).message()),
              HasSubstr("was used before"));
  EXPECT_TRUE(world.Override(Credential::Kind::kCode, world.Code(2, world.server.device)).ok());
}

TEST(AgentCodes, ASpentOneStaysSpentWhenTheJournalBeginsAnew) {
  OrdersWorld world("mode: admin-code");
  const std::string code = world.Code(1, world.server.device);
  EXPECT_TRUE(world.Override(Credential::Kind::kCode, code).ok());
  world.Stop();
  world.disk.SetContents("journal.db", "");
  world.disk.SetContents("journal.db-wal", "");
  world.Start();
  world.RunFor(absl::Minutes(5));
  ASSERT_TRUE(world.Rows<CodeSpent>().empty());
  EXPECT_THAT(std::string(world.Override(Credential::Kind::kCode, code).message()),
              HasSubstr("was used before"));
}

TEST(AgentCodes, AKeyOfAnotherEnrollmentIsNotUsed) {
  platform::MemoryStateFiles files;
  const Uuid before = Uuid::FromName("before"), now = Uuid::FromName("now");
  ASSERT_TRUE(uplink::SaveCodeKey(files, before, {"key", "id"}).ok());
  EXPECT_EQ(uplink::LoadCodeKey(files, before).key, "key");
  EXPECT_EQ(uplink::LoadCodeKey(files, now).id, "") << "the next Sync asks for its own";
}

TEST(AgentPolicy, NobodyIsShownAPasscodesHash) {
  SeededRandom random(1);
  const std::string hash = *crypto::HashPasscode("sesame", random);
  OrdersWorld world(absl::StrCat("mode: passcode, passcode: '", hash, "'"));
  const control::PolicyView view = static_cast<control::Delegate&>(*world.agent).Policy();
  EXPECT_THAT(view.document, ::testing::Not(HasSubstr("scrypt")));
  bool told = false;
  for (const control::PolicyKeyView& key : view.keys) {
    EXPECT_THAT(key.value, ::testing::Not(HasSubstr("scrypt")));
    told = told || (key.path == "override.passcode" && key.value == "(hidden)");
  }
  EXPECT_TRUE(told);
}

TEST(AgentCodes, AnothersCodeIsRefused) {
  OrdersWorld world("mode: admin-code");
  EXPECT_EQ(world.Override(Credential::Kind::kCode, world.Code(1, Uuid::FromName("another"))).code(),
            absl::StatusCode::kPermissionDenied);
  EXPECT_TRUE(world.Rows<CodeSpent>().empty());
}

TEST(AgentCodes, WhileTheDiskIsFullNoCodeIsAccepted) {
  OrdersWorld world("mode: admin-code");
  world.disk.SetCapacity(world.disk.used());
  EXPECT_FALSE(world.Override(Credential::Kind::kCode, world.Code(1, world.server.device)).ok());
}

TEST(AgentPasscode, OnlyTheRightOne) {
  SeededRandom random(1);
  OrdersWorld world(
      absl::StrCat("mode: passcode, passcode: '", *crypto::HashPasscode("sesame", random), "'"));
  EXPECT_EQ(world.Override(Credential::Kind::kPasscode, "mellon").code(),
            absl::StatusCode::kPermissionDenied);
  EXPECT_TRUE(world.Override(Credential::Kind::kPasscode, "sesame").ok());
}

struct GuessedWorld : OrdersWorld {
  GuessedWorld() : OrdersWorld(absl::StrCat("mode: passcode, passcode: '", Hash(), "'")) {}
  static std::string Hash() {
    SeededRandom random(1);
    return *crypto::HashPasscode("sesame", random);
  }
  absl::Status Guess(const std::string& passcode) { return Override(Credential::Kind::kPasscode, passcode); }
};

TEST(AgentPasscode, KillingTheAgentGivesNoFurtherGuesses) {
  GuessedWorld world;
  for (int i = 0; i < 5; ++i) {
    EXPECT_FALSE(world.Guess("mellon").ok());
    world.Start();  // after a kill
    world.RunFor(absl::Minutes(1));
  }
  EXPECT_EQ(world.Rows<WrongCredential>().size(), 5u);
  EXPECT_EQ(world.Guess("sesame").code(), absl::StatusCode::kResourceExhausted);
  EXPECT_TRUE(world.Opened("override_guessing"));
  for (const journal::Row& row : world.AllRows())
    EXPECT_THAT(row.payload, ::testing::Not(::testing::AnyOf(HasSubstr("mellon"), HasSubstr("sesame"))));
}

TEST(AgentPasscode, WhatCannotBeRecordedTellsNothing) {
  GuessedWorld world;
  world.disk.SetCapacity(world.disk.used());
  const absl::Status wrong = world.Guess("mellon");
  EXPECT_EQ(wrong.code(), absl::StatusCode::kResourceExhausted);
  EXPECT_EQ(world.Guess("sesame"), wrong) << "the same answer, right or wrong";
  world.Start();
  world.RunFor(absl::Minutes(1));
  EXPECT_EQ(world.Guess("mellon"), wrong);
  world.disk.SetCapacity(std::nullopt);
  world.RunFor(absl::Minutes(5));
  EXPECT_TRUE(world.Guess("sesame").ok());
}

TEST(AgentPasscode, AWrongOneIsAnsweredWhenItsRowIsOnDisk) {
  GuessedWorld world;
  UserRequest request;
  request.verb = UserRequest::Verb::kOverride;
  request.uid = 501;
  request.user = "anna";
  request.reason = "a reason that is long enough";
  request.credential = {.kind = Credential::Kind::kPasscode, .text = "mellon"};
  size_t rows_when_answered = 0;
  world.agent->Request(request, "", [&](const absl::Status& status, const std::string&) {
    EXPECT_EQ(status.code(), absl::StatusCode::kPermissionDenied);
    rows_when_answered = world.Rows<WrongCredential>().size();
  });
  world.RunFor(absl::Seconds(5));
  EXPECT_EQ(rows_when_answered, 1u);
}

TEST(AgentOrders, ASignedEmergencyIsObeyedAndItsWithdrawalToo) {
  OrdersWorld world("mode: none");
  world.server.orders = {world.Sign({.number = 3, .disconnect = true})};
  world.Sync();
  EXPECT_EQ(world.mac.StatusOf(world.corp), SessionStatus::kDisconnected);
  EXPECT_EQ(world.ClassNow(), "excused/emergency");
  EXPECT_FALSE(world.OpenNow("order"));
  const wire::SignedOrder first = world.server.orders[0];
  world.server.orders = {world.Sign({.number = 4, .kind = Order::Kind::kWithdrawal, .withdraws = 3})};
  world.Sync();
  EXPECT_EQ(world.ClassNow(), "protected/tunnel_up");
  // A withdrawn one cannot be played again, also not to an agent that was restarted.
  world.server.orders = {first};
  world.Start();
  world.Sync();
  EXPECT_EQ(world.mac.StatusOf(world.corp), SessionStatus::kConnected);
  EXPECT_EQ(world.Rows<SuspensionBegan>().size(), 1u);
}

TEST(AgentOrders, AnInvalidOneChangesNothingAndIsAnIncident) {
  OrdersWorld world("mode: none");
  wire::SignedOrder forged = world.Sign({.number = 3, .disconnect = true});
  forged.signature[0] ^= 1;
  wire::SignedOrder anothers = world.Sign(
      {.number = 4, .scope = Order::Scope::kDevice, .target = Uuid::FromName("another").ToString()});
  for (const wire::SignedOrder& bad : {forged, anothers}) {
    world.server.orders = {bad};
    world.Sync();
    EXPECT_TRUE(world.OpenNow("order"));
    EXPECT_TRUE(world.Rows<SuspensionBegan>().empty());
    EXPECT_EQ(world.mac.StatusOf(world.corp), SessionStatus::kConnected);
    world.server.orders.clear();
    world.Sync();
    EXPECT_FALSE(world.OpenNow("order"));
  }
}

TEST(AgentOrders, OneInThePolicyNeedsNoServer) {
  OrdersWorld world("mode: none");
  const wire::SignedOrder order = world.Sign({.number = 3, .disconnect = true});
  world.server.reachable = false;
  world.agent->PolicyFileRead({absl::StrCat(*world.policy, "emergencySuspend: '",
                                            OrderText({order.signed_bytes, order.signature}), "'\n")});
  world.RunFor(absl::Minutes(1));
  EXPECT_EQ(world.ClassNow(), "excused/emergency");
  world.agent->PolicyFileRead(
      {absl::StrCat(*world.policy, "emergencySuspend: 'holdfast-order1:AAAA:AAAA'\n")});
  EXPECT_TRUE(world.OpenNow("policy_order"));
}

TEST(AgentMaintenance, AWindowCountsForTheDevicesItNames) {
  OrdersWorld world("mode: none");
  const auto with = [&](const std::string& device) {
    return absl::StrCat(*world.policy, "maintenance: [{name: w, devices: [", device,
                        "], from: '2020-01-01T00:00:00Z', until: '2020-01-02T00:00:00Z'}]\n");
  };
  world.time.JumpWall(absl::FromUnixSeconds(1577840400) - absl::FromUnixNanos(world.time.Now().wall.ns));
  world.agent->PolicyFileRead({with("someone-else")});
  world.RunFor(absl::Minutes(1));
  EXPECT_TRUE(world.Rows<SuspensionBegan>().empty());
  world.agent->PolicyFileRead({with("c02test")});
  world.RunFor(absl::Minutes(1));
  EXPECT_EQ(world.Rows<SuspensionBegan>().size(), 1u);
}

}  // namespace
}  // namespace holdfast::agent
