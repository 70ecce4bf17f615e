// AdminService over gRPC: every method needs "authorization: Bearer TOKEN". Handlers run on gRPC's threads
// and only post; the token is checked on the core thread, where the method then runs.
#pragma once

#include <functional>
#include <utility>

#include "base/executor.h"
#include "holdfast/v1/admin_service.grpc.pb.h"
#include "server/rpc/event_feed.h"
#include "server/rpc/report_thread.h"
#include "server/service/profile_job.h"
#include "server/service/server_core.h"

namespace holdfast::server {

class AdminService final : public v1::AdminService::CallbackService {
 public:
  // Hears of every call that came with a good token. Core thread.
  using Known = std::function<void(const Actor&)>;
  // All must outlive the gRPC server; the executor is the core thread. Without `reports` they are made there.
  AdminService(ServerCore& core, EventFeed& feed, Executor& executor, ReportThread* reports, Known known)
      : core_(core), feed_(feed), executor_(executor), reports_(reports), known_(std::move(known)) {}

  using Context = grpc::CallbackServerContext;
  grpc::ServerUnaryReactor* ListDevices(Context* context, const v1::ListDevicesRequest* request,
                                        v1::ListDevicesResponse* response) override;
  grpc::ServerUnaryReactor* GetDevice(Context* context, const v1::GetDeviceRequest* request,
                                      v1::GetDeviceResponse* response) override;
  grpc::ServerUnaryReactor* ListHistory(Context* context, const v1::ListHistoryRequest* request,
                                        v1::ListHistoryResponse* response) override;
  grpc::ServerUnaryReactor* ListIncidents(Context* context, const v1::ListIncidentsRequest* request,
                                          v1::ListIncidentsResponse* response) override;
  grpc::ServerUnaryReactor* GetComplianceReport(Context* context,
                                                const v1::GetComplianceReportRequest* request,
                                                v1::GetComplianceReportResponse* response) override;
  grpc::ServerUnaryReactor* PutPolicy(Context* context, const v1::PutPolicyRequest* request,
                                      v1::PutPolicyResponse* response) override;
  grpc::ServerUnaryReactor* GetPolicy(Context* context, const v1::GetPolicyRequest* request,
                                      v1::GetPolicyResponse* response) override;
  grpc::ServerUnaryReactor* ListPolicies(Context* context, const v1::ListPoliciesRequest* request,
                                         v1::ListPoliciesResponse* response) override;
  grpc::ServerUnaryReactor* CreateEnrollmentToken(Context* context,
                                                  const v1::CreateEnrollmentTokenRequest* request,
                                                  v1::CreateEnrollmentTokenResponse* response) override;
  grpc::ServerUnaryReactor* ListEnrollmentTokens(Context* context,
                                                 const v1::ListEnrollmentTokensRequest* request,
                                                 v1::ListEnrollmentTokensResponse* response) override;
  grpc::ServerUnaryReactor* RevokeEnrollmentToken(Context* context,
                                                  const v1::RevokeEnrollmentTokenRequest* request,
                                                  v1::RevokeEnrollmentTokenResponse* response) override;
  grpc::ServerUnaryReactor* RevokeDevice(Context* context, const v1::RevokeDeviceRequest* request,
                                         v1::RevokeDeviceResponse* response) override;
  grpc::ServerUnaryReactor* ListAudit(Context* context, const v1::ListAuditRequest* request,
                                      v1::ListAuditResponse* response) override;
  grpc::ServerUnaryReactor* IssueOverrideCode(Context* context, const v1::IssueOverrideCodeRequest* request,
                                              v1::IssueOverrideCodeResponse* response) override;
  grpc::ServerUnaryReactor* IssueOrder(Context* context, const v1::IssueOrderRequest* request,
                                       v1::IssueOrderResponse* response) override;
  grpc::ServerUnaryReactor* ListOrders(Context* context, const v1::ListOrdersRequest* request,
                                       v1::ListOrdersResponse* response) override;
  grpc::ServerUnaryReactor* ListKeys(Context* context, const v1::ListKeysRequest* request,
                                     v1::ListKeysResponse* response) override;
  grpc::ServerUnaryReactor* RotateKey(Context* context, const v1::RotateKeyRequest* request,
                                      v1::RotateKeyResponse* response) override;
  grpc::ServerUnaryReactor* ActivateKey(Context* context, const v1::ActivateKeyRequest* request,
                                        v1::ActivateKeyResponse* response) override;
  grpc::ServerUnaryReactor* RetireKey(Context* context, const v1::RetireKeyRequest* request,
                                      v1::RetireKeyResponse* response) override;
  grpc::ServerUnaryReactor* GetRollout(Context* context, const v1::GetRolloutRequest* request,
                                       v1::GetRolloutResponse* response) override;
  grpc::ServerUnaryReactor* SetRollout(Context* context, const v1::SetRolloutRequest* request,
                                       v1::SetRolloutResponse* response) override;
  grpc::ServerUnaryReactor* CreateAdminToken(Context* context, const v1::CreateAdminTokenRequest* request,
                                             v1::CreateAdminTokenResponse* response) override;
  grpc::ServerUnaryReactor* ListAdminTokens(Context* context, const v1::ListAdminTokensRequest* request,
                                            v1::ListAdminTokensResponse* response) override;
  grpc::ServerUnaryReactor* RevokeAdminToken(Context* context, const v1::RevokeAdminTokenRequest* request,
                                             v1::RevokeAdminTokenResponse* response) override;
  grpc::ServerUnaryReactor* SetDeviceLifecycle(Context* context, const v1::SetDeviceLifecycleRequest* request,
                                               v1::SetDeviceLifecycleResponse* response) override;
  grpc::ServerUnaryReactor* ImportInventory(Context* context, const v1::ImportInventoryRequest* request,
                                            v1::ImportInventoryResponse* response) override;
  grpc::ServerUnaryReactor* ListInventory(Context* context, const v1::ListInventoryRequest* request,
                                          v1::ListInventoryResponse* response) override;
  grpc::ServerUnaryReactor* PutProfileSet(Context* context, const v1::PutProfileSetRequest* request,
                                          v1::PutProfileSetResponse* response) override;
  grpc::ServerUnaryReactor* GetProfileSet(Context* context, const v1::GetProfileSetRequest* request,
                                          v1::GetProfileSetResponse* response) override;
  grpc::ServerUnaryReactor* ListProfileSets(Context* context, const v1::ListProfileSetsRequest* request,
                                            v1::ListProfileSetsResponse* response) override;
  grpc::ServerUnaryReactor* DeleteProfileSet(Context* context, const v1::DeleteProfileSetRequest* request,
                                             v1::DeleteProfileSetResponse* response) override;
  grpc::ServerWriteReactor<v1::WatchEventsResponse>* WatchEvents(
      Context* context, const v1::WatchEventsRequest* request) override;

