#include "server/service/admission.h"

#include "absl/strings/str_cat.h"
#include "base/error.h"
#include "server/service/refusal.h"

namespace holdfast::server {
namespace {

absl::Status Reenroll(absl::string_view why) {
  return Refuse(absl::StatusCode::kUnauthenticated, ErrorReason::kReenrollRequired,
                absl::StrCat("checking the device: ", why, "; enroll again"));
}

// The renewed certificate has connected: the others are over.
absl::Status Confirm(Context& context, const fleet::CertificateRecord& confirmed) {
  HOLDFAST_ASSIGN_OR_RETURN(const auto all, context.store.CertificatesOf(confirmed.device));
  for (const fleet::CertificateRecord& other : all) {
    if (other.serial == confirmed.serial || other.state != fleet::CertificateState::kValid) continue;
    HOLDFAST_RETURN_IF_ERROR(
        context.store.SetCertificateState(other.serial, fleet::CertificateState::kRevoked));
  }
  return context.store.SetCertificateState(confirmed.serial, fleet::CertificateState::kValid);
}

absl::Status CheckCertificate(Context& context, LiveDevice& device, const std::string& serial) {
  HOLDFAST_ASSIGN_OR_RETURN(const auto certificate, context.store.FindCertificate(serial));
  if (!certificate || certificate->device != device.record.key)
    return Reenroll("its certificate is not known");
  if (certificate->state == fleet::CertificateState::kRevoked)
    return Reenroll("its certificate was replaced");
  if (certificate->state == fleet::CertificateState::kCandidate) {
    HOLDFAST_RETURN_IF_ERROR(Confirm(context, *certificate));
  }
  device.certificate = serial;
  device.authority = certificate->authority;
  return absl::OkStatus();
}

}  // namespace

absl::StatusOr<LiveDevice*> Admit(Context& context, Directory& directory, const Peer& peer, const Uuid& id) {
  if (!peer.device || *peer.device != id) {
    return Refuse(absl::StatusCode::kPermissionDenied, ErrorReason::kBadRequest,
                  absl::StrCat("checking the device: the message is of ", id.ToString(),
                               " and the certificate is not"));
  }
  HOLDFAST_ASSIGN_OR_RETURN(LiveDevice * device, directory.Find(id));
  if (device == nullptr) return Reenroll("this server does not know it");
  if (device->record.revoked) {
    return Refuse(absl::StatusCode::kPermissionDenied, ErrorReason::kRevoked,
                  "checking the device: an admin revoked it; ask for a new enrollment token");
  }
  if (!peer.certificate_serial.empty() && peer.certificate_serial != device->certificate) {
    HOLDFAST_RETURN_IF_ERROR(CheckCertificate(context, *device, peer.certificate_serial));
  }
  return device;
}

}  // namespace holdfast::server
