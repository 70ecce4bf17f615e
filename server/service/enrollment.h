// From a token and a certificate request to an identity, and from an old certificate to a new one.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "base/error.h"
#include "server/service/admission.h"
#include "server/service/heartbeat_stretch.h"
#include "server/service/policies.h"
#include "server/service/refused_enrollments.h"

namespace holdfast::server {

class Enrollment {
 public:
  Enrollment(Context& context, Directory& directory, Policies& policies, RefusedEnrollments& refused,
             const HeartbeatStretch& stretch)
      : context_(context), directory_(directory), policies_(policies), refused_(refused), stretch_(stretch) {}

  // Both inside a transaction; refusals leave something to commit (incidents, audit).
  absl::StatusOr<wire::EnrollResponse> Enroll(const Peer& peer, const wire::EnrollRequest& request);
  absl::StatusOr<wire::RenewResponse> Renew(const Peer& peer, const wire::RenewRequest& request);

 private:
  // The certificate that was asked for, and what it says of the device that has this hardware already.
  struct Candidate {
    std::optional<fleet::DeviceRecord> device;
    std::vector<fleet::CertificateRecord> certificates;  // of that device, not revoked
    Uuid id;
    fleet::CertificateRecord certificate;
    std::string chain_pem;
    bool same_key = false;  // as one of `certificates`: the answer to an earlier Enroll was lost
  };

  // One Enroll, and what is known of it when it is refused.
  struct Attempt {
    const Peer& peer;
    const wire::EnrollRequest& request;
    std::string token_id;       // of a token of this server
    std::string group;          // of that token
    std::string why;            // for the audit log
    std::optional<Uuid> rival;  // the enrolled device that it collides with
  };

  absl::StatusOr<wire::EnrollResponse> Try(Attempt& attempt);
  absl::Status NoteRefusal(const Attempt& attempt, const absl::Status& refusal);
  static absl::Status BadToken(Attempt& attempt, ErrorReason reason, const std::string& why);
  absl::StatusOr<fleet::EnrollmentToken> CheckToken(Attempt& attempt);
  absl::StatusOr<Candidate> MakeCandidate(const wire::EnrollRequest& request);
  absl::StatusOr<fleet::CertificateRecord> Issue(const std::string& csr_pem, const Uuid& device,
                                                 std::string* chain_pem);
  // The same hardware again needs a proof: the same key, the old key's signature, a token bound to its serial
  // number, or, once revoked, a token made after that.
  absl::Status CheckProof(const wire::EnrollRequest& request, const fleet::EnrollmentToken& token,
                          const Candidate& candidate);
  absl::Status Conflict(const Candidate& candidate, const Peer& peer);
  absl::Status Store(const Peer& peer, const wire::EnrollRequest& request, fleet::EnrollmentToken token,
                     Candidate& candidate);
  absl::Status StoreDevice(const wire::EnrollRequest& request, const std::string& group,
                           Candidate& candidate);
  absl::StatusOr<wire::EnrollResponse> Answer(const Candidate& candidate, const std::string& group);

  Context& context_;
  Directory& directory_;
  Policies& policies_;
  RefusedEnrollments& refused_;
  const HeartbeatStretch& stretch_;
};

}  // namespace holdfast::server
