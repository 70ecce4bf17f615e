#include "agent/uplink/grpc_transport.h"

#include <grpcpp/grpcpp.h>

#include <condition_variable>
#include <mutex>
#include <set>
#include <thread>
#include <utility>

#include "absl/strings/str_join.h"
#include "agent/uplink/pinned_authority.h"
#include "holdfast/v1/agent_service.grpc.pb.h"
#include "proto/wire/agent_codec.h"
#include "proto/wire/status_codec.h"

namespace holdfast::uplink {
namespace {

grpc::ChannelArguments ChannelArguments() {
  grpc::ChannelArguments arguments;
  arguments.SetInt(GRPC_ARG_ENABLE_RETRIES, 0);  // the uplink decides when to try again
  arguments.SetInt(GRPC_ARG_INITIAL_RECONNECT_BACKOFF_MS, 500);
  arguments.SetInt(GRPC_ARG_MAX_RECONNECT_BACKOFF_MS, 1000);
  // GRPC_ARG_MIN_RECONNECT_BACKOFF_MS stays as it is: it also bounds the TLS handshake, which takes seconds
  // on a bad network and while a whole fleet comes back.
  arguments.SetInt(GRPC_ARG_KEEPALIVE_TIME_MS, 6 * 60 * 1000);  // above the five minutes servers insist on
  arguments.SetInt(GRPC_ARG_USE_LOCAL_SUBCHANNEL_POOL, 1);      // a new identity means a new handshake
  // gRPC inflates a message before it looks at its size: nothing is to be compressed, and what is stays
  // unread.
  arguments.SetInt(GRPC_COMPRESSION_CHANNEL_ENABLED_ALGORITHMS_BITSET, 1 << GRPC_COMPRESS_NONE);
  arguments.SetInt(GRPC_ARG_ENABLE_PER_MESSAGE_DECOMPRESSION, 0);
  return arguments;
}

std::chrono::system_clock::time_point After(absl::Duration duration) {
  using std::chrono::system_clock;
  return system_clock::now() +
         std::chrono::duration_cast<system_clock::duration>(absl::ToChronoNanoseconds(duration));
}

}  // namespace

// Released on the executor's thread alone, and with it each ClientContext, which holds the channel too: the
// last reference to a process's last channel joins gRPC's callback threads, and one of those cannot join
// itself.
struct GrpcTransport::Connection {
  std::unique_ptr<v1::AgentService::Stub> stub;
};

// What gRPC and helper threads still work on; the transport's destruction waits for all of it. Thread-safe.
class GrpcTransport::Pending {
 public:
  void Add(grpc::ClientContext* context) {
    const std::lock_guard<std::mutex> lock(mutex_);
    ++count_;
    if (context != nullptr) contexts_.insert(context);
  }
  // The context is about to go: it is not cancelled any more. Done is still to come.
  void Forget(grpc::ClientContext* context) {
    const std::lock_guard<std::mutex> lock(mutex_);
    contexts_.erase(context);
  }
  // The executor is not used any more.
  void Done() {
    const std::lock_guard<std::mutex> lock(mutex_);
    if (--count_ == 0) idle_.notify_all();
  }
  void CancelAndWait() {
    cancelled_ = true;
    std::unique_lock<std::mutex> lock(mutex_);
    for (grpc::ClientContext* context : contexts_) context->TryCancel();
    idle_.wait(lock, [this] { return count_ == 0; });
  }
  const std::atomic<bool>& cancelled() const { return cancelled_; }

