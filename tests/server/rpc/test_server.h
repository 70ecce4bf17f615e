// A whole server in this process, on a store in memory, behind its two real listeners.
#pragma once

#include <grpcpp/create_channel.h>
#include <grpcpp/security/credentials.h>
#include <gtest/gtest.h>

#include <functional>
#include <memory>
#include <string>

#include "absl/strings/str_cat.h"
#include "holdfast/v1/admin_service.grpc.pb.h"
#include "proto/wire/status_codec.h"
#include "server/app/key_issuer.h"
#include "server/app/tls_identity.h"
#include "server/rpc/rpc_server.h"
#include "storage/fleet/sqlite/sqlite_store.h"
#include "tests/server/test_agent.h"

namespace holdfast::server {

class TestServer {
 public:
  explicit TestServer(const std::function<void(RpcServerOptions&)>& change = nullptr)
      : issuer_(MakeIssuer()), thread_(clock_) {
    store_ = *fleet::SqliteFleetStore::Open({.path = ":memory:"});
    core_ = *ServerCore::Create({&clock_, &random_, store_.get(), &issuer_}, ServerOptions{});
    RpcServerOptions options;
    options.agent_listen = {"127.0.0.1", 0};
    options.admin_listen = {"127.0.0.1", 0};
    options.ca_certificates_pem = issuer_.CaCertificatesPem();
    options.identity = *NewTlsIdentity(issuer_.authority(), {"127.0.0.1"}, clock_.Now().wall, random_);
    if (change) change(options);
    auto rpc = RpcServer::Listen(*core_, thread_, clock_, options);
    EXPECT_TRUE(rpc.ok()) << rpc.status();
    rpc_ = *std::move(rpc);
    core_->SetAgentEndpoint(absl::StrCat("localhost:", agent_port()));
    admin_token_ = **core_->EnsureAdminToken();
    enrollment_token_ = core_->CreateEnrollmentToken(Operator(), {.quota = 100})->secret;
    thread_.Start();
  }
  ~TestServer() { rpc_->Stop(absl::Seconds(1)); }

  uint16_t agent_port() const { return rpc_->agent_port(); }
  uint16_t admin_port() const { return rpc_->admin_port(); }
  const std::string& ca_pem() const { return issuer_.authority().certificate_pem(); }
  const crypto::Authority& authority() const { return issuer_.authority(); }
  const std::string& admin_token() const { return admin_token_; }
  const std::string& enrollment_token() const { return enrollment_token_; }
  RandomSource& random() { return random_; }
  RpcServer& rpc() { return *rpc_; }

  // On the core thread, while the caller waits.
  void WithCore(const std::function<void(ServerCore&)>& work) {
    thread_.RunAndWait([&] { work(*core_); });
  }
  static Actor Operator() { return {"test", "local", Role::kAdmin}; }

  TestAgent NewAgent(absl::string_view name = "mac") const { return TestAgent(agent_port(), ca_pem(), name); }
  TestAgent EnrolledAgent(absl::string_view name = "mac") const {
    TestAgent agent = NewAgent(name);
    const auto enrolled = agent.Enroll(enrollment_token_);
    EXPECT_TRUE(enrolled.ok()) << enrolled.status();
    return agent;
  }

  std::shared_ptr<grpc::Channel> AdminChannel() const {
    grpc::SslCredentialsOptions tls;
    tls.pem_root_certs = ca_pem();
    return grpc::CreateChannel(absl::StrCat("127.0.0.1:", admin_port()), grpc::SslCredentials(tls));
  }
  // Calls AdminService with this text as its authorization; empty: none.
  absl::Status ListDevices(const std::string& authorization, v1::ListDevicesResponse* response) const {
    const auto stub = v1::AdminService::NewStub(AdminChannel());
    grpc::ClientContext context;
    TestAgent::SetDeadline(context);
    if (!authorization.empty()) context.AddMetadata("authorization", authorization);
    return wire::FromGrpc(stub->ListDevices(&context, v1::ListDevicesRequest(), response));
  }

 private:
  KeyIssuer MakeIssuer() {
    return *KeyIssuer::Create(*ServerKeys::Generate(clock_.Now().wall, random_), random_);
  }

  SystemClock clock_;
  SystemRandom random_;
  KeyIssuer issuer_;
  std::unique_ptr<fleet::FleetStore> store_;
  std::unique_ptr<ServerCore> core_;
  std::string admin_token_, enrollment_token_;
  CoreThread thread_;
  std::unique_ptr<RpcServer> rpc_;
};

}  // namespace holdfast::server
