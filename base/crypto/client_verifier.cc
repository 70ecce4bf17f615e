#include "base/crypto/client_verifier.h"

#include <utility>

#include "absl/strings/str_cat.h"
#include "base/crypto/authority.h"
#include "base/crypto/openssl.h"
#include "base/error.h"

namespace holdfast::crypto {

struct ClientVerifier::Store {
  StorePtr valid, retired;
};

namespace {

absl::Status Refusal(int error, const CertificateInfo& info, WallTime now) {
  if (error == X509_V_ERR_CERT_NOT_YET_VALID) {
    return WithReason(absl::UnauthenticatedError(absl::StrCat(
                          "the client certificate is valid only from ", FormatUtc(info.not_before),
                          ", here it is ", FormatUtc(now), ": one of the two clocks is wrong")),
                      ErrorReason::kClockSkew);
  }
  if (error == X509_V_ERR_CERT_HAS_EXPIRED) {
    return WithReason(absl::UnauthenticatedError(absl::StrCat("the client certificate expired at ",
                                                              FormatUtc(info.not_after), ", here it is ",
                                                              FormatUtc(now), ": enroll the device again")),
                      ErrorReason::kReenrollRequired);
  }
  return absl::UnauthenticatedError(absl::StrCat("the client certificate was not issued by this server: ",
                                                 X509_verify_cert_error_string(error)));
}

absl::Status IssuerRetired() {
  return WithReason(absl::UnauthenticatedError("the client certificate was issued by an authority that this "
                                               "server has retired since: enroll the device again"),
                    ErrorReason::kReenrollRequired);
}

absl::StatusOr<StorePtr> StoreOf(const std::vector<std::string>& certificates_pem) {
  StorePtr store(X509_STORE_new());
  for (const std::string& pem : certificates_pem) {
    HOLDFAST_ASSIGN_OR_RETURN(const X509Ptr certificate, ParseCertificate(pem));
    if (X509_STORE_add_cert(store.get(), certificate.get()) != 1) {
      return OpenSslError("adding a certificate authority");
    }
  }
  return store;
}

// X509_V_OK, or what is wrong.
absl::StatusOr<int> VerifyBy(X509_STORE* store, X509* certificate, WallTime at) {
  const StoreContextPtr context(X509_STORE_CTX_new());
  if (X509_STORE_CTX_init(context.get(), store, certificate, nullptr) != 1 ||
      X509_STORE_CTX_set_purpose(context.get(), X509_PURPOSE_SSL_CLIENT) != 1) {
    return OpenSslError("preparing to verify a client certificate");
  }
  X509_STORE_CTX_set_time(context.get(), 0, static_cast<time_t>(at.ns / 1'000'000'000));
  if (X509_verify_cert(context.get()) == 1) return X509_V_OK;
  const int error = X509_STORE_CTX_get_error(context.get());
  OpenSslErrorText();
  return error;
}

}  // namespace

absl::StatusOr<ClientVerifier> ClientVerifier::Create(const std::vector<std::string>& ca_certificates_pem,
                                                      const std::vector<std::string>& retired) {
  if (ca_certificates_pem.empty()) {
    return absl::InvalidArgumentError("no certificate authority was given to verify clients with");
  }
  auto store = std::make_shared<Store>();
  HOLDFAST_ASSIGN_OR_RETURN(store->valid, StoreOf(ca_certificates_pem));
  HOLDFAST_ASSIGN_OR_RETURN(store->retired, StoreOf(retired));
  return ClientVerifier(std::move(store));
}

absl::StatusOr<VerifiedClient> ClientVerifier::Verify(absl::string_view certificate_pem, WallTime now) const {
  HOLDFAST_ASSIGN_OR_RETURN(const X509Ptr certificate, ParseCertificate(certificate_pem));
  HOLDFAST_ASSIGN_OR_RETURN(const CertificateInfo info, ReadCertificate(certificate_pem));
  HOLDFAST_ASSIGN_OR_RETURN(const int error, VerifyBy(store_->valid.get(), certificate.get(), now));
  if (error == X509_V_ERR_UNABLE_TO_GET_ISSUER_CERT_LOCALLY) {
    HOLDFAST_ASSIGN_OR_RETURN(const int by_retired,
                              VerifyBy(store_->retired.get(), certificate.get(), info.not_before));
    if (by_retired == X509_V_OK) return IssuerRetired();
  }
  if (error != X509_V_OK) return Refusal(error, info, now);
  absl::StatusOr<Uuid> device = DeviceOf(info);
  if (!device.ok()) return absl::UnauthenticatedError(device.status().message());
  return VerifiedClient{*device, info.serial_hex};
}

}  // namespace holdfast::crypto
