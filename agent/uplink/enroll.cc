// Identity: getting one, keeping it fresh, following the server's keys as they are replaced.
#include <algorithm>
#include <utility>

#include "absl/strings/str_cat.h"
#include "agent/uplink/uplink.h"
#include "base/crypto/keys.h"

namespace holdfast::uplink {
namespace {

constexpr absl::Duration kDeadline = absl::Seconds(30);

// Of the certificate request; the server ignores it, but it may not be empty. A machine need not have a
// serial number.
std::string CommonName(const wire::HardwareIdentity& hardware) {
  return hardware.serial_number.empty() ? "holdfast device" : hardware.serial_number;
}

}  // namespace

void Uplink::Enroll() {
  if (options_.token.empty()) {
    busy_ = false;
    SetState(State::kNotEnrolled);
    return;
  }
  SetState(State::kEnrolling);
  absl::StatusOr<wire::EnrollRequest> request = MakeEnrollRequest();
  if (!request.ok()) {
    BackOff(State::kBackingOff, request.status());
    return;
  }
  deps_.transport.Enroll(
      *request, kDeadline,
      lifetime_.Guard([this, exchange = ++exchange_](absl::StatusOr<wire::EnrollResponse> answer) {
        if (exchange != exchange_) return;
        ++exchange_;
        OnEnrolled(std::move(answer));
      }));
}

// The key is durable before its request leaves: when the answer is lost, the same key asks again and proves
// by its signature that it is the device which the server may already have made.
absl::StatusOr<wire::EnrollRequest> Uplink::MakeEnrollRequest() {
  if (!identity_ || identity_->private_key_pem.empty()) {
    HOLDFAST_ASSIGN_OR_RETURN(DeviceIdentity fresh, NewIdentity(options_.hardware));
    HOLDFAST_RETURN_IF_ERROR(
        Annotate(SaveIdentity(deps_.files, fresh), "enrolling: keeping the device's new key"));
    identity_ = std::move(fresh);
  }
  HOLDFAST_ASSIGN_OR_RETURN(crypto::PrivateKey key, crypto::PrivateKey::FromPem(identity_->private_key_pem));
  wire::EnrollRequest request;
  request.token = options_.token;
  HOLDFAST_ASSIGN_OR_RETURN(request.csr_pem, crypto::MakeCsrPem(key, CommonName(options_.hardware)));
  HOLDFAST_ASSIGN_OR_RETURN(request.previous_key_signature, key.Sign(request.csr_pem));
  request.hardware = options_.hardware;
  request.agent_version = options_.agent_version;
  request.features = options_.features;
  return request;
}

void Uplink::OnEnrolled(absl::StatusOr<wire::EnrollResponse> answer) {
  if (!answer.ok()) {
    OnFailed(nullptr, answer.status());
    return;
  }
  const bool other_device = previous_device_ && *previous_device_ != answer->device_id;
  if (absl::Status adopted = AdoptIdentity(*answer); !adopted.ok()) {
    BackOff(State::kBackingOff, adopted);
    return;
  }
  TakeHeartbeat(answer->heartbeat);
  last_contact_ = Now().wall;
  last_error_.clear();
  sections_.Forget();
  if (answer->policy) TakePolicy(*answer->policy, PolicyKeys());
  auto proceed = [this] {
    SetState(State::kOnline);
    Finish(/*more=*/true);
  };
  if (other_device) {
    BeginEpoch("re_enrolled: the server gave a new device id", proceed);
  } else {
    proceed();
  }
}

absl::Status Uplink::AdoptIdentity(const wire::EnrollResponse& answer) {
  if (answer.device_id.IsNil() || answer.ca_certificates_pem.empty()) {
    return absl::InternalError("enrolling: the server's answer has no device id or no authority");
  }
  HOLDFAST_RETURN_IF_ERROR(
      Annotate(crypto::ReadCertificate(answer.certificate_chain_pem).status(), "enrolling: the certificate"));
  DeviceIdentity identity = *identity_;
  identity.device_id = answer.device_id;
  identity.certificate_chain_pem = answer.certificate_chain_pem;
  identity.ca_certificates_pem = answer.ca_certificates_pem;
  identity.policy_keys = answer.policy_keys;
  identity.token_id = TokenId(options_.token);
  HOLDFAST_RETURN_IF_ERROR(
      Annotate(SaveIdentity(deps_.files, identity), "enrolling: keeping the certificate"));
  identity_ = std::move(identity);
  reenroll_ = false;
  try_token_ = false;
  previous_device_.reset();
  Reconnect();
  return absl::OkStatus();
}

bool Uplink::HasUnusedToken() const {
  return !options_.token.empty() && identity_ && TokenId(options_.token) != identity_->token_id;
}

// A server whose authority was retired while this device slept cannot be verified any more, which looks like
// any failed connection. A token that was never used came in an admin's string, which pins the authority to
// trust: it takes turns with the certificate, which may still be good.
void Uplink::TakeTurns(const absl::Status& status) {
  if (try_token_) {
    try_token_ = false;
    Reconnect();  // with the certificate: an Enroll goes without
  } else if (absl::IsUnavailable(status) && !reenroll_ && identity_ && identity_->enrolled() &&
             HasUnusedToken()) {
    try_token_ = true;
    previous_device_ = identity_->device_id;
  }
}

bool Uplink::RenewalDue() const {
  if (renew_not_before_ && Now().mono < *renew_not_before_) return false;
  if (renew_asked_) return true;
  return renewal_ && ServerNow().ns >= renewal_->ns;
}

void Uplink::Renew() {
  absl::StatusOr<crypto::PrivateKey> key = crypto::PrivateKey::Generate(crypto::KeyType::kEcP256);
  wire::RenewRequest request{identity_->device_id, {}};
  if (key.ok()) {
    absl::StatusOr<std::string> csr = crypto::MakeCsrPem(*key, CommonName(options_.hardware));
    if (csr.ok()) request.csr_pem = *std::move(csr);
  }
  if (request.csr_pem.empty()) {
    OnRenewed("", absl::InternalError("renewing the certificate: no key could be made"));
    return;
  }
  deps_.transport.Renew(request, kDeadline,
                        lifetime_.Guard([this, exchange = ++exchange_,
                                         pem = key->ToPem()](absl::StatusOr<wire::RenewResponse> answer) {
                          if (exchange != exchange_) return;
                          ++exchange_;
                          OnRenewed(pem, std::move(answer));
                        }));
}

// The old certificate stays good until the new one has connected: nothing is lost by trying again later.
void Uplink::OnRenewed(const std::string& new_key_pem, absl::StatusOr<wire::RenewResponse> answer) {
  absl::Status status = answer.status();
  DeviceIdentity renewed = *identity_;
  if (status.ok()) status = crypto::ReadCertificate(answer->certificate_chain_pem).status();
  if (status.ok()) {
    renewed.private_key_pem = new_key_pem;
    renewed.certificate_chain_pem = answer->certificate_chain_pem;
    if (IsRotationOf(renewed.ca_certificates_pem, answer->ca_certificates_pem)) {
      renewed.ca_certificates_pem = answer->ca_certificates_pem;
    }
    status = SaveIdentity(deps_.files, renewed);
  }
  if (status.ok()) {
    identity_ = std::move(renewed);
    renew_not_before_.reset();
    renew_asked_ = false;
    Reconnect();
    Finish(/*more=*/true);  // connect with it now, so that the old one dies
    return;
  }
  last_error_ = absl::StrCat("renewing the certificate: ", status.message());
  renew_not_before_ = Now().mono + absl::Minutes(10) * (1 + jitter_.Uniform());
  Finish(/*more=*/false);
}

// A new authority or policy key is taken only beside one that is pinned already, as a rotation sends it.
// True: they have changed.
bool Uplink::TakeRotatedKeys(const wire::SyncResponse& answer) {
  DeviceIdentity next = *identity_;
  if (IsRotationOf(next.ca_certificates_pem, answer.ca_certificates_pem)) {
    next.ca_certificates_pem = answer.ca_certificates_pem;
  }
  if (IsRotationOf(next.policy_keys, answer.policy_keys)) {
    std::vector<std::string> keys = answer.policy_keys;
    // The key behind the policy in force stays until another policy is: a restart checks the signature again.
    if (const std::optional<AcceptedPolicy>& accepted = deps_.inbox.accepted()) {
      for (const std::string& key : next.policy_keys) {
        const bool listed = std::find(keys.begin(), keys.end(), key) != keys.end();
        if (!listed && crypto::KeyId(key) == accepted->bundle.key_id) keys.push_back(key);
      }
    }
    next.policy_keys = std::move(keys);
  }
  if (next == *identity_) return false;
  if (absl::Status saved = SaveIdentity(deps_.files, next); !saved.ok()) {
    last_error_ = absl::StrCat("keeping the server's new keys: ", saved.message());
    return false;
  }
  const bool authorities = next.ca_certificates_pem != identity_->ca_certificates_pem;
  identity_ = std::move(next);
  if (authorities) Reconnect();
  return true;
}

// Reads certificates: made anew when they change, not for each message.
const wire::TrustedKeys& Uplink::Trusted() {
  if (trusted_of_ != identity_) {
    trusted_ = TrustedBy(options_.pinned_policy_keys, *identity_);
    trusted_of_ = identity_;
  }
  return trusted_;
}

// What signs things now: a key that this device keeps only for the policy in force signs nothing new.
std::vector<std::string> Uplink::KeysFor(const wire::SyncResponse& answer) const {
  const std::vector<std::string> trusted = PolicyKeys();
  if (!options_.pinned_policy_keys.empty() || !IsRotationOf(trusted, answer.policy_keys)) return trusted;
  std::vector<std::string> both;
  for (const std::string& key : trusted) {
    const bool listed =
        std::find(answer.policy_keys.begin(), answer.policy_keys.end(), key) != answer.policy_keys.end();
    if (listed) both.push_back(key);
  }
  return both;
}

std::vector<std::string> Uplink::PolicyKeys() const {
  return TrustedPolicyKeys(options_.pinned_policy_keys, identity_);
}

}  // namespace holdfast::uplink
