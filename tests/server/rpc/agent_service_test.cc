// AgentService over real gRPC and mutual TLS on ephemeral ports.

#include <grpcpp/generic/generic_stub.h>
#include <gtest/gtest.h>

#include <thread>

#include "base/error.h"
#include "tests/server/rpc/test_server.h"

namespace holdfast::server {
namespace {

TEST(AgentService, EnrolledDeviceSyncsItsRows) {
  TestServer server;
  TestAgent agent = server.EnrolledAgent();
  agent.Append(10);
  const auto response = agent.Sync();
  ASSERT_TRUE(response.ok()) << response.status();
  EXPECT_EQ(response->acked_through, 10u);
  server.WithCore([&](ServerCore& core) {
    const auto device = core.GetDevice(TestServer::Operator(), agent.device().ToString());
    ASSERT_TRUE(device.ok()) << device.status();
    EXPECT_EQ(device->stored_through, 10u);
    EXPECT_EQ(device->chain_head, agent.rows().back().hash);
  });
}

TEST(AgentService, ManyDevicesAtOnceAllGetTheirOwnAnswer) {
  TestServer server;
  constexpr int kAgents = 8;
  std::vector<TestAgent> agents;
  for (int i = 0; i < kAgents; ++i) {
    agents.push_back(server.EnrolledAgent(absl::StrCat("mac-", i)));
    agents.back().Append(i + 1);
  }
  std::vector<std::thread> threads;
  for (TestAgent& agent : agents) {
    threads.emplace_back([&agent] {
      for (int i = 0; i < 5; ++i) {
        const auto response = agent.Sync();
        EXPECT_TRUE(response.ok()) << response.status();
        EXPECT_EQ(agent.acked(), agent.rows().size());
        agent.Append(3);
      }
    });
  }
  for (std::thread& thread : threads) thread.join();
}

TEST(AgentService, SyncWithoutACertificateIsUnauthenticated) {
  TestServer server;
  TestAgent agent = server.NewAgent();
  const absl::Status status = agent.Sync().status();
  EXPECT_EQ(status.code(), absl::StatusCode::kUnauthenticated) << status;
  EXPECT_EQ(ReasonOf(status), ErrorReason::kNone);  // nothing an agent would enroll again for
  EXPECT_EQ(agent.Renew().status().code(), absl::StatusCode::kUnauthenticated);
}

TEST(AgentService, AnotherDevicesCertificateIsRefused) {
  TestServer server;
  TestAgent first = server.EnrolledAgent("first");
  const TestAgent second = server.EnrolledAgent("second");
  wire::SyncRequest request = first.SyncMessage();
  request.device_id = second.device();
  EXPECT_EQ(first.Send(request).status().code(), absl::StatusCode::kPermissionDenied);
}

TEST(AgentService, ExpiredCertificateIsRefusedWithItsReason) {
  TestServer server;
  TestAgent agent = server.EnrolledAgent();
  const auto expired = server.authority().IssueClient(*crypto::MakeCsrPem(agent.key(), "mac"), agent.device(),
                                                      SystemClock().Now().wall - absl::Hours(2),
                                                      absl::Minutes(30), server.random());
  agent.UseCertificate(*expired);
  const absl::Status status = agent.Sync().status();
  EXPECT_EQ(status.code(), absl::StatusCode::kUnauthenticated) << status;
  EXPECT_EQ(ReasonOf(status), ErrorReason::kReenrollRequired);
}

TEST(AgentService, CertificateFromTheFutureIsAClockSkew) {
  TestServer server;
  TestAgent agent = server.EnrolledAgent();
  const auto early = server.authority().IssueClient(*crypto::MakeCsrPem(agent.key(), "mac"), agent.device(),
                                                    SystemClock().Now().wall + absl::Hours(5),
                                                    absl::Hours(24), server.random());
  agent.UseCertificate(*early);
  const absl::Status status = agent.Sync().status();
  EXPECT_EQ(status.code(), absl::StatusCode::kUnauthenticated) << status;
  EXPECT_EQ(ReasonOf(status), ErrorReason::kClockSkew);
}

TEST(AgentService, AnotherAuthoritysCertificateIsRefused) {
  TestServer server;
  TestServer other;
  TestAgent agent = server.EnrolledAgent();
  const auto foreign =
      other.authority().IssueClient(*crypto::MakeCsrPem(agent.key(), "mac"), agent.device(),
                                    SystemClock().Now().wall, absl::Hours(24), server.random());
  agent.UseCertificate(*foreign);
  const absl::Status status = agent.Sync().status();
  EXPECT_EQ(status.code(), absl::StatusCode::kUnauthenticated) << status;
  EXPECT_EQ(ReasonOf(status), ErrorReason::kNone);
}

TEST(AgentService, TheCertificateOfARetiredAuthorityIsToldToEnrollAgain) {
  TestServer server;
  TestServer next;
  TestAgent agent = server.EnrolledAgent();
  ASSERT_TRUE(agent.Sync().ok());
  ASSERT_TRUE(server.rpc().AdmitAuthorities({next.ca_pem(), server.ca_pem()}, {}).ok());
  EXPECT_TRUE(agent.Sync().ok()) << "two are valid";
  ASSERT_TRUE(server.rpc().AdmitAuthorities({next.ca_pem()}, {server.ca_pem()}).ok());
  const absl::Status status = agent.Sync().status();
  EXPECT_EQ(status.code(), absl::StatusCode::kUnauthenticated) << status;
  EXPECT_EQ(ReasonOf(status), ErrorReason::kReenrollRequired);
}

TEST(AgentService, AgentRefusesAServerOfAnotherAuthority) {
  TestServer server;
  TestServer other;
  TestAgent agent(server.agent_port(), other.ca_pem());
  EXPECT_EQ(agent.Enroll(server.enrollment_token()).status().code(), absl::StatusCode::kUnavailable);
}

TEST(AgentService, UnknownTokenIsRefusedWithItsReason) {
  TestServer server;
  TestAgent agent = server.NewAgent();
  EXPECT_EQ(ReasonOf(agent.Enroll("hfe_wrong").status()), ErrorReason::kTokenUnknown);
}

TEST(AgentService, RenewedCertificateTakesTheOldOnesPlace) {
  TestServer server;
  TestAgent agent = server.EnrolledAgent();
  const auto renewed = agent.Renew();
  ASSERT_TRUE(renewed.ok()) << renewed.status();
  agent.UseCertificate(renewed->certificate_chain_pem);
  EXPECT_TRUE(agent.Sync().ok());
}

TEST(AgentService, ServerPresentsItsAuthorityInTheChain) {
  // An agent that knows only the authority's hash must find the certificate itself in the handshake.
  TestServer server;
  const auto identity =
      NewTlsIdentity(server.authority(), {"localhost"}, SystemClock().Now().wall, server.random());
  EXPECT_NE(identity->certificate_chain_pem.find(server.ca_pem()), std::string::npos);
}

TEST(AgentService, AdmissionShedsWithARetryAfter) {
  TestServer server([](RpcServerOptions& options) {
    options.admission.methods[static_cast<size_t>(AgentMethod::kSync)].burst = 0;
  });
  TestAgent agent = server.EnrolledAgent();
  const absl::Status status = agent.Sync().status();
  EXPECT_EQ(status.code(), absl::StatusCode::kResourceExhausted);
  EXPECT_EQ(ReasonOf(status), ErrorReason::kThrottled);
  EXPECT_TRUE(RetryAfterOf(status).has_value());
}

// Waits for the server's word that the stream is watched, then runs `work`, then reads one nudge.
class Watching {
 public:
  explicit Watching(TestAgent& agent, const Uuid& device) {
    TestAgent::SetDeadline(context_);
    v1::WatchRequest request;
    request.set_device_id(device.ToString());
    reader_ = agent.stub().Watch(&context_, request);
    reader_->WaitForInitialMetadata();
  }
  ~Watching() { context_.TryCancel(); }
  bool Read() { return reader_->Read(&message_); }
  absl::Status Finish() { return wire::FromGrpc(reader_->Finish()); }
  void Cancel() { context_.TryCancel(); }

