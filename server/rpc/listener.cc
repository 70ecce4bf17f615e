#include "server/rpc/listener.h"

#include <grpcpp/ext/health_check_service_server_builder_option.h>
#include <grpcpp/ext/proto_server_reflection_plugin.h>
#include <grpcpp/health_check_service_interface.h>
#include <grpcpp/resource_quota.h>
#include <grpcpp/security/server_credentials.h>
#include <grpcpp/server_builder.h>
#include <netdb.h>
#include <sys/socket.h>
#include <unistd.h>

#include <cerrno>
#include <chrono>

#include "absl/cleanup/cleanup.h"
#include "absl/strings/str_cat.h"
#include "base/file.h"

namespace holdfast::server {
namespace {

// Who calls the admins' port is known only once the whole request has arrived: what strangers may make the
// server hold until then is bounded.
constexpr int kAdminMaxMessageBytes = 4 << 20;  // a policy document, with room
constexpr int kAdminMaxStreams = 100;           // per connection
constexpr size_t kAdminMemoryBytes = size_t{512} << 20;
constexpr absl::Duration kMinPingInterval = absl::Seconds(30);

// Reflection is a plug-in that every builder of the process gets; this takes it out again.
class WithoutPlugins final : public grpc::ServerBuilderOption {
 public:
  void UpdateArguments(grpc::ChannelArguments* /*args*/) override {}
  void UpdatePlugins(std::vector<std::unique_ptr<grpc::ServerBuilderPlugin>>* plugins) override {
    plugins->clear();
  }
};

int Milliseconds(absl::Duration d) {
  return static_cast<int>(absl::ToInt64Milliseconds(d));
}

// gRPC does not say why it cannot listen: do it once more by hand.
absl::Status WhyNot(const Endpoint& listen) {
  const std::string doing = absl::StrCat("listening on ", listen.ToString());
  addrinfo hints{};
  hints.ai_socktype = SOCK_STREAM;
  hints.ai_flags = AI_PASSIVE;
  addrinfo* found = nullptr;
  const int failed = getaddrinfo(listen.host.c_str(), std::to_string(listen.port).c_str(), &hints, &found);
  if (failed != 0) {
    return absl::InvalidArgumentError(
        absl::StrCat(doing, ": ", gai_strerror(failed), "; give an address of this machine, or 0.0.0.0"));
  }
  const absl::Cleanup free_found = [found] { freeaddrinfo(found); };
  const int fd = socket(found->ai_family, SOCK_STREAM | SOCK_CLOEXEC, 0);
  if (fd < 0) return absl::ErrnoToStatus(errno, doing);
  const absl::Cleanup closer = [fd] { close(fd); };
  const int on = 1;
  setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &on, sizeof on);
  if (bind(fd, found->ai_addr, found->ai_addrlen) != 0 || ::listen(fd, 1) != 0) {
    const int error = errno;
    const absl::string_view remedy = error == EADDRINUSE ? "; stop what listens there, or listen elsewhere"
                                     : error == EADDRNOTAVAIL
                                         ? "; give an address of this machine, or 0.0.0.0"
                                         : "";
    return absl::FailedPreconditionError(absl::StrCat(absl::ErrnoToStatus(error, doing).message(), remedy));
  }
  return absl::InternalError(absl::StrCat(doing, ": gRPC refused; is the server certificate's key its own?"));
}

std::shared_ptr<grpc::ServerCredentials> Credentials(const TlsIdentity& identity,
                                                     grpc_ssl_client_certificate_request_type request,
                                                     const std::vector<std::string>& client_cas_pem) {
  grpc::SslServerCredentialsOptions options(request);
  options.pem_key_cert_pairs.push_back({identity.private_key_pem, identity.certificate_chain_pem});
  for (const std::string& pem : client_cas_pem) options.pem_root_certs += pem;
  return grpc::SslServerCredentials(options);
}

// Settled: gRPC inflates a message before it looks at its size, so it is told not to inflate at all and to
// refuse every algorithm.
void RefuseCompression(grpc::ServerBuilder& builder) {
  builder.SetCompressionAlgorithmSupportStatus(GRPC_COMPRESS_DEFLATE, false);
  builder.SetCompressionAlgorithmSupportStatus(GRPC_COMPRESS_GZIP, false);
  builder.AddChannelArgument(GRPC_ARG_ENABLE_PER_MESSAGE_DECOMPRESSION, 0);
}

void Limit(grpc::ServerBuilder& builder, const AgentListenerLimits& limits) {
  builder.SetMaxReceiveMessageSize(limits.max_message_bytes);
  builder.SetResourceQuota(grpc::ResourceQuota("agents").Resize(limits.memory_bytes));
  builder.AddChannelArgument(GRPC_ARG_MAX_CONCURRENT_STREAMS, limits.max_concurrent_streams);
  builder.AddChannelArgument(GRPC_ARG_MAX_CONNECTION_AGE_MS, Milliseconds(limits.max_connection_age));
  builder.AddChannelArgument(GRPC_ARG_MAX_CONNECTION_AGE_GRACE_MS,
                             Milliseconds(limits.max_connection_age_grace));
  builder.AddChannelArgument(GRPC_ARG_KEEPALIVE_TIME_MS, Milliseconds(limits.keepalive));
  builder.AddChannelArgument(GRPC_ARG_KEEPALIVE_PERMIT_WITHOUT_CALLS, 1);
  builder.AddChannelArgument(GRPC_ARG_HTTP2_MIN_RECV_PING_INTERVAL_WITHOUT_DATA_MS,
                             Milliseconds(kMinPingInterval));
}

}  // namespace

