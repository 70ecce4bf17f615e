#include "server/rpc/admin_methods.h"

#include "base/error.h"
#include "server/rpc/admin_codec.h"

namespace holdfast::server {

absl::Status Call(ServerCore& core, const Actor& actor, const v1::ListDevicesRequest& request,
                  v1::ListDevicesResponse* response) {
  HOLDFAST_ASSIGN_OR_RETURN(const ListDevicesRequest plain, FromProto(request));
  HOLDFAST_ASSIGN_OR_RETURN(const ListDevicesResponse found, core.ListDevices(actor, plain));
  for (const Device& device : found.devices) *response->add_devices() = ToProto(device);
  response->set_next_page_token(found.next_page_token);
  response->set_total(found.total);
  return absl::OkStatus();
}

absl::Status Call(ServerCore& core, const Actor& actor, const v1::GetDeviceRequest& request,
                  v1::GetDeviceResponse* response) {
  HOLDFAST_ASSIGN_OR_RETURN(const Device device, core.GetDevice(actor, request.device()));
  *response->mutable_device() = ToProto(device);
  return absl::OkStatus();
}

absl::Status Call(ServerCore& core, const Actor& actor, const v1::ListHistoryRequest& request,
                  v1::ListHistoryResponse* response) {
  HOLDFAST_ASSIGN_OR_RETURN(const ListHistoryRequest plain, FromProto(request));
  HOLDFAST_ASSIGN_OR_RETURN(const ListHistoryResponse found, core.ListHistory(actor, plain));
  for (const HistoryRow& row : found.rows) *response->add_rows() = ToProto(row);
  response->set_next_page_token(found.next_page_token);
  return absl::OkStatus();
}

absl::Status Call(ServerCore& core, const Actor& actor, const v1::ListIncidentsRequest& request,
                  v1::ListIncidentsResponse* response) {
  HOLDFAST_ASSIGN_OR_RETURN(const ListIncidentsRequest plain, FromProto(request));
  HOLDFAST_ASSIGN_OR_RETURN(const ListIncidentsResponse found, core.ListIncidents(actor, plain));
  for (const Incident& incident : found.incidents) *response->add_incidents() = ToProto(incident);
  response->set_next_page_token(found.next_page_token);
  return absl::OkStatus();
}

absl::Status Call(ServerCore& core, const Actor& actor, const v1::GetComplianceReportRequest& request,
                  v1::GetComplianceReportResponse* response) {
  HOLDFAST_ASSIGN_OR_RETURN(const GetComplianceReportRequest plain, FromProto(request));
  HOLDFAST_ASSIGN_OR_RETURN(const GetComplianceReportResponse made, core.GetComplianceReport(actor, plain));
  Fill(made, response);
  return absl::OkStatus();
}
void Fill(const GetComplianceReportResponse& made, v1::GetComplianceReportResponse* response) {
  *response->mutable_report() = ToProto(made.report);
  response->set_signature(made.signature);
  response->set_key_id(made.key_id);
  response->mutable_never_enrolled()->Assign(made.never_enrolled.begin(), made.never_enrolled.end());
  response->set_inventory(made.inventory);
}

absl::Status Call(ServerCore& core, const Actor& actor, const v1::PutPolicyRequest& request,
                  v1::PutPolicyResponse* response) {
  HOLDFAST_ASSIGN_OR_RETURN(const PutPolicyResponse stored, core.PutPolicy(actor, FromProto(request)));
  *response->mutable_policy() = ToProto(stored.policy);
  for (const std::string& warning : stored.warnings) response->add_warnings(warning);
  return absl::OkStatus();
}

absl::Status Call(ServerCore& core, const Actor& actor, const v1::GetPolicyRequest& request,
                  v1::GetPolicyResponse* response) {
  HOLDFAST_ASSIGN_OR_RETURN(const GetPolicyResponse found, core.GetPolicy(actor, FromProto(request)));
  *response->mutable_policy() = ToProto(found.policy);
  response->set_document(found.document);
  return absl::OkStatus();
}

absl::Status Call(ServerCore& core, const Actor& actor, const v1::ListPoliciesRequest& request,
                  v1::ListPoliciesResponse* response) {
  HOLDFAST_ASSIGN_OR_RETURN(const std::vector<ListedPolicy> found,
                            core.ListPolicies(actor, ListPoliciesRequest{request.group()}));
  for (const ListedPolicy& policy : found) *response->add_policies() = ToProto(policy);
  return absl::OkStatus();
}

absl::Status Call(ServerCore& core, const Actor& actor, const v1::CreateEnrollmentTokenRequest& request,
                  v1::CreateEnrollmentTokenResponse* response) {
  HOLDFAST_ASSIGN_OR_RETURN(const CreateEnrollmentTokenRequest plain, FromProto(request));
  HOLDFAST_ASSIGN_OR_RETURN(const CreateEnrollmentTokenResponse made,
                            core.CreateEnrollmentToken(actor, plain));
  *response->mutable_token() = ToProto(made.token);
  response->set_secret(made.secret);
  response->set_enrollment_string(made.enrollment_string);
  return absl::OkStatus();
}

absl::Status Call(ServerCore& core, const Actor& actor, const v1::ListEnrollmentTokensRequest& /*request*/,
                  v1::ListEnrollmentTokensResponse* response) {
  HOLDFAST_ASSIGN_OR_RETURN(const std::vector<EnrollmentToken> found, core.ListEnrollmentTokens(actor));
  for (const EnrollmentToken& token : found) *response->add_tokens() = ToProto(token);
  return absl::OkStatus();
}

absl::Status Call(ServerCore& core, const Actor& actor, const v1::RevokeEnrollmentTokenRequest& request,
                  v1::RevokeEnrollmentTokenResponse* /*response*/) {
  return core.RevokeEnrollmentToken(actor, request.token_id());
}

absl::Status Call(ServerCore& core, const Actor& actor, const v1::RevokeDeviceRequest& request,
                  v1::RevokeDeviceResponse* /*response*/) {
  return core.RevokeDevice(actor, RevokeDeviceRequest{request.device(), request.reason()});
}

absl::Status Call(ServerCore& core, const Actor& actor, const v1::ListAuditRequest& request,
                  v1::ListAuditResponse* response) {
  HOLDFAST_ASSIGN_OR_RETURN(const ListAuditResponse found, core.ListAudit(actor, FromProto(request)));
  for (const AuditEntry& entry : found.entries) *response->add_entries() = ToProto(entry);
  response->set_next_page_token(found.next_page_token);
  return absl::OkStatus();
}

absl::Status Call(ServerCore& core, const Actor& actor, const v1::IssueOverrideCodeRequest& request,
                  v1::IssueOverrideCodeResponse* response) {
  HOLDFAST_ASSIGN_OR_RETURN(const IssueOverrideCodeRequest plain, FromProto(request));
  HOLDFAST_ASSIGN_OR_RETURN(const IssueOverrideCodeResponse made, core.IssueOverrideCode(actor, plain));
  *response = ToProto(made);
  return absl::OkStatus();
}

absl::Status Call(ServerCore& core, const Actor& actor, const v1::IssueOrderRequest& request,
                  v1::IssueOrderResponse* response) {
  HOLDFAST_ASSIGN_OR_RETURN(const IssueOrderRequest plain, FromProto(request));
  HOLDFAST_ASSIGN_OR_RETURN(const IssueOrderResponse made, core.IssueOrder(actor, plain));
  *response->mutable_order() = ToProto(made.order);
  response->set_text(made.text);
  return absl::OkStatus();
}

absl::Status Call(ServerCore& core, const Actor& actor, const v1::ListOrdersRequest& /*request*/,
                  v1::ListOrdersResponse* response) {
  HOLDFAST_ASSIGN_OR_RETURN(const std::vector<Order> orders, core.ListOrders(actor));
  for (const Order& order : orders) *response->add_orders() = ToProto(order);
  return absl::OkStatus();
}

absl::Status Call(ServerCore& core, const Actor& actor, const v1::GetRolloutRequest& request,
                  v1::GetRolloutResponse* response) {
  HOLDFAST_ASSIGN_OR_RETURN(const Rollout rollout, core.GetRollout(actor, request.group()));
  *response->mutable_rollout() = ToProto(rollout);
  return absl::OkStatus();
}

absl::Status Call(ServerCore& core, const Actor& actor, const v1::SetRolloutRequest& request,
                  v1::SetRolloutResponse* response) {
  HOLDFAST_ASSIGN_OR_RETURN(const SetRolloutRequest plain, FromProto(request));
  HOLDFAST_ASSIGN_OR_RETURN(const Rollout rollout, core.SetRollout(actor, plain));
  *response->mutable_rollout() = ToProto(rollout);
  return absl::OkStatus();
}

absl::Status Call(ServerCore& core, const Actor& actor, const v1::ListKeysRequest& /*request*/,
                  v1::ListKeysResponse* response) {
  HOLDFAST_ASSIGN_OR_RETURN(const std::vector<KeyInfo> keys, core.ListKeys(actor));
  for (const KeyInfo& key : keys) *response->add_keys() = ToProto(key);
  return absl::OkStatus();
}

absl::Status Call(ServerCore& core, const Actor& actor, const v1::RotateKeyRequest& request,
                  v1::RotateKeyResponse* response) {
  HOLDFAST_ASSIGN_OR_RETURN(const KeyKind kind, FromProto(request));
  HOLDFAST_ASSIGN_OR_RETURN(const KeyInfo made, core.RotateKey(actor, kind));
  *response->mutable_key() = ToProto(made);
  return absl::OkStatus();
}

absl::Status Call(ServerCore& core, const Actor& actor, const v1::ActivateKeyRequest& request,
                  v1::ActivateKeyResponse* response) {
  HOLDFAST_ASSIGN_OR_RETURN(const KeyInfo key, core.ActivateKey(actor, FromProto(request)));
  *response->mutable_key() = ToProto(key);
  return absl::OkStatus();
}

absl::Status Call(ServerCore& core, const Actor& actor, const v1::RetireKeyRequest& request,
                  v1::RetireKeyResponse* response) {
  HOLDFAST_ASSIGN_OR_RETURN(const KeyInfo key, core.RetireKey(actor, FromProto(request)));
  *response->mutable_key() = ToProto(key);
  return absl::OkStatus();
}

absl::Status Call(ServerCore& core, const Actor& actor, const v1::CreateAdminTokenRequest& request,
                  v1::CreateAdminTokenResponse* response) {
  HOLDFAST_ASSIGN_OR_RETURN(const CreateAdminTokenRequest plain, FromProto(request));
  HOLDFAST_ASSIGN_OR_RETURN(const CreateAdminTokenResponse made, core.CreateAdminToken(actor, plain));
  *response->mutable_token() = ToProto(made.token);
  response->set_secret(made.secret);
  return absl::OkStatus();
}

absl::Status Call(ServerCore& core, const Actor& actor, const v1::ListAdminTokensRequest& /*request*/,
                  v1::ListAdminTokensResponse* response) {
  HOLDFAST_ASSIGN_OR_RETURN(const std::vector<AdminToken> found, core.ListAdminTokens(actor));
  for (const AdminToken& token : found) *response->add_tokens() = ToProto(token);
  return absl::OkStatus();
}

absl::Status Call(ServerCore& core, const Actor& actor, const v1::RevokeAdminTokenRequest& request,
                  v1::RevokeAdminTokenResponse* /*response*/) {
  return core.RevokeAdminToken(actor, request.token_id());
}

absl::Status Call(ServerCore& core, const Actor& actor, const v1::SetDeviceLifecycleRequest& request,
                  v1::SetDeviceLifecycleResponse* response) {
  HOLDFAST_ASSIGN_OR_RETURN(const SetDeviceLifecycleRequest plain, FromProto(request));
  HOLDFAST_ASSIGN_OR_RETURN(const Device device, core.SetDeviceLifecycle(actor, plain));
  *response->mutable_device() = ToProto(device);
  return absl::OkStatus();
}

absl::Status Call(ServerCore& core, const Actor& actor, const v1::ImportInventoryRequest& request,
                  v1::ImportInventoryResponse* response) {
  HOLDFAST_ASSIGN_OR_RETURN(const ImportInventoryResponse changed,
                            core.ImportInventory(actor, FromProto(request)));
  *response = ToProto(changed);
  return absl::OkStatus();
}

absl::Status Call(ServerCore& core, const Actor& actor, const v1::ListInventoryRequest& request,
                  v1::ListInventoryResponse* response) {
  HOLDFAST_ASSIGN_OR_RETURN(const ListInventoryResponse found, core.ListInventory(actor, FromProto(request)));
  for (const InventoryEntry& entry : found.entries) *response->add_entries() = ToProto(entry);
  response->set_next_page_token(found.next_page_token);
  response->set_total(found.total);
  return absl::OkStatus();
}

absl::Status Call(ServerCore& core, const Actor& actor, const v1::PutProfileSetRequest& request,
                  v1::PutProfileSetResponse* response) {
  HOLDFAST_ASSIGN_OR_RETURN(const PutProfileSetResponse put, core.PutProfileSet(actor, FromProto(request)));
  *response = ToProto(put);
  return absl::OkStatus();
}

absl::Status Call(ServerCore& core, const Actor& actor, const v1::GetProfileSetRequest& request,
                  v1::GetProfileSetResponse* response) {
  HOLDFAST_ASSIGN_OR_RETURN(const GetProfileSetResponse found, core.GetProfileSet(actor, request.group()));
  *response = ToProto(found);
  return absl::OkStatus();
}

absl::Status Call(ServerCore& core, const Actor& actor, const v1::ListProfileSetsRequest& /*request*/,
                  v1::ListProfileSetsResponse* response) {
  HOLDFAST_ASSIGN_OR_RETURN(const std::vector<ProfileSetInfo> sets, core.ListProfileSets(actor));
  for (const ProfileSetInfo& set : sets) *response->add_sets() = ToProto(set);
  return absl::OkStatus();
}

absl::Status Call(ServerCore& core, const Actor& actor, const v1::DeleteProfileSetRequest& request,
                  v1::DeleteProfileSetResponse* /*response*/) {
  return core.DeleteProfileSet(actor, request.group());
}

}  // namespace holdfast::server
