// AdminService messages: plain values -> protobuf for answers, protobuf -> plain values for requests.
// Requests that cannot be meant are INVALID_ARGUMENT naming the field.
#pragma once

#include "absl/status/statusor.h"
#include "holdfast/v1/admin_service.pb.h"
#include "server/service/admin_messages.h"

namespace holdfast::server {

absl::StatusOr<ListDevicesRequest> FromProto(const v1::ListDevicesRequest& m);
absl::StatusOr<ListHistoryRequest> FromProto(const v1::ListHistoryRequest& m);
absl::StatusOr<ListIncidentsRequest> FromProto(const v1::ListIncidentsRequest& m);
absl::StatusOr<GetComplianceReportRequest> FromProto(const v1::GetComplianceReportRequest& m);
absl::StatusOr<CreateEnrollmentTokenRequest> FromProto(const v1::CreateEnrollmentTokenRequest& m);
PutPolicyRequest FromProto(const v1::PutPolicyRequest& m);
GetPolicyRequest FromProto(const v1::GetPolicyRequest& m);
ListAuditRequest FromProto(const v1::ListAuditRequest& m);

absl::StatusOr<IssueOverrideCodeRequest> FromProto(const v1::IssueOverrideCodeRequest& m);
absl::StatusOr<IssueOrderRequest> FromProto(const v1::IssueOrderRequest& m);
absl::StatusOr<SetRolloutRequest> FromProto(const v1::SetRolloutRequest& m);
v1::Rollout ToProto(const Rollout& m);
v1::IssueOverrideCodeResponse ToProto(const IssueOverrideCodeResponse& m);
v1::OrderInfo ToProto(const Order& m);
absl::StatusOr<KeyKind> FromProto(const v1::RotateKeyRequest& m);
KeyStepRequest FromProto(const v1::ActivateKeyRequest& m);
KeyStepRequest FromProto(const v1::RetireKeyRequest& m);
v1::KeyInfo ToProto(const KeyInfo& m);
absl::StatusOr<CreateAdminTokenRequest> FromProto(const v1::CreateAdminTokenRequest& m);
v1::AdminToken ToProto(const AdminToken& m);
absl::StatusOr<SetDeviceLifecycleRequest> FromProto(const v1::SetDeviceLifecycleRequest& m);
ImportInventoryRequest FromProto(const v1::ImportInventoryRequest& m);
v1::ImportInventoryResponse ToProto(const ImportInventoryResponse& m);
ListInventoryRequest FromProto(const v1::ListInventoryRequest& m);
v1::InventoryEntry ToProto(const InventoryEntry& m);
absl::StatusOr<Lifecycle> FromProto(v1::Lifecycle state);
PutProfileSetRequest FromProto(const v1::PutProfileSetRequest& m);
v1::PutProfileSetResponse ToProto(const PutProfileSetResponse& m);
v1::GetProfileSetResponse ToProto(const GetProfileSetResponse& m);
v1::ProfileSet ToProto(const ProfileSetInfo& m);

v1::Device ToProto(const Device& m);
v1::HistoryRow ToProto(const HistoryRow& m);
v1::Incident ToProto(const Incident& m);
v1::ComplianceReport ToProto(const ComplianceReport& m);
v1::PolicyInfo ToProto(const PolicyInfo& m);
v1::PolicyInfo ToProto(const ListedPolicy& m);
v1::EnrollmentToken ToProto(const EnrollmentToken& m);
v1::AuditEntry ToProto(const AuditEntry& m);

// What a report's signature is checked over, from a report that was saved.
absl::StatusOr<ComplianceReport> FromProto(const v1::ComplianceReport& m);

}  // namespace holdfast::server