absl::StatusOr<std::unique_ptr<Listener>> Listener::Start(
    grpc::ServerBuilder& builder, const Endpoint& listen,
    std::shared_ptr<grpc::ServerCredentials> credentials, grpc::Service& service) {
  // Without this a second server on the same port would silently get half of the connections.
  builder.AddChannelArgument(GRPC_ARG_ALLOW_REUSEPORT, 0);
  int port = 0;
  builder.AddListeningPort(listen.ToString(), std::move(credentials), &port);
  builder.RegisterService(&service);
  std::unique_ptr<grpc::Server> server = builder.BuildAndStart();
  if (server == nullptr || port <= 0) return WhyNot(listen);
  return std::unique_ptr<Listener>(new Listener(std::move(server), static_cast<uint16_t>(port)));
}

absl::StatusOr<std::unique_ptr<Listener>> Listener::Agents(const Endpoint& listen,
                                                           const TlsIdentity& identity,
                                                           const std::vector<std::string>& client_cas_pem,
                                                           const AgentListenerLimits& limits,
                                                           grpc::Service& service) {
  grpc::ServerBuilder builder;
  builder.SetOption(std::make_unique<WithoutPlugins>());
  builder.SetOption(std::make_unique<grpc::HealthCheckServiceServerBuilderOption>(nullptr));
  RefuseCompression(builder);
  Limit(builder, limits);
  return Start(builder, listen,
               Credentials(identity, GRPC_SSL_REQUEST_CLIENT_CERTIFICATE_BUT_DONT_VERIFY, client_cas_pem),
               service);
}

absl::StatusOr<std::unique_ptr<Listener>> Listener::Admins(const Endpoint& listen,
                                                           const TlsIdentity& identity,
                                                           grpc::Service& service) {
  grpc::reflection::InitProtoReflectionServerBuilderPlugin();
  grpc::EnableDefaultHealthCheckService(true);
  grpc::ServerBuilder builder;
  RefuseCompression(builder);
  builder.SetMaxReceiveMessageSize(kAdminMaxMessageBytes);
  builder.SetResourceQuota(grpc::ResourceQuota("admins").Resize(kAdminMemoryBytes));
  builder.AddChannelArgument(GRPC_ARG_MAX_CONCURRENT_STREAMS, kAdminMaxStreams);
  // Reflection is the one synchronous service.
  builder.SetSyncServerOption(grpc::ServerBuilder::NUM_CQS, 1);
  builder.SetSyncServerOption(grpc::ServerBuilder::MAX_POLLERS, 2);
  auto listener =
      Start(builder, listen, Credentials(identity, GRPC_SSL_DONT_REQUEST_CLIENT_CERTIFICATE, {}), service);
  if (listener.ok()) {
    grpc::HealthCheckServiceInterface* health = (*listener)->server_->GetHealthCheckService();
    health->SetServingStatus(true);
    health->SetServingStatus("holdfast.v1.AdminService", true);
  }
  return listener;
}

Listener::~Listener() {
  Shutdown(absl::ZeroDuration());
}

void Listener::Shutdown(absl::Duration grace) {
  if (server_ == nullptr) return;
  server_->Shutdown(std::chrono::system_clock::now() + absl::ToChronoNanoseconds(grace));
  server_->Wait();
  server_ = nullptr;
}

}  // namespace holdfast::server
