#include "server/rpc/agent_service.h"

#include <utility>

#include "base/error.h"
#include "proto/wire/agent_codec.h"
#include "proto/wire/status_codec.h"
#include "server/rpc/core_stream.h"

namespace holdfast::server {
namespace {

using WatchStream = CoreStream<v1::WatchResponse>;

// The core thread's view of a Watch stream. The ticket lives as long as the stream is being watched.
class StreamSink final : public NudgeSink {
 public:
  explicit StreamSink(std::shared_ptr<WatchStream> stream) : stream_(std::move(stream)) {}
  void Hold(std::shared_ptr<Admission::Ticket> ticket) { ticket_ = std::move(ticket); }
  void Accepted() override { stream_->Open(); }
  void Nudge(const wire::WatchNudge& nudge) override {
    // One that still waits says the same.
    if (stream_->backlog() == 0) stream_->Send(wire::ToProto(nudge));
  }
  void Close(const absl::Status& status) override {
    ticket_ = nullptr;
    stream_->Close(wire::ToGrpc(status));
  }

 private:
  std::shared_ptr<WatchStream> stream_;
  std::shared_ptr<Admission::Ticket> ticket_;
};

// Answers a unary call from the backend's result and gives its admission back.
template <class T, class Proto>
AgentBackend::Done<T> AnswerInto(grpc::ServerUnaryReactor* reactor, Proto* response,
                                 std::shared_ptr<Admission::Ticket> ticket) {
  return [reactor, response, ticket = std::move(ticket)](absl::StatusOr<T> result) mutable {
    if (result.ok()) *response = wire::ToProto(*result);
    ticket = nullptr;
    reactor->Finish(wire::ToGrpc(result.status()));
  };
}

grpc::ServerUnaryReactor* Refuse(grpc::ServerUnaryReactor* reactor, const absl::Status& status) {
  reactor->Finish(wire::ToGrpc(status));
  return reactor;
}

int64_t BytesOf(const google::protobuf::Message& message) {
  return static_cast<int64_t>(message.ByteSizeLong());
}

}  // namespace

grpc::ServerUnaryReactor* AgentService::Enroll(grpc::CallbackServerContext* context,
                                               const v1::EnrollRequest* request,
                                               v1::EnrollResponse* response) {
  grpc::ServerUnaryReactor* reactor = context->DefaultReactor();
  auto ticket = admission_.Enter(AgentMethod::kEnroll, BytesOf(*request), clock_.Now().mono);
  if (!ticket.ok()) return Refuse(reactor, ticket.status());
  auto message = wire::FromProto(*request);
  if (!message.ok()) return Refuse(reactor, message.status());
  backend_.Enroll(peers_.Any(*context), *std::move(message),
                  AnswerInto<wire::EnrollResponse>(reactor, response, *std::move(ticket)));
  return reactor;
}

grpc::ServerUnaryReactor* AgentService::Sync(grpc::CallbackServerContext* context,
                                             const v1::SyncRequest* request, v1::SyncResponse* response) {
  grpc::ServerUnaryReactor* reactor = context->DefaultReactor();
  auto peer = peers_.Verified(*context);
  if (!peer.ok()) return Refuse(reactor, peer.status());
  auto ticket = admission_.Enter(AgentMethod::kSync, BytesOf(*request), clock_.Now().mono);
  if (!ticket.ok()) return Refuse(reactor, ticket.status());
  auto message = wire::FromProto(*request);
  if (!message.ok()) return Refuse(reactor, message.status());
  backend_.Sync(*peer, *std::move(message),
                AnswerInto<wire::SyncResponse>(reactor, response, *std::move(ticket)));
  return reactor;
}

grpc::ServerUnaryReactor* AgentService::RenewCertificate(grpc::CallbackServerContext* context,
                                                         const v1::RenewCertificateRequest* request,
                                                         v1::RenewCertificateResponse* response) {
  grpc::ServerUnaryReactor* reactor = context->DefaultReactor();
  auto peer = peers_.Verified(*context);
  if (!peer.ok()) return Refuse(reactor, peer.status());
  auto ticket = admission_.Enter(AgentMethod::kRenew, BytesOf(*request), clock_.Now().mono);
  if (!ticket.ok()) return Refuse(reactor, ticket.status());
  auto message = wire::FromProto(*request);
  if (!message.ok()) return Refuse(reactor, message.status());
  backend_.Renew(*peer, *std::move(message),
                 AnswerInto<wire::RenewResponse>(reactor, response, *std::move(ticket)));
  return reactor;
}

grpc::ServerWriteReactor<v1::WatchResponse>* AgentService::Watch(grpc::CallbackServerContext* context,
                                                                 const v1::WatchRequest* request) {
  const std::shared_ptr<WatchStream> stream = WatchStream::Create(executor_);
  const auto sink = std::make_shared<StreamSink>(stream);
  const auto begin = [&]() -> absl::Status {
    HOLDFAST_ASSIGN_OR_RETURN(const Peer peer, peers_.Verified(*context));
    HOLDFAST_ASSIGN_OR_RETURN(auto ticket, admission_.Enter(AgentMethod::kWatch, 0, clock_.Now().mono));
    HOLDFAST_ASSIGN_OR_RETURN(const Uuid device, wire::FromProto(*request));
    sink->Hold(std::move(ticket));
    stream->OnGone([this, device, sink] {
      backend_.EndWatch(device, sink);
      sink->Close(absl::CancelledError("the agent closed the stream"));
    });
    backend_.Watch(peer, device, sink);
    return absl::OkStatus();
  };
  if (const absl::Status status = begin(); !status.ok()) {
    executor_.Post([stream, status] { stream->Close(wire::ToGrpc(status)); });
  }
  return stream.get();
}

}  // namespace holdfast::server
