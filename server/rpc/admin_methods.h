// AdminService's unary methods as plain calls on ServerCore with protobuf at both ends, for every listener
// that speaks protobuf or its JSON. On the core thread.
#pragma once

#include "absl/status/status.h"
#include "holdfast/v1/admin_service.pb.h"
#include "server/service/server_core.h"

namespace holdfast::server {

absl::Status Call(ServerCore& core, const Actor& actor, const v1::ListDevicesRequest& request,
                  v1::ListDevicesResponse* response);
absl::Status Call(ServerCore& core, const Actor& actor, const v1::GetDeviceRequest& request,
                  v1::GetDeviceResponse* response);
absl::Status Call(ServerCore& core, const Actor& actor, const v1::ListHistoryRequest& request,
                  v1::ListHistoryResponse* response);
absl::Status Call(ServerCore& core, const Actor& actor, const v1::ListIncidentsRequest& request,
                  v1::ListIncidentsResponse* response);
absl::Status Call(ServerCore& core, const Actor& actor, const v1::GetComplianceReportRequest& request,
                  v1::GetComplianceReportResponse* response);
void Fill(const GetComplianceReportResponse& made, v1::GetComplianceReportResponse* response);
absl::Status Call(ServerCore& core, const Actor& actor, const v1::PutPolicyRequest& request,
                  v1::PutPolicyResponse* response);
absl::Status Call(ServerCore& core, const Actor& actor, const v1::GetPolicyRequest& request,
                  v1::GetPolicyResponse* response);
absl::Status Call(ServerCore& core, const Actor& actor, const v1::ListPoliciesRequest& request,
                  v1::ListPoliciesResponse* response);
absl::Status Call(ServerCore& core, const Actor& actor, const v1::CreateEnrollmentTokenRequest& request,
                  v1::CreateEnrollmentTokenResponse* response);
absl::Status Call(ServerCore& core, const Actor& actor, const v1::ListEnrollmentTokensRequest& request,
                  v1::ListEnrollmentTokensResponse* response);
absl::Status Call(ServerCore& core, const Actor& actor, const v1::RevokeEnrollmentTokenRequest& request,
                  v1::RevokeEnrollmentTokenResponse* response);
absl::Status Call(ServerCore& core, const Actor& actor, const v1::RevokeDeviceRequest& request,
                  v1::RevokeDeviceResponse* response);
absl::Status Call(ServerCore& core, const Actor& actor, const v1::ListAuditRequest& request,
                  v1::ListAuditResponse* response);
absl::Status Call(ServerCore& core, const Actor& actor, const v1::IssueOverrideCodeRequest& request,
                  v1::IssueOverrideCodeResponse* response);
absl::Status Call(ServerCore& core, const Actor& actor, const v1::IssueOrderRequest& request,
                  v1::IssueOrderResponse* response);
absl::Status Call(ServerCore& core, const Actor& actor, const v1::ListOrdersRequest& request,
                  v1::ListOrdersResponse* response);
absl::Status Call(ServerCore& core, const Actor& actor, const v1::GetRolloutRequest& request,
                  v1::GetRolloutResponse* response);
absl::Status Call(ServerCore& core, const Actor& actor, const v1::SetRolloutRequest& request,
                  v1::SetRolloutResponse* response);
absl::Status Call(ServerCore& core, const Actor& actor, const v1::ListKeysRequest& request,
                  v1::ListKeysResponse* response);
absl::Status Call(ServerCore& core, const Actor& actor, const v1::RotateKeyRequest& request,
                  v1::RotateKeyResponse* response);
absl::Status Call(ServerCore& core, const Actor& actor, const v1::ActivateKeyRequest& request,
                  v1::ActivateKeyResponse* response);
absl::Status Call(ServerCore& core, const Actor& actor, const v1::RetireKeyRequest& request,
                  v1::RetireKeyResponse* response);
absl::Status Call(ServerCore& core, const Actor& actor, const v1::CreateAdminTokenRequest& request,
                  v1::CreateAdminTokenResponse* response);
absl::Status Call(ServerCore& core, const Actor& actor, const v1::ListAdminTokensRequest& request,
                  v1::ListAdminTokensResponse* response);
absl::Status Call(ServerCore& core, const Actor& actor, const v1::RevokeAdminTokenRequest& request,
                  v1::RevokeAdminTokenResponse* response);
absl::Status Call(ServerCore& core, const Actor& actor, const v1::SetDeviceLifecycleRequest& request,
                  v1::SetDeviceLifecycleResponse* response);
absl::Status Call(ServerCore& core, const Actor& actor, const v1::ImportInventoryRequest& request,
                  v1::ImportInventoryResponse* response);
absl::Status Call(ServerCore& core, const Actor& actor, const v1::ListInventoryRequest& request,
                  v1::ListInventoryResponse* response);
absl::Status Call(ServerCore& core, const Actor& actor, const v1::PutProfileSetRequest& request,
                  v1::PutProfileSetResponse* response);
absl::Status Call(ServerCore& core, const Actor& actor, const v1::GetProfileSetRequest& request,
                  v1::GetProfileSetResponse* response);
absl::Status Call(ServerCore& core, const Actor& actor, const v1::ListProfileSetsRequest& request,
                  v1::ListProfileSetsResponse* response);
absl::Status Call(ServerCore& core, const Actor& actor, const v1::DeleteProfileSetRequest& request,
                  v1::DeleteProfileSetResponse* response);

}  // namespace holdfast::server
