// Points 8, 9, 10, 11 and 15 where it is gRPC that matters: streams, limits and connections of the real
// listeners.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <array>

#include "absl/cleanup/cleanup.h"
#include "absl/time/clock.h"
#include "base/error.h"
#include "tests/server/rpc/test_server.h"

namespace holdfast::server {
namespace {

using ::testing::Ge;
using ::testing::Le;

// A Watch stream of which the server has said that it is watched.
class Stream {
 public:
  explicit Stream(TestAgent& agent) {
    TestAgent::SetDeadline(context_);
    v1::WatchRequest request;
    request.set_device_id(agent.device().ToString());
    reader_ = agent.stub().Watch(&context_, request);
    reader_->WaitForInitialMetadata();
  }
  ~Stream() { context_.TryCancel(); }
  bool Read(v1::WatchResponse* message) { return reader_->Read(message); }
  // Reads what is still to come.
  absl::Status End() {
    v1::WatchResponse message;
    while (reader_->Read(&message)) ++nudges;
    return wire::FromGrpc(reader_->Finish());
  }
  int nudges = 0;

 private:
  grpc::ClientContext context_;
  std::unique_ptr<grpc::ClientReader<v1::WatchResponse>> reader_;
};

constexpr char kPolicy[] = "policyVersion: 1\n";

TEST(Listeners, ANudgeNamesTheJitterAndCarriesNoData) {
  TestServer server;
  std::vector<TestAgent> agents;
  for (int i = 0; i < 20; ++i) agents.push_back(server.EnrolledAgent(absl::StrCat("mac-", i)));
  std::vector<std::unique_ptr<Stream>> streams;
  for (TestAgent& agent : agents) streams.push_back(std::make_unique<Stream>(agent));
  server.WithCore([](ServerCore& core) {
    ASSERT_TRUE(core.PutPolicy(TestServer::Operator(), {.document = kPolicy}).ok());
  });
  for (const auto& stream : streams) {
    v1::WatchResponse nudge;
    ASSERT_TRUE(stream->Read(&nudge));
    EXPECT_EQ(nudge.max_jitter_ns(), absl::ToInt64Nanoseconds(absl::Milliseconds(200)))
        << "10 ms for each of 20";
    EXPECT_THAT(nudge.ByteSizeLong(), Le(12u));
  }
}

TEST(Listeners, RevocationEndsTheOpenStreamAtOnceAndRefusesWhatFollows) {
  TestServer server;
  TestAgent agent = server.EnrolledAgent("stolen");
  TestAgent other = server.EnrolledAgent("other");
  Stream watching(agent), others(other);
  server.WithCore([](ServerCore& core) {
    ASSERT_TRUE(core.RevokeDevice(TestServer::Operator(), {"stolen", "lost in a train"}).ok());
  });
  EXPECT_EQ(ReasonOf(watching.End()), ErrorReason::kRevoked);
  EXPECT_EQ(watching.nudges, 1) << "told to come, so that an honest agent learns it now";
  EXPECT_EQ(ReasonOf(agent.Sync().status()), ErrorReason::kRevoked) << "over the connection that is open";
  EXPECT_EQ(ReasonOf(agent.Renew().status()), ErrorReason::kRevoked);
  EXPECT_EQ(ReasonOf(Stream(agent).End()), ErrorReason::kRevoked);
  EXPECT_TRUE(other.Sync().ok());
  server.WithCore([](ServerCore& core) {
    ASSERT_TRUE(core.PutPolicy(TestServer::Operator(), {.document = kPolicy}).ok());
  });
  v1::WatchResponse nudge;
  EXPECT_TRUE(others.Read(&nudge)) << "nobody else's stream ended";
}

TEST(Listeners, EachMethodHasItsOwnBucketAndEnrollmentIsFarBelowSync) {
  const AdmissionLimits defaults;
  const auto& enroll = defaults.methods[static_cast<size_t>(AgentMethod::kEnroll)];
  const auto& sync = defaults.methods[static_cast<size_t>(AgentMethod::kSync)];
  EXPECT_LE(enroll.per_second * 50, sync.per_second);
  EXPECT_LE(enroll.burst * 10, sync.burst);

  TestServer server([](RpcServerOptions& options) {
    auto& limits = options.admission.methods[static_cast<size_t>(AgentMethod::kEnroll)];
    limits.burst = 2;
    limits.per_second = 0.01;
  });
  TestAgent first = server.EnrolledAgent("first");
  TestAgent second = server.EnrolledAgent("second");
  TestAgent third = server.NewAgent("third");
  const absl::Status shed = third.Enroll(server.enrollment_token()).status();
  EXPECT_EQ(ReasonOf(shed), ErrorReason::kThrottled) << shed;
  ASSERT_TRUE(RetryAfterOf(shed).has_value());
  EXPECT_THAT(*RetryAfterOf(shed), Ge(absl::Seconds(1)));
  for (int i = 0; i < 20; ++i) {
    first.Append(1);
    EXPECT_TRUE(first.Sync().ok()) << "a roll-out that floods Enroll starves nobody";
  }
  server.WithCore([](ServerCore& core) {
    EXPECT_EQ(core.ListDevices(TestServer::Operator(), {})->devices.size(), 2u) << "shed before the database";
  });
}

TEST(Listeners, ConnectionsAreMadeAnewAfterTheirAgeWithoutLosingACall) {
  TestServer server([](RpcServerOptions& options) {
    options.agents.max_connection_age = absl::Milliseconds(300);
    options.agents.max_connection_age_grace = absl::Seconds(5);
  });
  TestAgent agent = server.EnrolledAgent();
  const auto ended = [&] { return agent.channel()->GetState(false) != GRPC_CHANNEL_READY; };
  int connections = 0;
  const absl::Time until = absl::Now() + absl::Seconds(20);
  while (connections < 3 && absl::Now() < until) {
    agent.Append(1);
    const auto answer = agent.Sync();
    ASSERT_TRUE(answer.ok()) << answer.status();
    // The channel notices the server's GOAWAY by itself.
    agent.channel()->WaitForStateChange(GRPC_CHANNEL_READY,
                                        std::chrono::system_clock::now() + std::chrono::seconds(2));
    connections += ended();
  }
  EXPECT_EQ(connections, 3);
}

TEST(Listeners, WhatIsCompressedOrTooLargeIsRefusedUninflated) {
  TestServer server;
  TestAgent agent = server.EnrolledAgent();
  agent.Append(5);
  for (const bool compressed : {true, false}) {
    grpc::ClientContext context;
    TestAgent::SetDeadline(context);
    if (compressed) context.set_compression_algorithm(GRPC_COMPRESS_GZIP);
    v1::SyncRequest request = wire::ToProto(agent.SyncMessage());
    request.mutable_frame()->set_data(std::string(compressed ? 6 << 20 : 9 << 20, '\0'));
    v1::SyncResponse response;
    const grpc::Status status = agent.stub().Sync(&context, request, &response);
    EXPECT_EQ(status.error_code(),
              compressed ? grpc::StatusCode::UNIMPLEMENTED : grpc::StatusCode::RESOURCE_EXHAUSTED);
  }
  // A frame that is larger than it says, and one that says more than it may.
  v1::SyncRequest request = wire::ToProto(agent.SyncMessage());
  for (const uint32_t size : {static_cast<uint32_t>(request.frame().data().size()) - 1, uint32_t{5} << 20}) {
    v1::SyncRequest lies = request;
    lies.mutable_frame()->set_size(size);
    grpc::ClientContext context;
    TestAgent::SetDeadline(context);
    v1::SyncResponse response;
    const absl::Status status = wire::FromGrpc(agent.stub().Sync(&context, lies, &response));
    EXPECT_THAT(ReasonOf(status), ::testing::AnyOf(ErrorReason::kBadRequest, ErrorReason::kTooLarge))
        << status;
  }
  EXPECT_EQ(agent.Sync()->acked_through, 5u) << "the connection lives";
}

}  // namespace
}  // namespace holdfast::server
