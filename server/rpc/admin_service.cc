#include "server/rpc/admin_service.h"

#include <string>
#include <utility>

#include "base/error.h"
#include "core/event/event.h"
#include "proto/wire/status_codec.h"
#include "server/rpc/admin_codec.h"
#include "server/rpc/admin_methods.h"
#include "server/rpc/core_stream.h"
#include "server/rpc/peer.h"
#include "server/service/profile_view.h"

namespace holdfast::server {
namespace {

constexpr size_t kMaxBacklog = 10'000;  // rows a watcher may be behind
constexpr int kMostLinting = 4;         // sets of profiles, each some megabytes

using EventStream = CoreStream<v1::WatchEventsResponse>;

class StreamSink final : public EventSink {
 public:
  explicit StreamSink(std::shared_ptr<EventStream> stream) : stream_(std::move(stream)) {}
  bool Deliver(const HistoryRow& row) override {
    v1::WatchEventsResponse message;
    *message.mutable_row() = ToProto(row);
    stream_->Send(std::move(message));
    return stream_->backlog() <= kMaxBacklog;
  }
  void Close(const absl::Status& status) override { stream_->Close(wire::ToGrpc(status)); }

 private:
  std::shared_ptr<EventStream> stream_;
};

}  // namespace

// What is known of the caller before the core thread has looked at it.
struct AdminService::Caller {
  explicit Caller(const grpc::ServerContextBase& context) : source(PeerAddress(context.peer())) {
    const auto& metadata = context.client_metadata();
    const auto it = metadata.find("authorization");
    if (it != metadata.end()) bearer.assign(it->second.data(), it->second.size());
  }
  std::string bearer;
  std::string source;
};

absl::StatusOr<Actor> AdminService::Authenticate(const Caller& caller) {
  absl::StatusOr<Actor> actor = core_.Authenticate(caller.bearer, caller.source);
  if (actor.ok()) known_(*actor);
  return actor;
}

absl::StatusOr<EventFeed::Watcher> AdminService::Admit(const Caller& caller,
                                                       const v1::WatchEventsRequest& request) {
  EventFeed::Watcher watcher;
  HOLDFAST_ASSIGN_OR_RETURN(watcher.actor, Authenticate(caller));
  HOLDFAST_ASSIGN_OR_RETURN(watcher.device, core_.CheckWatch(watcher.actor, request.device()));
  for (const std::string& kind : request.kinds()) HOLDFAST_RETURN_IF_ERROR(ParseRowKind(kind).status());
  watcher.kinds.insert(request.kinds().begin(), request.kinds().end());
  return watcher;
}

template <class Request, class Response>
grpc::ServerUnaryReactor* AdminService::Run(Context* context, const Request* request, Response* response) {
  grpc::ServerUnaryReactor* reactor = context->DefaultReactor();
  // gRPC keeps request and response until Finish.
  executor_.Post([this, caller = Caller(*context), request, response, reactor] {
    const absl::StatusOr<Actor> actor = Authenticate(caller);
    reactor->Finish(wire::ToGrpc(actor.ok() ? Call(core_, *actor, *request, response) : actor.status()));
  });
  return reactor;
}

grpc::ServerUnaryReactor* AdminService::ListDevices(Context* context, const v1::ListDevicesRequest* request,
                                                    v1::ListDevicesResponse* response) {
  return Run(context, request, response);
}
grpc::ServerUnaryReactor* AdminService::GetDevice(Context* context, const v1::GetDeviceRequest* request,
                                                  v1::GetDeviceResponse* response) {
  return Run(context, request, response);
}
grpc::ServerUnaryReactor* AdminService::ListHistory(Context* context, const v1::ListHistoryRequest* request,
                                                    v1::ListHistoryResponse* response) {
  return Run(context, request, response);
}
grpc::ServerUnaryReactor* AdminService::ListIncidents(Context* context,
                                                      const v1::ListIncidentsRequest* request,
                                                      v1::ListIncidentsResponse* response) {
  return Run(context, request, response);
}
grpc::ServerUnaryReactor* AdminService::GetComplianceReport(Context* context,
                                                            const v1::GetComplianceReportRequest* request,
                                                            v1::GetComplianceReportResponse* response) {
  if (reports_ == nullptr) return Run(context, request, response);
  grpc::ServerUnaryReactor* reactor = context->DefaultReactor();
  executor_.Post([this, caller = Caller(*context), request, response, reactor] {
    BeginReport(caller, *request, response,
                [reactor](const absl::Status& status) { reactor->Finish(wire::ToGrpc(status)); });
  });
  return reactor;
}

void AdminService::BeginReport(const Caller& caller, const v1::GetComplianceReportRequest& request,
                               v1::GetComplianceReportResponse* response, const Finish& finish) {
  const auto begin = [&]() -> absl::StatusOr<ReportJob> {
    HOLDFAST_ASSIGN_OR_RETURN(const Actor actor, Authenticate(caller));
    HOLDFAST_ASSIGN_OR_RETURN(const GetComplianceReportRequest plain, FromProto(request));
    return core_.BeginReport(actor, plain);
  };
  absl::StatusOr<ReportJob> job = begin();
  if (!job.ok()) return finish(job.status());
  reports_->Make(*std::move(job), [this, response, finish](absl::StatusOr<MadeReport> made) {
    if (!made.ok()) return finish(made.status());
    executor_.Post([this, response, finish, made = *std::move(made)]() mutable {
      SignReport(std::move(made), response, finish);
    });
  });
}

void AdminService::SignReport(MadeReport made, v1::GetComplianceReportResponse* response,
                              const Finish& finish) {
  absl::StatusOr<GetComplianceReportResponse> report = core_.SignReport(std::move(made));
  if (!report.ok()) return finish(report.status());
  reports_->Post([response, finish, report = *std::move(report)] {
    Fill(report, response);
    finish(absl::OkStatus());
  });
}

grpc::ServerUnaryReactor* AdminService::PutPolicy(Context* context, const v1::PutPolicyRequest* request,
                                                  v1::PutPolicyResponse* response) {
  return Run(context, request, response);
}
grpc::ServerUnaryReactor* AdminService::GetPolicy(Context* context, const v1::GetPolicyRequest* request,
                                                  v1::GetPolicyResponse* response) {
  return Run(context, request, response);
}
grpc::ServerUnaryReactor* AdminService::ListPolicies(Context* context, const v1::ListPoliciesRequest* request,
                                                     v1::ListPoliciesResponse* response) {
  return Run(context, request, response);
}
grpc::ServerUnaryReactor* AdminService::CreateEnrollmentToken(Context* context,
                                                              const v1::CreateEnrollmentTokenRequest* request,
                                                              v1::CreateEnrollmentTokenResponse* response) {
  return Run(context, request, response);
}
grpc::ServerUnaryReactor* AdminService::ListEnrollmentTokens(Context* context,
                                                             const v1::ListEnrollmentTokensRequest* request,
                                                             v1::ListEnrollmentTokensResponse* response) {
  return Run(context, request, response);
}
grpc::ServerUnaryReactor* AdminService::RevokeEnrollmentToken(Context* context,
                                                              const v1::RevokeEnrollmentTokenRequest* request,
                                                              v1::RevokeEnrollmentTokenResponse* response) {
  return Run(context, request, response);
}
grpc::ServerUnaryReactor* AdminService::RevokeDevice(Context* context, const v1::RevokeDeviceRequest* request,
                                                     v1::RevokeDeviceResponse* response) {
  return Run(context, request, response);
}
grpc::ServerUnaryReactor* AdminService::ListAudit(Context* context, const v1::ListAuditRequest* request,
                                                  v1::ListAuditResponse* response) {
  return Run(context, request, response);
}

grpc::ServerUnaryReactor* AdminService::IssueOverrideCode(Context* context,
                                                          const v1::IssueOverrideCodeRequest* request,
                                                          v1::IssueOverrideCodeResponse* response) {
  return Run(context, request, response);
}
grpc::ServerUnaryReactor* AdminService::IssueOrder(Context* context, const v1::IssueOrderRequest* request,
                                                   v1::IssueOrderResponse* response) {
  return Run(context, request, response);
}
grpc::ServerUnaryReactor* AdminService::ListKeys(Context* context, const v1::ListKeysRequest* request,
                                                 v1::ListKeysResponse* response) {
  return Run(context, request, response);
}
grpc::ServerUnaryReactor* AdminService::RotateKey(Context* context, const v1::RotateKeyRequest* request,
                                                  v1::RotateKeyResponse* response) {
  return Run(context, request, response);
}
grpc::ServerUnaryReactor* AdminService::ActivateKey(Context* context, const v1::ActivateKeyRequest* request,
                                                    v1::ActivateKeyResponse* response) {
  return Run(context, request, response);
}
grpc::ServerUnaryReactor* AdminService::RetireKey(Context* context, const v1::RetireKeyRequest* request,
                                                  v1::RetireKeyResponse* response) {
  return Run(context, request, response);
}
grpc::ServerUnaryReactor* AdminService::GetRollout(Context* context, const v1::GetRolloutRequest* request,
                                                   v1::GetRolloutResponse* response) {
  return Run(context, request, response);
}
grpc::ServerUnaryReactor* AdminService::SetRollout(Context* context, const v1::SetRolloutRequest* request,
                                                   v1::SetRolloutResponse* response) {
  return Run(context, request, response);
}
grpc::ServerUnaryReactor* AdminService::ListOrders(Context* context, const v1::ListOrdersRequest* request,
                                                   v1::ListOrdersResponse* response) {
  return Run(context, request, response);
}
grpc::ServerUnaryReactor* AdminService::CreateAdminToken(Context* context,
                                                         const v1::CreateAdminTokenRequest* request,
                                                         v1::CreateAdminTokenResponse* response) {
  return Run(context, request, response);
}
grpc::ServerUnaryReactor* AdminService::ListAdminTokens(Context* context,
                                                        const v1::ListAdminTokensRequest* request,
                                                        v1::ListAdminTokensResponse* response) {
  return Run(context, request, response);
}
grpc::ServerUnaryReactor* AdminService::RevokeAdminToken(Context* context,
                                                         const v1::RevokeAdminTokenRequest* request,
                                                         v1::RevokeAdminTokenResponse* response) {
  return Run(context, request, response);
}
grpc::ServerUnaryReactor* AdminService::SetDeviceLifecycle(Context* context,
                                                           const v1::SetDeviceLifecycleRequest* request,
                                                           v1::SetDeviceLifecycleResponse* response) {
  return Run(context, request, response);
}
grpc::ServerUnaryReactor* AdminService::ImportInventory(Context* context,
                                                        const v1::ImportInventoryRequest* request,
                                                        v1::ImportInventoryResponse* response) {
  return Run(context, request, response);
}
grpc::ServerUnaryReactor* AdminService::ListInventory(Context* context,
                                                      const v1::ListInventoryRequest* request,
                                                      v1::ListInventoryResponse* response) {
  return Run(context, request, response);
}
grpc::ServerUnaryReactor* AdminService::PutProfileSet(Context* context,
                                                      const v1::PutProfileSetRequest* request,
                                                      v1::PutProfileSetResponse* response) {
  if (reports_ == nullptr) return Run(context, request, response);
  grpc::ServerUnaryReactor* reactor = context->DefaultReactor();
  executor_.Post([this, caller = Caller(*context), request, response, reactor] {
    BeginProfiles(caller, *request, response,
                  [reactor](const absl::Status& status) { reactor->Finish(wire::ToGrpc(status)); });
  });
  return reactor;
}

void AdminService::BeginProfiles(const Caller& caller, const v1::PutProfileSetRequest& request,
                                 v1::PutProfileSetResponse* response, const Finish& finish) {
  const auto begin = [&]() -> absl::StatusOr<ProfileJob> {
    HOLDFAST_ASSIGN_OR_RETURN(const Actor actor, Authenticate(caller));
    if (linting_ < kMostLinting) return core_.BeginPutProfileSet(actor, FromProto(request));
    return absl::ResourceExhaustedError(
        "putting profiles: others are being looked at; try again in a few seconds");
  };
  absl::StatusOr<ProfileJob> job = begin();
  if (!job.ok()) return finish(job.status());
  ++linting_;
  reports_->Post([this, response, finish, job = *std::move(job)]() mutable {
    auto linted = std::make_shared<absl::StatusOr<LintedProfiles>>(LintProfiles(std::move(job)));
    executor_.Post([this, response, finish, linted] {
      --linting_;
      finish(FinishProfiles(std::move(*linted), response));
    });
  });
}

absl::Status AdminService::FinishProfiles(absl::StatusOr<LintedProfiles> linted,
                                          v1::PutProfileSetResponse* response) {
  HOLDFAST_RETURN_IF_ERROR(linted.status());
  HOLDFAST_RETURN_IF_ERROR(core_.StillGood(linted->actor));
  HOLDFAST_ASSIGN_OR_RETURN(const PutProfileSetResponse put, core_.FinishPutProfileSet(*std::move(linted)));
  *response = ToProto(put);
  return absl::OkStatus();
}

grpc::ServerUnaryReactor* AdminService::GetProfileSet(Context* context,
                                                      const v1::GetProfileSetRequest* request,
                                                      v1::GetProfileSetResponse* response) {
  if (reports_ == nullptr) return Run(context, request, response);
  grpc::ServerUnaryReactor* reactor = context->DefaultReactor();
  executor_.Post([this, caller = Caller(*context), request, response, reactor] {
    const auto begin = [&]() -> absl::StatusOr<ProfileQuestion> {
      HOLDFAST_ASSIGN_OR_RETURN(const Actor actor, Authenticate(caller));
      return core_.BeginGetProfileSet(actor, request->group());
    };
    const absl::StatusOr<ProfileQuestion> question = begin();
    if (!question.ok()) return reactor->Finish(wire::ToGrpc(question.status()));
    reports_->Read([question = *question, response, reactor](absl::StatusOr<fleet::FleetStore*> store) {
      auto found = store.ok() ? ReadProfileSet(**store, question) : store.status();
      if (found.ok()) *response = ToProto(*found);
      reactor->Finish(wire::ToGrpc(found.status()));
    });
  });
  return reactor;
}
grpc::ServerUnaryReactor* AdminService::ListProfileSets(Context* context,
                                                        const v1::ListProfileSetsRequest* request,
                                                        v1::ListProfileSetsResponse* response) {
  return Run(context, request, response);
}
grpc::ServerUnaryReactor* AdminService::DeleteProfileSet(Context* context,
                                                         const v1::DeleteProfileSetRequest* request,
                                                         v1::DeleteProfileSetResponse* response) {
  return Run(context, request, response);
}
grpc::ServerWriteReactor<v1::WatchEventsResponse>* AdminService::WatchEvents(
    Context* context, const v1::WatchEventsRequest* request) {
  const std::shared_ptr<EventStream> stream = EventStream::Create(executor_);
  executor_.Post([this, stream, caller = Caller(*context), request = *request] {
    const auto sink = std::make_shared<StreamSink>(stream);
    absl::StatusOr<EventFeed::Watcher> watcher = Admit(caller, request);
    if (!watcher.ok()) return sink->Close(watcher.status());
    stream->Open();
    stream->OnGone([this, sink] { feed_.Remove(sink); });
    feed_.Add(sink, *std::move(watcher));
  });
  return stream.get();
}

}  // namespace holdfast::server