 private:
  grpc::ClientContext context_;
  std::unique_ptr<grpc::ClientReader<v1::WatchResponse>> reader_;
  v1::WatchResponse message_;
};

constexpr char kPolicy[] = "policyVersion: 1\n";

TEST(AgentService, ANewPolicyNudgesTheWatchingDevice) {
  TestServer server;
  TestAgent agent = server.EnrolledAgent();
  ASSERT_TRUE(agent.Sync().ok());
  Watching watching(agent, agent.device());
  server.WithCore([](ServerCore& core) {
    const auto put = core.PutPolicy(TestServer::Operator(), {.document = kPolicy});
    EXPECT_TRUE(put.ok()) << put.status();
  });
  EXPECT_TRUE(watching.Read());
}

TEST(AgentService, ASecondWatchOfOneDeviceEndsTheFirst) {
  TestServer server;
  TestAgent agent = server.EnrolledAgent();
  Watching first(agent, agent.device());
  Watching second(agent, agent.device());
  EXPECT_FALSE(first.Read());
  EXPECT_EQ(first.Finish().code(), absl::StatusCode::kAborted);
}

TEST(AgentService, WatchOfAnotherDeviceIsRefused) {
  TestServer server;
  TestAgent agent = server.EnrolledAgent("first");
  const TestAgent other = server.EnrolledAgent("second");
  Watching watching(agent, other.device());
  EXPECT_FALSE(watching.Read());
  EXPECT_EQ(watching.Finish().code(), absl::StatusCode::kPermissionDenied);
}

TEST(AgentService, StoppingEndsWatchesWithUnavailable) {
  TestServer server;
  TestAgent agent = server.EnrolledAgent();
  Watching watching(agent, agent.device());
  std::thread stopper([&] { server.rpc().Stop(absl::Seconds(5)); });
  EXPECT_FALSE(watching.Read());
  EXPECT_EQ(watching.Finish().code(), absl::StatusCode::kUnavailable);
  stopper.join();
}

TEST(AgentService, WatchersThatLeaveAreForgotten) {
  TestServer server;
  TestAgent agent = server.EnrolledAgent();
  for (int i = 0; i < 20; ++i) {
    Watching watching(agent, agent.device());
    watching.Cancel();
    watching.Read();
    watching.Finish().IgnoreError();
  }
  Watching watching(agent, agent.device());
  server.WithCore([](ServerCore& core) {
    EXPECT_TRUE(core.PutPolicy(TestServer::Operator(), {.document = kPolicy}).ok());
  });
  EXPECT_TRUE(watching.Read());
}

TEST(AgentService, CompressedMessagesAreRefusedUninflated) {
  TestServer server;
  TestAgent agent = server.EnrolledAgent();
  grpc::ClientContext context;
  TestAgent::SetDeadline(context);
  context.set_compression_algorithm(GRPC_COMPRESS_GZIP);
  v1::SyncRequest request = wire::ToProto(agent.SyncMessage());
  request.mutable_frame()->set_data(std::string(6 << 20, '\0'));
  v1::SyncResponse response;
  const grpc::Status status = agent.stub().Sync(&context, request, &response);
  EXPECT_EQ(status.error_code(), grpc::StatusCode::UNIMPLEMENTED) << status.error_message();
}

TEST(AgentService, MessagesAboveTheLimitAreRefused) {
  TestServer server;
  TestAgent agent = server.EnrolledAgent();
  grpc::ClientContext context;
  TestAgent::SetDeadline(context);
  v1::SyncRequest request = wire::ToProto(agent.SyncMessage());
  request.mutable_frame()->set_data(std::string(9 << 20, 'x'));
  v1::SyncResponse response;
  EXPECT_EQ(agent.stub().Sync(&context, request, &response).error_code(),
            grpc::StatusCode::RESOURCE_EXHAUSTED);
}

}  // namespace
}  // namespace holdfast::server