 private:
  std::mutex mutex_;
  std::condition_variable idle_;
  std::set<grpc::ClientContext*> contexts_;
  int count_ = 0;
  std::atomic<bool> cancelled_{false};
};

// One Watch stream; deletes itself when gRPC is done with it.
class GrpcTransport::WatchStream final : public grpc::ClientReadReactor<v1::WatchResponse> {
 public:
  WatchStream(Executor& executor, std::shared_ptr<Pending> pending, std::shared_ptr<Connection> connection,
              std::shared_ptr<grpc::ClientContext> context, std::function<void(wire::WatchNudge)> nudge,
              std::function<void(absl::Status)> closed)
      : executor_(executor),
        pending_(std::move(pending)),
        connection_(std::move(connection)),
        context_(std::move(context)),
        nudge_(std::move(nudge)),
        closed_(std::move(closed)) {}

  void Start(const Uuid& device) {
    request_.set_device_id(device.ToString());
    pending_->Add(context_.get());
    connection_->stub->async()->Watch(context_.get(), &request_, this);
    StartRead(&response_);
    StartCall();
  }

  void OnReadDone(bool ok) override {
    if (!ok) return;
    executor_.Post([nudge = nudge_, message = wire::FromProto(response_)] { nudge(message); });
    StartRead(&response_);
  }

  void OnDone(const grpc::Status& status) override {
    const std::shared_ptr<Pending> pending = pending_;
    pending->Forget(context_.get());
    executor_.Post([closed = std::move(closed_), result = wire::FromGrpc(status),
                    connection = std::move(connection_), context = std::move(context_)] { closed(result); });
    delete this;
    pending->Done();
  }

