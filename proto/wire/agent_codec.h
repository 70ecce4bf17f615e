// AgentService messages: plain values <-> protobuf. FromProto checks sizes, ranges and limits and gives
// INVALID_ARGUMENT with ErrorReason::kBadRequest naming the field, or, for a frame that fewer rows would
// help, RESOURCE_EXHAUSTED with kTooLarge; it never trusts the other side.
#pragma once

#include "absl/status/statusor.h"
#include "holdfast/v1/agent_service.pb.h"
#include "proto/wire/agent_messages.h"

namespace holdfast::wire {

// A frame's declared size may not exceed this; both sides enforce it before they parse.
inline constexpr uint32_t kMaxFrameBytes = 4u << 20;
inline constexpr int kMaxFrameRows = 20'000;
inline constexpr size_t kMaxSectionBytes = 1u << 20;

v1::EnrollRequest ToProto(const EnrollRequest& m);
absl::StatusOr<EnrollRequest> FromProto(const v1::EnrollRequest& m);
v1::EnrollResponse ToProto(const EnrollResponse& m);
absl::StatusOr<EnrollResponse> FromProto(const v1::EnrollResponse& m);
v1::SyncRequest ToProto(const SyncRequest& m);
absl::StatusOr<SyncRequest> FromProto(const v1::SyncRequest& m);
v1::SyncResponse ToProto(const SyncResponse& m);
absl::StatusOr<SyncResponse> FromProto(const v1::SyncResponse& m);
v1::RenewCertificateRequest ToProto(const RenewRequest& m);
absl::StatusOr<RenewRequest> FromProto(const v1::RenewCertificateRequest& m);
v1::RenewCertificateResponse ToProto(const RenewResponse& m);
absl::StatusOr<RenewResponse> FromProto(const v1::RenewCertificateResponse& m);
absl::StatusOr<Uuid> FromProto(const v1::WatchRequest& m);
v1::WatchResponse ToProto(const WatchNudge& m);
WatchNudge FromProto(const v1::WatchResponse& m);

}  // namespace holdfast::wire
