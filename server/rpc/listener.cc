#include "server/rpc/listener.h"

#include <grpcpp/ext/health_check_service_server_builder_option.h>
#include <grpcpp/ext/proto_server_reflection_plugin.h>
#include <grpcpp/health_check_service_interface.h>
#include <grpcpp/resource_quota.h>
#include <grpcpp/security/server_credentials.h>
#include <grpcpp/security/tls_certificate_provider.h>
#include <grpcpp/security/tls_credentials_options.h>
#include <grpcpp/server_builder.h>

#include <chrono>
#include <climits>

#include "absl/strings/str_cat.h"
#include "base/crypto/keys.h"
#include "base/error.h"

namespace holdfast::server {
namespace {

// Who calls the admins' port is known only once the whole request has arrived: what strangers may make the
// server hold until then is bounded.
constexpr int kAdminMaxMessageBytes = 4 << 20;  // a policy document, with room
constexpr int kAdminMaxStreams = 100;           // per connection
constexpr size_t kAdminMemoryBytes = size_t{512} << 20;
constexpr unsigned kLookForFiles = 1;  // seconds
constexpr absl::Duration kMinPingInterval = absl::Seconds(30);
// Of the TLS handshake and HTTP/2's first frame. Longer than a busy server needs for all the strangers it
// lets in.
constexpr absl::Duration kHandshakeDeadline = absl::Seconds(15);

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

// gRPC would take connections with an identity that it cannot use, and end each of them.
absl::Status CheckIdentity(const TlsIdentity& identity) {
  HOLDFAST_ASSIGN_OR_RETURN(const crypto::PrivateKey key,
                            crypto::PrivateKey::FromPem(identity.private_key_pem));
  HOLDFAST_ASSIGN_OR_RETURN(const crypto::CertificateInfo certificate,
                            crypto::ReadCertificate(identity.certificate_chain_pem));
  if (certificate.spki_der == key.PublicSpkiDer()) return absl::OkStatus();
  return absl::InvalidArgumentError("the server certificate is of another key than the one given");
}

// Files, because gRPC has no other way to be given a certificate while it listens.
std::shared_ptr<grpc::experimental::CertificateProviderInterface> Provider(const TlsIdentity& identity) {
  using grpc::experimental::FileWatcherCertificateProvider;
  using grpc::experimental::StaticDataCertificateProvider;
  if (!identity.folder.empty()) {
    return std::make_shared<FileWatcherCertificateProvider>(TlsKeyFile(identity.folder),
                                                            TlsChainFile(identity.folder), kLookForFiles);
  }
  return std::make_shared<StaticDataCertificateProvider>(std::vector<grpc::experimental::IdentityKeyCertPair>{
      {identity.private_key_pem, identity.certificate_chain_pem}});
}

std::shared_ptr<grpc::ServerCredentials> Credentials(const TlsIdentity& identity,
                                                     grpc_ssl_client_certificate_request_type request) {
  grpc::experimental::TlsServerCredentialsOptions options(Provider(identity));
  options.watch_identity_key_cert_pairs();
  options.set_cert_request_type(request);
  return grpc::experimental::TlsServerCredentials(options);
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
  // A peer that is gone is found by the kernel (listen_sockets.cc), without a timer of gRPC for each
  // connection.
  builder.AddChannelArgument(GRPC_ARG_KEEPALIVE_TIME_MS, INT_MAX);
  builder.AddChannelArgument(GRPC_ARG_KEEPALIVE_PERMIT_WITHOUT_CALLS, 1);
  builder.AddChannelArgument(GRPC_ARG_HTTP2_MIN_RECV_PING_INTERVAL_WITHOUT_DATA_MS,
                             Milliseconds(kMinPingInterval));
}

}  // namespace

absl::StatusOr<std::unique_ptr<Listener>> Listener::Start(
    grpc::ServerBuilder& builder, const Name& name, std::shared_ptr<grpc::ServerCredentials> credentials,
    Door door, grpc::Service& service) {
  HOLDFAST_ASSIGN_OR_RETURN(ListenSockets sockets, ListenSockets::Open(name.listen));
  builder.AddChannelArgument(GRPC_ARG_SERVER_HANDSHAKE_TIMEOUT_MS, Milliseconds(kHandshakeDeadline));
  auto grpc_acceptor = builder.experimental().AddExternalConnectionAcceptor(
      grpc::ServerBuilder::experimental_type::ExternalConnectionType::FROM_FD, std::move(credentials));
  builder.RegisterService(&service);
  std::unique_ptr<grpc::Server> server = builder.BuildAndStart();
  if (server == nullptr) {
    return absl::InternalError(absl::StrCat("listening on ", name.listen.ToString(), ": gRPC refused"));
  }
  auto out = std::unique_ptr<Listener>(new Listener(std::move(server), std::move(grpc_acceptor)));
  const auto hand_over = [to = out->grpc_acceptor_.get()](int listen_fd, int fd) {
    GrpcAcceptor::NewConnectionParameters connection;
    connection.listener_fd = listen_fd;
    connection.fd = fd;
    to->HandleNewConnection(&connection);
  };
  out->acceptor_ = std::make_unique<Acceptor>(name.whose, std::move(sockets), door.connections, door.clock,
                                              hand_over, std::move(door.told));
  return out;
}

absl::StatusOr<std::unique_ptr<Listener>> Listener::Agents(const Endpoint& listen,
                                                           const TlsIdentity& identity,
                                                           const AgentListenerLimits& limits, Door door,
                                                           grpc::Service& service) {
  HOLDFAST_RETURN_IF_ERROR(CheckIdentity(identity));
  grpc::ServerBuilder builder;
  builder.SetOption(std::make_unique<WithoutPlugins>());
  builder.SetOption(std::make_unique<grpc::HealthCheckServiceServerBuilderOption>(nullptr));
  RefuseCompression(builder);
  Limit(builder, limits);
  return Start(builder, {"agents", listen},
               Credentials(identity, GRPC_SSL_REQUEST_CLIENT_CERTIFICATE_BUT_DONT_VERIFY), std::move(door),
               service);
}

absl::StatusOr<std::unique_ptr<Listener>> Listener::Admins(const Endpoint& listen,
                                                           const TlsIdentity& identity, Door door,
                                                           grpc::Service& service) {
  HOLDFAST_RETURN_IF_ERROR(CheckIdentity(identity));
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
      Start(builder, {"admins", listen}, Credentials(identity, GRPC_SSL_DONT_REQUEST_CLIENT_CERTIFICATE),
            std::move(door), service);
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
  acceptor_->Stop();  // gRPC would lose a connection that it gets later, and not close it
  server_->Shutdown(std::chrono::system_clock::now() + absl::ToChronoNanoseconds(grace));
  server_->Wait();
  server_ = nullptr;
}

}  // namespace holdfast::server
