// AdminService, reflection and health over real gRPC and TLS on ephemeral ports.

#include <grpcpp/generic/generic_stub.h>
#include <gtest/gtest.h>

#include <set>

#include "base/error.h"
#include "tests/server/rpc/test_server.h"

namespace holdfast::server {
namespace {

TEST(AdminService, TokenOpensIt) {
  TestServer server;
  server.EnrolledAgent("mac-1");
  v1::ListDevicesResponse response;
  const absl::Status status = server.ListDevices("Bearer " + server.admin_token(), &response);
  ASSERT_TRUE(status.ok()) << status;
  ASSERT_EQ(response.devices_size(), 1);
  EXPECT_EQ(response.devices(0).hostname(), "mac-1");
  EXPECT_EQ(response.total(), 1);
}

TEST(AdminService, WithoutOrWithAWrongTokenItIsClosed) {
  TestServer server;
  v1::ListDevicesResponse response;
  EXPECT_EQ(server.ListDevices("", &response).code(), absl::StatusCode::kUnauthenticated);
  EXPECT_EQ(server.ListDevices("Bearer hfa_wrong", &response).code(), absl::StatusCode::kUnauthenticated);
  std::string almost = server.admin_token();
  almost.back() = almost.back() == '0' ? '1' : '0';
  EXPECT_EQ(server.ListDevices("Bearer " + almost, &response).code(), absl::StatusCode::kUnauthenticated);
  EXPECT_EQ(server.ListDevices("Bearer " + server.enrollment_token(), &response).code(),
            absl::StatusCode::kUnauthenticated);
}

TEST(AdminService, IsNotServedToAgents) {
  TestServer server;
  TestAgent agent = server.EnrolledAgent();
  const auto stub = v1::AdminService::NewStub(agent.channel());
  grpc::ClientContext context;
  TestAgent::SetDeadline(context);
  context.AddMetadata("authorization", "Bearer " + server.admin_token());
  v1::ListDevicesResponse response;
  EXPECT_EQ(stub->ListDevices(&context, v1::ListDevicesRequest(), &response).error_code(),
            grpc::StatusCode::UNIMPLEMENTED);
}

TEST(AdminService, RolesAreEnforced) {
  TestServer server;
  std::string viewer;
  server.WithCore([&](ServerCore& core) {
    viewer = core.CreateAdminToken(TestServer::Operator(), {"viewer", Role::kViewer})->secret;
  });
  const auto stub = v1::AdminService::NewStub(server.AdminChannel());
  grpc::ClientContext context;
  TestAgent::SetDeadline(context);
  context.AddMetadata("authorization", "Bearer " + viewer);
  v1::CreateEnrollmentTokenResponse response;
  EXPECT_EQ(stub->CreateEnrollmentToken(&context, v1::CreateEnrollmentTokenRequest(), &response).error_code(),
            grpc::StatusCode::PERMISSION_DENIED);
}

// One admin's client, whose calls wait for their answers.
class AdminCalls {
 public:
  AdminCalls(const TestServer& server, std::string token)
      : stub_(v1::AdminService::NewStub(server.AdminChannel())), token_(std::move(token)) {}

  template <class Request, class Response>
  absl::Status operator()(grpc::Status (v1::AdminService::Stub::*method)(grpc::ClientContext*, const Request&,
                                                                         Response*),
                          const Request& request, Response* response) const {
    grpc::ClientContext context;
    Prepare(context);
    return wire::FromGrpc((stub_.get()->*method)(&context, request, response));
  }
  std::unique_ptr<grpc::ClientReader<v1::WatchEventsResponse>> Watch(grpc::ClientContext& context) const {
    Prepare(context);
    return stub_->WatchEvents(&context, v1::WatchEventsRequest());
  }

