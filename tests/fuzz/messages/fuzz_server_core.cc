// Any message in ServerCore itself, with a store: as the enrolled device that it comes from, as a new device
// with a good token, and as an admin. A request may be refused; the server goes on, and the device keeps its
// rows.
#include <memory>

#include "proto/wire/agent_codec.h"
#include "server/rpc/admin_methods.h"
#include "tests/fuzz/messages/message.h"
#include "tests/server/service/test_device.h"

namespace holdfast::fuzz {
namespace {

using server::kAdmin;
using server::TestDevice;
using server::World;

// A new one now and then: what is stored grows. So a finding may need the inputs before it; run the whole
// corpus to see it again.
constexpr int kRunsOfOneWorld = 2000;

struct Place {
  Place() {
    device.EnrollNow();
    device.WriteVerdict(TimeClass::kProtected);
    Require(device.SyncNow().ok());
    token = world.MakeToken({.quota = 1'000'000});
  }
  World world;
  TestDevice device{world, "fuzz"};
  std::string token;
  int runs = 0;
};

Place& ThePlace() {
  static std::unique_ptr<Place> place;
  if (place == nullptr || ++place->runs > kRunsOfOneWorld) {
    place = nullptr;
    place = std::make_unique<Place>();
  }
  return *place;
}

// Rows that continue the device's chain, whatever is in them: only then does ingest look at it.
void Continue(wire::RowFrame& frame, Place& place, Epoch epoch) {
  frame.previous_hash = place.device.rows.back().hash;
  Sha256Digest previous = frame.previous_hash;
  uint64_t seq = place.device.rows.size();
  for (journal::Row& row : frame.rows) {
    row.epoch = epoch;
    row.seq = ++seq;
    row.hash = journal::HashOf(row, previous);
    previous = row.hash;
  }
}

void Sync(absl::string_view bytes) {
  v1::SyncRequest proto;
  if (bytes.empty() || !Parse(bytes.substr(1), proto)) return;
  auto request = wire::FromProto(proto);
  if (!request.ok()) return;
  Place& place = ThePlace();
  request->device_id = place.device.id;
  const bool chained = (bytes[0] & 1) != 0;
  if (chained && request->frame) {
    request->head.epoch = place.device.epoch;
    Continue(*request->frame, place, place.device.epoch);
  }
  const auto response = place.world.core->Sync(place.device.AsPeer(), *request);
  if (response.ok() && response->epoch == place.device.epoch) {
    Require(response->acked_through >= place.device.acked);
    if (chained && request->frame && response->acked_through > place.device.rows.size()) {
      place.device.rows.insert(place.device.rows.end(), request->frame->rows.begin(),
                               request->frame->rows.end());
    }
  }
  Require(place.world.core->GetDevice(kAdmin, place.device.id.ToString()).ok());
  if ((bytes[0] & 2) != 0) place.world.core->Tick().IgnoreError();
}

void Enroll(absl::string_view bytes) {
  v1::EnrollRequest proto;
  if (!Parse(bytes, proto)) return;
  auto request = wire::FromProto(proto);
  if (!request.ok()) return;
  Place& place = ThePlace();
  request->token = place.token;
  place.world.core->Enroll({std::nullopt, "", "198.51.100.9:1"}, *request).IgnoreError();
}

void Renew(absl::string_view bytes) {
  v1::RenewCertificateRequest proto;
  if (!Parse(bytes, proto)) return;
  auto request = wire::FromProto(proto);
  if (!request.ok()) return;
  Place& place = ThePlace();
  request->device_id = place.device.id;
  place.world.core->Renew(place.device.AsPeer(), *request).IgnoreError();
}

template <class Request, class Response>
void Admin(absl::string_view bytes) {
  Request request;
  Response response;
  if (Parse(bytes, request)) server::Call(*ThePlace().world.core, kAdmin, request, &response).IgnoreError();
}

}  // namespace
}  // namespace holdfast::fuzz

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  using namespace holdfast;        // NOLINT: a program of its own
  using namespace holdfast::fuzz;  // NOLINT
  // The numbers are those of make_corpus.cc: new ones at the end.
  Choose(data, size,
         {&Sync,
          &Enroll,
          &Renew,
          &Admin<v1::ListDevicesRequest, v1::ListDevicesResponse>,
          &Admin<v1::GetDeviceRequest, v1::GetDeviceResponse>,
          &Admin<v1::ListHistoryRequest, v1::ListHistoryResponse>,
          &Admin<v1::ListIncidentsRequest, v1::ListIncidentsResponse>,
          &Admin<v1::GetComplianceReportRequest, v1::GetComplianceReportResponse>,
          &Admin<v1::PutPolicyRequest, v1::PutPolicyResponse>,
          &Admin<v1::GetPolicyRequest, v1::GetPolicyResponse>,
          &Admin<v1::ListPoliciesRequest, v1::ListPoliciesResponse>,
          &Admin<v1::CreateEnrollmentTokenRequest, v1::CreateEnrollmentTokenResponse>,
          &Admin<v1::ListEnrollmentTokensRequest, v1::ListEnrollmentTokensResponse>,
          &Admin<v1::RevokeEnrollmentTokenRequest, v1::RevokeEnrollmentTokenResponse>,
          &Admin<v1::ListAuditRequest, v1::ListAuditResponse>,
          &Admin<v1::IssueOverrideCodeRequest, v1::IssueOverrideCodeResponse>,
          &Admin<v1::IssueOrderRequest, v1::IssueOrderResponse>,
          &Admin<v1::ListOrdersRequest, v1::ListOrdersResponse>,
          &Admin<v1::GetRolloutRequest, v1::GetRolloutResponse>,
          &Admin<v1::SetRolloutRequest, v1::SetRolloutResponse>,
          &Admin<v1::RevokeDeviceRequest, v1::RevokeDeviceResponse>,
          &Admin<v1::ListKeysRequest, v1::ListKeysResponse>,
          &Admin<v1::RotateKeyRequest, v1::RotateKeyResponse>,
          &Admin<v1::ActivateKeyRequest, v1::ActivateKeyResponse>,
          &Admin<v1::RetireKeyRequest, v1::RetireKeyResponse>,
          &Admin<v1::CreateAdminTokenRequest, v1::CreateAdminTokenResponse>,
          &Admin<v1::ListAdminTokensRequest, v1::ListAdminTokensResponse>,
          &Admin<v1::RevokeAdminTokenRequest, v1::RevokeAdminTokenResponse>,
          &Admin<v1::SetDeviceLifecycleRequest, v1::SetDeviceLifecycleResponse>,
          &Admin<v1::ImportInventoryRequest, v1::ImportInventoryResponse>,
          &Admin<v1::ListInventoryRequest, v1::ListInventoryResponse>,
          &Admin<v1::PutProfileSetRequest, v1::PutProfileSetResponse>,
          &Admin<v1::GetProfileSetRequest, v1::GetProfileSetResponse>,
          &Admin<v1::ListProfileSetsRequest, v1::ListProfileSetsResponse>,
          &Admin<v1::DeleteProfileSetRequest, v1::DeleteProfileSetResponse>});
  return 0;
}