 private:
  Executor& executor_;
  const std::shared_ptr<Pending> pending_;
  std::shared_ptr<Connection> connection_;
  std::shared_ptr<grpc::ClientContext> context_;
  const std::function<void(wire::WatchNudge)> nudge_;
  std::function<void(absl::Status)> closed_;
  v1::WatchRequest request_;
  v1::WatchResponse response_;
};

GrpcTransport::GrpcTransport(Executor& executor, GrpcOptions options)
    : executor_(executor), options_(std::move(options)), pending_(std::make_shared<Pending>()) {}

GrpcTransport::~GrpcTransport() {
  lifetime_.Renew();
  pending_->CancelAndWait();
}

void GrpcTransport::SetIdentity(const Identity& identity) {
  if (watch_) watch_->TryCancel();
  watch_.reset();
  grpc::SslCredentialsOptions tls;
  tls.pem_root_certs = absl::StrJoin(identity.ca_certificates_pem, "");
  tls.pem_private_key = identity.certificate_chain_pem.empty() ? "" : identity.private_key_pem;
  tls.pem_cert_chain = identity.certificate_chain_pem;
  auto connection = std::make_shared<Connection>();
  connection->stub = v1::AgentService::NewStub(
      grpc::CreateCustomChannel(options_.server.ToString(), grpc::SslCredentials(tls), ChannelArguments()));
  connection_ = std::move(connection);
}

template <class ProtoRequest, class ProtoResponse, class Response, class Method>
void GrpcTransport::Call(ProtoRequest request, Method method, absl::Duration deadline,
                         Callback<Response> done) {
  struct InFlight {
    grpc::ClientContext context;
    ProtoRequest request;
    ProtoResponse response;
    std::shared_ptr<Connection> connection;
  };
  auto guarded = lifetime_.Guard(std::move(done));
  if (connection_ == nullptr) {
    executor_.Post([guarded]() mutable {
      guarded(
          absl::StatusOr<Response>(absl::FailedPreconditionError("there is no identity to connect with")));
    });
    return;
  }
  auto call = std::make_shared<InFlight>();
  call->request = std::move(request);
  call->connection = connection_;
  call->context.set_deadline(After(deadline));
  pending_->Add(&call->context);
  (connection_->stub->async()->*method)(
      &call->context, &call->request, &call->response,
      [call, guarded, &executor = executor_, pending = pending_](grpc::Status status) mutable {
        absl::StatusOr<Response> answer =
            status.ok() ? wire::FromProto(call->response) : absl::StatusOr<Response>(wire::FromGrpc(status));
        pending->Forget(&call->context);
        executor.Post([guarded, answer = std::move(answer), call = std::move(call)]() mutable {
          guarded(std::move(answer));
        });
        pending->Done();
      });
}

void GrpcTransport::Enroll(const wire::EnrollRequest& request, absl::Duration deadline,
                           Callback<wire::EnrollResponse> done) {
  auto enroll = [this, request = wire::ToProto(request), deadline, done](const absl::Status& trusted) {
    if (!trusted.ok()) return done(trusted);
    using Method =
        void (v1::AgentService::Stub::async::*)(grpc::ClientContext*, const v1::EnrollRequest*,
                                                v1::EnrollResponse*, std::function<void(grpc::Status)>);
    Call<v1::EnrollRequest, v1::EnrollResponse, wire::EnrollResponse>(
        request, static_cast<Method>(&v1::AgentService::Stub::async::Enroll), deadline, done);
  };
  FetchAuthority(deadline, std::move(enroll));
}

// Each enrollment looks again: the authority may have been replaced since the last try.
void GrpcTransport::FetchAuthority(absl::Duration deadline, std::function<void(absl::Status)> done) {
  auto guarded = lifetime_.Guard([this, done = std::move(done)](const absl::StatusOr<std::string>& pem) {
    if (pem.ok()) SetIdentity({"", "", {*pem}});
    done(pem.status());
  });
  if (!options_.ca_spki_sha256) {
    executor_.Post([guarded]() mutable {
      guarded(absl::StatusOr<std::string>(
          absl::FailedPreconditionError("enrolling needs an enrollment string, which pins the server")));
    });
    return;
  }
  pending_->Add(nullptr);
  std::thread([guarded, deadline, server = options_.server, pin = *options_.ca_spki_sha256,
               pending = pending_, &executor = executor_]() mutable {
    absl::StatusOr<std::string> pem = FetchPinnedAuthority(server, pin, deadline, pending->cancelled());
    executor.Post([guarded, pem = std::move(pem)]() mutable { guarded(pem); });
    pending->Done();
  }).detach();
}

void GrpcTransport::Sync(const wire::SyncRequest& request, absl::Duration deadline,
                         Callback<wire::SyncResponse> done) {
  using Method = void (v1::AgentService::Stub::async::*)(
      grpc::ClientContext*, const v1::SyncRequest*, v1::SyncResponse*, std::function<void(grpc::Status)>);
  Call<v1::SyncRequest, v1::SyncResponse, wire::SyncResponse>(
      wire::ToProto(request), static_cast<Method>(&v1::AgentService::Stub::async::Sync), deadline,
      std::move(done));
}

void GrpcTransport::Renew(const wire::RenewRequest& request, absl::Duration deadline,
                          Callback<wire::RenewResponse> done) {
  using Method = void (v1::AgentService::Stub::async::*)(
      grpc::ClientContext*, const v1::RenewCertificateRequest*, v1::RenewCertificateResponse*,
      std::function<void(grpc::Status)>);
  Call<v1::RenewCertificateRequest, v1::RenewCertificateResponse, wire::RenewResponse>(
      wire::ToProto(request), static_cast<Method>(&v1::AgentService::Stub::async::RenewCertificate), deadline,
      std::move(done));
}

void GrpcTransport::Watch(const Uuid& device, std::function<void(wire::WatchNudge)> nudge,
                          std::function<void(absl::Status)> closed) {
  if (watch_) watch_->TryCancel();
  if (connection_ == nullptr) {
    executor_.Post(lifetime_.Guard(
        [closed] { closed(absl::FailedPreconditionError("there is no identity to connect with")); }));
    return;
  }
  watch_ = std::make_shared<grpc::ClientContext>();
  auto* stream = new WatchStream(executor_, pending_, connection_, watch_, lifetime_.Guard(std::move(nudge)),
                                 lifetime_.Guard(std::move(closed)));
  stream->Start(device);
}

}  // namespace holdfast::uplink
