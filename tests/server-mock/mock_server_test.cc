// Each fault over real gRPC: what the agent sees, and that what is stored behind it stays true.

#include "server-mock/mock_server.h"

#include <gtest/gtest.h>

#include "absl/time/clock.h"
#include "base/error.h"
#include "tests/server/test_agent.h"

namespace holdfast::mock {
namespace {

std::unique_ptr<MockServer> Start(const std::string& rules, const std::string& policy = "") {
  MockOptions options;
  options.script = *FaultScript::FromYaml("rules:\n" + rules);
  options.policy_document = policy;
  auto mock = MockServer::Start(std::move(options));
  EXPECT_TRUE(mock.ok()) << mock.status();
  return *std::move(mock);
}

TestAgent Enrolled(const MockServer& mock) {
  TestAgent agent(mock.agent_port(), mock.ca_pem());
  const auto enrolled = agent.Enroll(std::string(kFixedToken));
  EXPECT_TRUE(enrolled.ok()) << enrolled.status();
  return agent;
}

TEST(MockServer, StoresWhatItAcknowledges) {
  const auto mock = Start("[]\n");
  TestAgent agent = Enrolled(*mock);
  agent.Append(3);
  ASSERT_TRUE(agent.Sync().ok());
  const auto rows = mock->Received();
  ASSERT_TRUE(rows.ok()) << rows.status();
  ASSERT_EQ(rows->size(), 3u);
  for (size_t i = 0; i < 3; ++i) {
    EXPECT_EQ((*rows)[i].device, agent.device());
    EXPECT_EQ((*rows)[i].seq, i + 1);
    EXPECT_EQ((*rows)[i].hash, agent.rows()[i].hash);
  }
  EXPECT_NE(ReceivedJson(*rows).find(ToHex(agent.rows()[2].hash)), std::string::npos);
}

TEST(MockServer, EnrollmentStringLeadsToIt) {
  const auto mock = Start("[]\n");
  const auto parsed = EnrollmentString::Parse(mock->enrollment_string());
  ASSERT_TRUE(parsed.ok()) << parsed.status();
  EXPECT_EQ(parsed->server.port, mock->agent_port());
  EXPECT_EQ(parsed->token, kFixedToken);
}

TEST(MockServer, DroppedAnswerIsStoredAndTheRepeatIsHarmless) {
  const auto mock = Start("- {method: sync, nth: 1, fault: drop_answer}\n");
  TestAgent agent = Enrolled(*mock);
  agent.Append(5);
  EXPECT_EQ(agent.Sync(absl::Milliseconds(300)).status().code(), absl::StatusCode::kDeadlineExceeded);
  EXPECT_EQ(mock->Received()->size(), 5u);
  const auto again = agent.Sync();
  ASSERT_TRUE(again.ok()) << again.status();
  EXPECT_EQ(again->acked_through, 5u);
  EXPECT_EQ(mock->Received()->size(), 5u);
}

TEST(MockServer, AnswerCanBeLostForGoodAfterAWhile) {
  const auto mock = Start("- {method: sync, nth: 1, fault: drop_answer, by: 10ms}\n");
  TestAgent agent = Enrolled(*mock);
  EXPECT_EQ(agent.Sync().status().code(), absl::StatusCode::kUnavailable);
}

TEST(MockServer, DuplicatedRequestIsStoredOnce) {
  const auto mock = Start("- {method: sync, every: 1, fault: duplicate}\n");
  TestAgent agent = Enrolled(*mock);
  agent.Append(4);
  const auto response = agent.Sync();
  ASSERT_TRUE(response.ok()) << response.status();
  EXPECT_EQ(response->acked_through, 4u);
  EXPECT_EQ(mock->Received()->size(), 4u);
}

TEST(MockServer, RefusalReachesTheAgentAndStoresNothing) {
  const auto mock = Start(
      "- {method: sync, nth: 1, fault: refuse, code: UNAVAILABLE, reason: THROTTLED, retry_after: 7s}\n");
  TestAgent agent = Enrolled(*mock);
  agent.Append(1);
  const absl::Status refused = agent.Sync().status();
  EXPECT_EQ(refused.code(), absl::StatusCode::kUnavailable);
  EXPECT_EQ(ReasonOf(refused), ErrorReason::kThrottled);
  EXPECT_EQ(RetryAfterOf(refused), absl::Seconds(7));
  EXPECT_TRUE(mock->Received()->empty());
  EXPECT_TRUE(agent.Sync().ok());
}

TEST(MockServer, DelayHoldsTheAnswerBack) {
  const auto mock = Start("- {method: sync, nth: 1, fault: delay, by: 200ms}\n");
  TestAgent agent = Enrolled(*mock);
  const absl::Time start = absl::Now();
  EXPECT_TRUE(agent.Sync().ok());
  EXPECT_GE(absl::Now() - start, absl::Milliseconds(200));
}

TEST(MockServer, ClockSkewMovesTheServersTime) {
  const auto mock = Start("- {method: sync, nth: 1, fault: clock_skew, by: -2h}\n");
  TestAgent agent = Enrolled(*mock);
  const auto skewed = agent.Sync();
  const auto straight = agent.Sync();
  ASSERT_TRUE(skewed.ok() && straight.ok());
  EXPECT_GT(straight->server_time - skewed->server_time, absl::Hours(1));
}

TEST(MockServer, WrongPolicySignatureIsOneThatDoesNotVerify) {
  const auto mock =
      Start("- {method: enroll, nth: 1, fault: wrong_policy_signature}\n", "policyVersion: 1\n");
  const auto verify = [](const wire::EnrollResponse& r) {
    return crypto::VerifyEd25519(r.policy_keys.front(), r.policy->signed_bytes, r.policy->signature);
  };
  TestAgent first(mock->agent_port(), mock->ca_pem(), "first");
  const auto spoiled = first.Enroll(std::string(kFixedToken));
  ASSERT_TRUE(spoiled.ok()) << spoiled.status();
  EXPECT_FALSE(verify(*spoiled).ok());
  TestAgent second(mock->agent_port(), mock->ca_pem(), "second");
  const auto sound = second.Enroll(std::string(kFixedToken));
  ASSERT_TRUE(sound.ok()) << sound.status();
  EXPECT_TRUE(verify(*sound).ok());
}

TEST(MockServer, CutStreamEndsTheWatch) {
  const auto mock = Start("- {method: watch, nth: 1, fault: cut_stream, by: 20ms}\n");
  TestAgent agent = Enrolled(*mock);
  grpc::ClientContext context;
  TestAgent::SetDeadline(context);
  v1::WatchRequest request;
  request.set_device_id(agent.device().ToString());
  const auto reader = agent.stub().Watch(&context, request);
  v1::WatchResponse nudge;
  EXPECT_FALSE(reader->Read(&nudge));
  EXPECT_EQ(reader->Finish().error_code(), grpc::StatusCode::UNAVAILABLE);
}

TEST(MockServer, StopsAtOnceWhileAnswersAreHeldBack) {
  auto mock = Start("- {method: sync, every: 1, fault: drop_answer, by: 1h}\n");
  TestAgent agent = Enrolled(*mock);
  EXPECT_EQ(agent.Sync(absl::Milliseconds(100)).status().code(), absl::StatusCode::kDeadlineExceeded);
  const absl::Time start = absl::Now();
  mock.reset();
  EXPECT_LT(absl::Now() - start, absl::Seconds(20));
}

TEST(MockServer, MalformedTokenIsExplained) {
  MockOptions options;
  options.token = "secret";
  const auto mock = MockServer::Start(std::move(options));
  EXPECT_EQ(mock.status().code(), absl::StatusCode::kInvalidArgument);
}

}  // namespace
}  // namespace holdfast::mock
