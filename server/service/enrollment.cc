#include "server/service/enrollment.h"

#include <algorithm>
#include <utility>

#include "absl/strings/str_cat.h"
#include "base/crypto/keys.h"
#include "base/error.h"
#include "server/audit/audit.h"
#include "server/authz/tokens.h"
#include "server/service/device_state.h"
#include "server/service/lifecycle.h"
#include "server/service/refusal.h"
#include "server/service/sync.h"

namespace holdfast::server {
namespace {

constexpr size_t kLongestCsr = 16 << 10;
constexpr size_t kLongestText = 256;

bool Contains(const std::vector<std::string>& list, const std::string& item) {
  return std::find(list.begin(), list.end(), item) != list.end();
}

absl::Status CheckForm(const wire::EnrollRequest& request) {
  const wire::HardwareIdentity& h = request.hardware;
  for (const std::string* text : {&h.serial_number, &h.platform_uuid, &h.model, &h.os_version, &h.os_build,
                                  &h.hostname, &request.agent_version}) {
    if (text->size() > kLongestText) {
      return Refuse(
          absl::StatusCode::kInvalidArgument, ErrorReason::kBadRequest,
          absl::StrCat("enrolling: a field of the hardware is longer than ", kLongestText, " bytes"));
    }
  }
  if (request.csr_pem.size() <= kLongestCsr) return absl::OkStatus();
  return Refuse(absl::StatusCode::kInvalidArgument, ErrorReason::kBadRequest,
                "enrolling: the certificate request is too large");
}

}  // namespace

absl::Status Enrollment::BadToken(Attempt& attempt, ErrorReason reason, const std::string& why) {
  attempt.why = why;
  return Refuse(absl::StatusCode::kPermissionDenied, reason,
                absl::StrCat("enrolling: ", why, "; ask an admin for a new token"));
}

absl::StatusOr<fleet::EnrollmentToken> Enrollment::CheckToken(Attempt& attempt) {
  const wire::EnrollRequest& request = attempt.request;
  const auto presented = ReadToken(kEnrollmentPrefix, request.token);
  if (!presented)
    return BadToken(attempt, ErrorReason::kTokenUnknown, "the token is not an enrollment token");
  HOLDFAST_ASSIGN_OR_RETURN(auto token, context_.store.FindEnrollmentToken(presented->id));
  if (token) {
    attempt.token_id = token->id;
    attempt.group = token->group;
  }
  if (!token || !SameSecret(token->secret_hash, presented->secret_hash)) {
    absl::Status unknown = BadToken(attempt, ErrorReason::kTokenUnknown, "there is no such token");
    if (token) attempt.why = "its secret is wrong";  // only admins hear that the id exists
    return unknown;
  }
  if (token->revoked) return BadToken(attempt, ErrorReason::kTokenRevoked, "the token was revoked");
  if (token->expires <= context_.Now()) {
    return BadToken(attempt, ErrorReason::kTokenExpired,
                    absl::StrCat("the token expired on ", FormatUtc(token->expires)));
  }
  if (!token->allowed_serials.empty() && !Contains(token->allowed_serials, request.hardware.serial_number)) {
    return BadToken(attempt, ErrorReason::kTokenUnknown,
                    "the token is for other serial numbers than this one");
  }
  return *std::move(token);
}

absl::StatusOr<fleet::CertificateRecord> Enrollment::Issue(const std::string& csr_pem, const Uuid& device,
                                                           std::string* chain_pem) {
  const ServerTime now = context_.Now();
  absl::StatusOr<IssuedCertificate> issued =
      context_.issuer.Issue(csr_pem, device, now, context_.options.certificate_lifetime);
  if (absl::IsInvalidArgument(issued.status())) {
    return WithReason(issued.status(), ErrorReason::kBadRequest);
  }
  HOLDFAST_RETURN_IF_ERROR(issued.status());
  HOLDFAST_ASSIGN_OR_RETURN(const crypto::CertificateInfo info, crypto::ReadCertificate(issued->chain_pem));
  *chain_pem = std::move(issued->chain_pem);
  return fleet::CertificateRecord{.serial = issued->serial_hex,
                                  .device = 0,
                                  .state = fleet::CertificateState::kCandidate,
                                  .spki_der = info.spki_der,
                                  .issued = now,
                                  .expires = {info.not_after.ns},
                                  .authority = std::move(issued->authority)};
}

absl::StatusOr<Enrollment::Candidate> Enrollment::MakeCandidate(const wire::EnrollRequest& request) {
  Candidate candidate;
  const wire::HardwareIdentity& hardware = request.hardware;
  if (!hardware.serial_number.empty() && !hardware.platform_uuid.empty()) {
    HOLDFAST_ASSIGN_OR_RETURN(auto known,
                              context_.store.FindByHardware(hardware.serial_number, hardware.platform_uuid));
    if (!known.empty()) candidate.device = std::move(known.back());
  }
  candidate.id = candidate.device ? candidate.device->id : Uuid::Random(context_.random);
  HOLDFAST_ASSIGN_OR_RETURN(candidate.certificate,
                            Issue(request.csr_pem, candidate.id, &candidate.chain_pem));
  if (!candidate.device) return candidate;
  candidate.certificate.device = candidate.device->key;
  HOLDFAST_ASSIGN_OR_RETURN(auto certificates, context_.store.CertificatesOf(candidate.device->key));
  for (fleet::CertificateRecord& c : certificates) {
    if (c.state == fleet::CertificateState::kRevoked) continue;
    candidate.same_key |= c.spki_der == candidate.certificate.spki_der;
    candidate.certificates.push_back(std::move(c));
  }
  return candidate;
}

absl::Status Enrollment::CheckProof(const wire::EnrollRequest& request, const fleet::EnrollmentToken& token,
                                    const Candidate& candidate) {
  if (!candidate.device || candidate.same_key) return absl::OkStatus();
  // An admin of some groups has no say about another group's device.
  const bool has_say = !token.group_bound || token.group == candidate.device->group;
  if (has_say && Contains(token.allowed_serials, request.hardware.serial_number)) return absl::OkStatus();
  if (candidate.device->revoked) {
    if (has_say && token.created > *candidate.device->revoked) return absl::OkStatus();
    return Refuse(absl::StatusCode::kPermissionDenied, ErrorReason::kRevoked,
                  "enrolling: this device was revoked; it can come back with a token made after that");
  }
  for (const fleet::CertificateRecord& c : candidate.certificates) {
    if (crypto::VerifyEcdsa(c.spki_der, request.csr_pem, request.previous_key_signature).ok()) {
      return absl::OkStatus();
    }
  }
  return Refuse(
      absl::StatusCode::kPermissionDenied, ErrorReason::kIdentityConflict,
      "enrolling: a device with this serial number and platform UUID is enrolled; sign with its key, "
      "or ask an admin to revoke it or for a token bound to this serial number");
}

absl::Status Enrollment::Conflict(const Candidate& candidate, const Peer& peer) {
  HOLDFAST_ASSIGN_OR_RETURN(LiveDevice * device, directory_.Find(candidate.id));
  if (device == nullptr) return absl::OkStatus();
  device->copy_seen = context_.Now();
  return RaiseIncident(context_, *device,
                       {.name = "clone_conflict",
                        .severity = "error",
                        .key = "enroll",
                        .summary = "Somebody tried to enroll as this device without its key",
                        .evidence = absl::StrCat("source=", peer.address)});
}

absl::StatusOr<wire::EnrollResponse> Enrollment::Enroll(const Peer& peer,
                                                        const wire::EnrollRequest& request) {
  HOLDFAST_RETURN_IF_ERROR(CheckForm(request));
  Attempt attempt{.peer = peer, .request = request, .token_id = "", .group = "", .why = "", .rival = {}};
  absl::StatusOr<wire::EnrollResponse> answer = Try(attempt);
  if (IsRefusal(answer.status())) HOLDFAST_RETURN_IF_ERROR(NoteRefusal(attempt, answer.status()));
  return answer;
}

absl::StatusOr<wire::EnrollResponse> Enrollment::Try(Attempt& attempt) {
  const wire::EnrollRequest& request = attempt.request;
  HOLDFAST_ASSIGN_OR_RETURN(const fleet::EnrollmentToken token, CheckToken(attempt));
  HOLDFAST_ASSIGN_OR_RETURN(Candidate candidate, MakeCandidate(request));
  if (!candidate.same_key && token.used >= token.quota) {
    return BadToken(attempt, ErrorReason::kTokenExhausted,
                    absl::StrCat("the token was good for ", token.quota, " devices, and all are enrolled"));
  }
  if (absl::Status proof = CheckProof(request, token, candidate); !proof.ok()) {
    attempt.rival = candidate.id;
    HOLDFAST_RETURN_IF_ERROR(Conflict(candidate, attempt.peer));
    return proof;
  }
  HOLDFAST_RETURN_IF_ERROR(Store(attempt.peer, request, token, candidate));
  return Answer(candidate, token.group);
}

absl::Status Enrollment::NoteRefusal(const Attempt& attempt, const absl::Status& refusal) {
  const std::string& serial = attempt.request.hardware.serial_number;
  return refused_.Note({.source = attempt.peer.address,
                        .token_id = attempt.token_id,
                        .group = attempt.group,
                        .reason = std::string(ErrorReasonName(ReasonOf(refusal))),
                        .why = attempt.why,
                        .target = attempt.rival ? absl::StrCat("device:", attempt.rival->ToString())
                                                : absl::StrCat("serial:", serial),
                        .serial = serial});
}

absl::Status Enrollment::StoreDevice(const wire::EnrollRequest& request, const std::string& group,
                                     Candidate& candidate) {
  const wire::HardwareIdentity& h = request.hardware;
  fleet::DeviceRecord record = candidate.device.value_or(fleet::DeviceRecord{});
  record.hardware = {h.serial_number, h.platform_uuid, h.model, h.os_version, h.os_build, h.hostname};
  record.agent_version = request.agent_version;
  record.group = group;
  record.revoked.reset();
  if (candidate.device) {
    for (const fleet::CertificateRecord& old : candidate.certificates) {
      HOLDFAST_RETURN_IF_ERROR(
          context_.store.SetCertificateState(old.serial, fleet::CertificateState::kRevoked));
    }
    if (record.lifecycle.state != fleet::Lifecycle::kInUse) {
      if (!fleet::InService(record.lifecycle.state)) record.posture = TimeClass::kUnknown;
      HOLDFAST_RETURN_IF_ERROR(context_.store.AddLifecycle(
          record.key, {fleet::Lifecycle::kInUse, context_.Now(), "it enrolled again"}));
    }
    return context_.store.UpdateDevice(record);
  }
  record.id = candidate.id;
  record.enrolled = context_.Now();
  record.last_seen = record.enrolled;
  HOLDFAST_ASSIGN_OR_RETURN(candidate.certificate.device, context_.store.AddDevice(record));
  return absl::OkStatus();
}

absl::Status Enrollment::Store(const Peer& peer, const wire::EnrollRequest& request,
                               fleet::EnrollmentToken token, Candidate& candidate) {
  HOLDFAST_RETURN_IF_ERROR(StoreDevice(request, token.group, candidate));
  HOLDFAST_RETURN_IF_ERROR(context_.store.AddCertificate(candidate.certificate));
  if (!candidate.same_key) {
    ++token.used;
    HOLDFAST_RETURN_IF_ERROR(context_.store.PutEnrollmentToken(token));
  }
  directory_.Invalidate(candidate.id);
  return RecordAudit(
      context_.store, context_.Now(), {absl::StrCat("token:", token.id), peer.address},
      {.action = "Enroll",
       .target = absl::StrCat("device:", candidate.id.ToString()),
       .before = candidate.device
                     ? absl::StrCat("enrolled; lifecycle=", LifecycleName(candidate.device->lifecycle.state))
                     : "",
       .after = absl::StrCat("serial=", request.hardware.serial_number, "; group=", token.group,
                             "; certificate=", candidate.certificate.serial),
       .group = token.group});
}

absl::StatusOr<wire::EnrollResponse> Enrollment::Answer(const Candidate& candidate,
                                                        const std::string& group) {
  wire::EnrollResponse answer;
  answer.device_id = candidate.id;
  answer.certificate_chain_pem = candidate.chain_pem;
  answer.ca_certificates_pem = context_.issuer.CaCertificatesPem();
  answer.policy_keys = context_.issuer.PolicyPublicKeys();
  std::optional<fleet::HandedPolicy> handed;
  if (candidate.device) {
    HOLDFAST_ASSIGN_OR_RETURN(handed, context_.store.FindHanded(candidate.device->key));
  }
  HOLDFAST_ASSIGN_OR_RETURN(const PolicyInForce* policy, policies_.ForEnrolled(group, handed));
  if (policy != nullptr) answer.policy = policy->bundle;
  HOLDFAST_ASSIGN_OR_RETURN(const absl::Duration interval, policies_.Interval(group));
  answer.heartbeat = stretch_.For(interval);
  answer.features = ServerFeatures();
  answer.server_time = context_.Now();
  return answer;
}

absl::StatusOr<wire::RenewResponse> Enrollment::Renew(const Peer& peer, const wire::RenewRequest& request) {
  HOLDFAST_ASSIGN_OR_RETURN(LiveDevice * device, Admit(context_, directory_, peer, request.device_id));
  if (request.csr_pem.size() > kLongestCsr) {
    return Refuse(absl::StatusCode::kInvalidArgument, ErrorReason::kBadRequest,
                  "renewing: the certificate request is too large");
  }
  wire::RenewResponse answer;
  HOLDFAST_ASSIGN_OR_RETURN(fleet::CertificateRecord certificate,
                            Issue(request.csr_pem, device->record.id, &answer.certificate_chain_pem));
  certificate.device = device->record.key;
  HOLDFAST_ASSIGN_OR_RETURN(const auto all, context_.store.CertificatesOf(device->record.key));
  for (const fleet::CertificateRecord& other : all) {
    // A candidate that never connected: its answer was lost.
    if (other.state != fleet::CertificateState::kCandidate) continue;
    HOLDFAST_RETURN_IF_ERROR(
        context_.store.SetCertificateState(other.serial, fleet::CertificateState::kRevoked));
  }
  HOLDFAST_RETURN_IF_ERROR(context_.store.AddCertificate(certificate));
  HOLDFAST_RETURN_IF_ERROR(RecordAudit(context_.store, context_.Now(),
                                       {absl::StrCat("device:", device->record.id.ToString()), peer.address},
                                       {.action = "RenewCertificate",
                                        .target = absl::StrCat("device:", device->record.id.ToString()),
                                        .before = absl::StrCat("certificate=", peer.certificate_serial),
                                        .after = absl::StrCat("certificate=", certificate.serial),
                                        .group = device->record.group}));
  answer.ca_certificates_pem = context_.issuer.CaCertificatesPem();
  return answer;
}

}  // namespace holdfast::server