 private:
  void Prepare(grpc::ClientContext& context) const {
    TestAgent::SetDeadline(context);
    context.AddMetadata("authorization", "Bearer " + token_);
  }
  std::unique_ptr<v1::AdminService::Stub> stub_;
  std::string token_;
};

// A method that is added and not decided on would be found by nobody else.
TEST(AdminService, EachMethodHasADecisionWhoMayCallIt) {
  std::set<std::string> decided;
  for (const AdminMethod method : AdminMethods()) decided.emplace(AdminMethodName(method));
  const google::protobuf::ServiceDescriptor* service =
      v1::ListDevicesRequest::descriptor()->file()->FindServiceByName("AdminService");
  ASSERT_NE(service, nullptr);
  for (int i = 0; i < service->method_count(); ++i) {
    EXPECT_EQ(decided.erase(std::string(service->method(i)->name())), 1u) << service->method(i)->name();
  }
  EXPECT_TRUE(decided.empty()) << *decided.begin() << " is no method any more";
}

TEST(AdminService, AnAdminOfGroupsIsOneOverTheWire) {
  using Stub = v1::AdminService::Stub;
  TestServer server;
  const AdminCalls admin(server, server.admin_token());
  v1::CreateAdminTokenRequest request;
  request.set_name("bea");
  request.set_role(v1::ADMIN_ROLE_OPERATOR);
  request.add_groups("berlin");
  v1::CreateAdminTokenResponse made;
  ASSERT_TRUE(admin(&Stub::CreateAdminToken, request, &made).ok());
  EXPECT_EQ(made.token().groups(0), "berlin");
  EXPECT_EQ(made.token().role(), v1::ADMIN_ROLE_OPERATOR);
  const AdminCalls bea(server, made.secret());
  v1::CreateEnrollmentTokenRequest token;
  v1::CreateEnrollmentTokenResponse enrollment;
  token.set_group("paris");
  EXPECT_TRUE(absl::IsPermissionDenied(bea(&Stub::CreateEnrollmentToken, token, &enrollment)));
  token.set_group("berlin");
  EXPECT_TRUE(bea(&Stub::CreateEnrollmentToken, token, &enrollment).ok());
}

TEST(AdminService, TokensAreMadeListedAndRevoked) {
  using Stub = v1::AdminService::Stub;
  TestServer server;
  const AdminCalls admin(server, server.admin_token());
  v1::CreateAdminTokenRequest request;
  v1::CreateAdminTokenResponse made;
  request.set_name("anna");
  EXPECT_TRUE(absl::IsInvalidArgument(admin(&Stub::CreateAdminToken, request, &made))) << "no role";
  request.set_role(v1::ADMIN_ROLE_AUDITOR);
  request.set_lifetime_seconds(3600);
  ASSERT_TRUE(admin(&Stub::CreateAdminToken, request, &made).ok());
  EXPECT_EQ(made.token().expires().seconds() - made.token().created().seconds(), 3600);

  const AdminCalls anna(server, made.secret());
  v1::ListAdminTokensResponse listed;
  ASSERT_TRUE(anna(&Stub::ListAdminTokens, v1::ListAdminTokensRequest(), &listed).ok());
  ASSERT_EQ(listed.tokens_size(), 2);
  EXPECT_EQ(listed.tokens(0).name(), "anna");
  EXPECT_EQ(listed.tokens(0).role(), v1::ADMIN_ROLE_AUDITOR);
  EXPECT_FALSE(listed.tokens(1).has_expires()) << "the first start's";
  v1::RevokeAdminTokenRequest ending;
  v1::RevokeAdminTokenResponse ended;
  ending.set_token_id(made.token().token_id());
  EXPECT_TRUE(absl::IsPermissionDenied(anna(&Stub::RevokeAdminToken, ending, &ended)));

  grpc::ClientContext context;
  const auto reader = anna.Watch(context);
  reader->WaitForInitialMetadata();
  ASSERT_TRUE(admin(&Stub::RevokeAdminToken, ending, &ended).ok());
  v1::WatchEventsResponse row;
  EXPECT_FALSE(reader->Read(&row)) << "what was open with it has ended";
  EXPECT_EQ(reader->Finish().error_code(), grpc::StatusCode::UNAUTHENTICATED);
  EXPECT_TRUE(absl::IsUnauthenticated(anna(&Stub::ListAdminTokens, v1::ListAdminTokensRequest(), &listed)));
  ending.set_token_id(listed.tokens(1).token_id());
  EXPECT_TRUE(absl::IsFailedPrecondition(admin(&Stub::RevokeAdminToken, ending, &ended))) << "the last one";
}

TEST(AdminService, WatchDeliversRowsOfTheFilteredDevice) {
  TestServer server;
  TestAgent watched = server.EnrolledAgent("watched");
  TestAgent other = server.EnrolledAgent("other");
  const auto stub = v1::AdminService::NewStub(server.AdminChannel());
  grpc::ClientContext context;
  TestAgent::SetDeadline(context);
  context.AddMetadata("authorization", "Bearer " + server.admin_token());
  v1::WatchEventsRequest request;
  request.set_device("watched");
  const auto reader = stub->WatchEvents(&context, request);
  reader->WaitForInitialMetadata();
  other.Append(2);
  ASSERT_TRUE(other.Sync().ok());
  watched.Append(2);
  ASSERT_TRUE(watched.Sync().ok());
  for (uint64_t seq : {1, 2}) {
    v1::WatchEventsResponse message;
    ASSERT_TRUE(reader->Read(&message));
    EXPECT_EQ(message.row().hostname(), "watched");
    EXPECT_EQ(message.row().seq(), seq);
  }
  context.TryCancel();
  reader->Finish();
}

// A few kilobytes would be inflated to the limit on messages before anybody asks for a token.
TEST(AdminService, CompressedMessagesAreRefusedUninflated) {
  TestServer server;
  const auto stub = v1::AdminService::NewStub(server.AdminChannel());
  grpc::ClientContext context;
  TestAgent::SetDeadline(context);
  context.set_compression_algorithm(GRPC_COMPRESS_GZIP);
  v1::PutPolicyRequest request;
  request.set_document(std::string(3 << 20, ' '));
  v1::PutPolicyResponse response;
  const grpc::Status status = stub->PutPolicy(&context, request, &response);
  EXPECT_EQ(status.error_code(), grpc::StatusCode::UNIMPLEMENTED) << status.error_message();
}

TEST(AdminService, WatchNeedsAToken) {
  TestServer server;
  const auto stub = v1::AdminService::NewStub(server.AdminChannel());
  grpc::ClientContext context;
  TestAgent::SetDeadline(context);
  const auto reader = stub->WatchEvents(&context, v1::WatchEventsRequest());
  v1::WatchEventsResponse message;
  EXPECT_FALSE(reader->Read(&message));
  EXPECT_EQ(reader->Finish().error_code(), grpc::StatusCode::UNAUTHENTICATED);
}

// The two standard services are spoken to by hand: their generated headers are not among what is installed.
// A message of one string or enum field is short enough to write down.
absl::StatusOr<std::string> CallRaw(const std::shared_ptr<grpc::Channel>& channel, const std::string& method,
                                    const std::string& request) {
  grpc::GenericStub stub(channel);
  grpc::ClientContext context;
  TestAgent::SetDeadline(context);
  grpc::CompletionQueue queue;
  const auto call = stub.PrepareCall(&context, method, &queue);
  void* tag = nullptr;
  bool ok = false;
  call->StartCall(&tag);
  queue.Next(&tag, &ok);
  grpc::Slice slice(request);
  if (ok) {
    call->WriteLast(grpc::ByteBuffer(&slice, 1), grpc::WriteOptions(), nullptr);
    queue.Next(&tag, &ok);
  }
  grpc::ByteBuffer answer;
  call->Read(&answer, nullptr);
  queue.Next(&tag, &ok);
  const bool answered = ok;
  grpc::Status status;
  call->Finish(&status, nullptr);
  queue.Next(&tag, &ok);
  if (!status.ok()) return wire::FromGrpc(status);
  std::vector<grpc::Slice> slices;
  if (answered) answer.Dump(&slices).ok();
  std::string bytes;
  for (const grpc::Slice& part : slices)
    bytes.append(reinterpret_cast<const char*>(part.begin()), part.size());
  return bytes;
}

constexpr char kReflection[] = "/grpc.reflection.v1alpha.ServerReflection/ServerReflectionInfo";
constexpr char kHealth[] = "/grpc.health.v1.Health/Check";
const std::string kListServices("\x3a\x00", 2);  // ServerReflectionRequest{list_services: ""}

TEST(AdminService, ReflectionListsTheServicesToAdminsOnly) {
  TestServer server;
  const auto listed = CallRaw(server.AdminChannel(), kReflection, kListServices);
  ASSERT_TRUE(listed.ok()) << listed.status();
  EXPECT_NE(listed->find("holdfast.v1.AdminService"), std::string::npos);
  EXPECT_NE(listed->find("grpc.health.v1.Health"), std::string::npos);

  TestAgent agent = server.EnrolledAgent();
  EXPECT_EQ(CallRaw(agent.channel(), kReflection, kListServices).status().code(),
            absl::StatusCode::kUnimplemented);
  EXPECT_EQ(CallRaw(agent.channel(), kHealth, "").status().code(), absl::StatusCode::kUnimplemented);
}

TEST(AdminService, HealthIsServing) {
  TestServer server;
  const std::string serving("\x08\x01", 2);  // HealthCheckResponse{status: SERVING}
  const auto whole = CallRaw(server.AdminChannel(), kHealth, "");
  ASSERT_TRUE(whole.ok()) << whole.status();
  EXPECT_EQ(*whole, serving);
  const std::string name = "holdfast.v1.AdminService";
  const auto service = CallRaw(server.AdminChannel(), kHealth,
                               absl::StrCat("\x0a", std::string(1, static_cast<char>(name.size())), name));
  ASSERT_TRUE(service.ok()) << service.status();
  EXPECT_EQ(*service, serving);
}

TEST(Listener, SecondServerOnOnePortIsToldWhy) {
  TestServer first;
  SystemClock clock;
  v1::AgentService::CallbackService unused;
  Connections connections({}, clock);
  const auto second =
      Listener::Admins({"127.0.0.1", first.admin_port()},
                       *NewTlsIdentity(first.authority(), {"localhost"}, clock.Now().wall, first.random()),
                       {connections, clock, nullptr}, unused);
  EXPECT_EQ(second.status().code(), absl::StatusCode::kFailedPrecondition);
  EXPECT_NE(std::string(second.status().message()).find("in use"), std::string::npos) << second.status();
}

TEST(Peer, AddressesAreReadable) {
  EXPECT_EQ(PeerAddress("ipv4:10.0.0.1:4711"), "10.0.0.1:4711");
  EXPECT_EQ(PeerAddress("ipv6:%5B::1%5D:4711"), "[::1]:4711");
}

}  // namespace
}  // namespace holdfast::server