 private:
  struct Caller;
  absl::StatusOr<Actor> Authenticate(const Caller& caller);
  absl::StatusOr<EventFeed::Watcher> Admit(const Caller& caller, const v1::WatchEventsRequest& request);
  template <class Request, class Response>
  grpc::ServerUnaryReactor* Run(Context* context, const Request* request, Response* response);

  // The steps of a report that is made beside the core; `finish` ends the call.
  using Finish = std::function<void(const absl::Status&)>;
  void BeginReport(const Caller& caller, const v1::GetComplianceReportRequest& request,
                   v1::GetComplianceReportResponse* response, const Finish& finish);
  void SignReport(MadeReport made, v1::GetComplianceReportResponse* response, const Finish& finish);
  // The steps of profiles that are linted there, too.
  void BeginProfiles(const Caller& caller, const v1::PutProfileSetRequest& request,
                     v1::PutProfileSetResponse* response, const Finish& finish);
  absl::Status FinishProfiles(absl::StatusOr<LintedProfiles> linted, v1::PutProfileSetResponse* response);

  ServerCore& core_;
  EventFeed& feed_;
  Executor& executor_;
  ReportThread* const reports_;  // may be null
  const Known known_;
  int linting_ = 0;  // sets of profiles; on the core thread
};

}  // namespace holdfast::server
