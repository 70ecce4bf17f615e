#include "base/crypto/authority.h"

#include <openssl/pem.h>

#include <algorithm>
#include <utility>

#include "absl/strings/str_cat.h"
#include "absl/strings/strip.h"
#include "base/crypto/certificate_builder.h"
#include "base/crypto/openssl.h"
#include "base/error.h"
#include "base/file.h"

namespace holdfast::crypto {
namespace {

constexpr absl::string_view kDevicePrefix = "holdfast:device:";

// The request's key, once the request proves that it is the requester's.
absl::StatusOr<KeyPtr> RequestedKey(absl::string_view csr_pem) {
  const BioPtr in = ReadOnlyBio(csr_pem);
  const RequestPtr request(PEM_read_bio_X509_REQ(in.get(), nullptr, NoPassphrase, nullptr));
  if (request == nullptr) {
    return absl::InvalidArgumentError(absl::StrCat("not a PEM certificate request: ", OpenSslErrorText()));
  }
  KeyPtr key(X509_REQ_get_pubkey(request.get()));
  char group[32] = {};
  if (key == nullptr || EVP_PKEY_get_group_name(key.get(), group, sizeof group, nullptr) != 1 ||
      absl::string_view(group) != "prime256v1") {
    OpenSslErrorText();
    return absl::InvalidArgumentError("the certificate request's key is not ECDSA P-256");
  }
  if (X509_REQ_verify(request.get(), key.get()) != 1) {
    OpenSslErrorText();
    return absl::InvalidArgumentError("the certificate request is not signed by its own key");
  }
  return key;
}

}  // namespace

std::string DeviceUri(const Uuid& device) {
  return absl::StrCat(kDevicePrefix, device.ToString());
}

absl::StatusOr<Uuid> DeviceOf(const CertificateInfo& certificate) {
  if (certificate.uri_sans.size() != 1) {
    return absl::InvalidArgumentError(
        absl::StrCat("the certificate names ", certificate.uri_sans.size(), " URIs, not one device"));
  }
  absl::string_view uri = certificate.uri_sans.front();
  if (!absl::ConsumePrefix(&uri, kDevicePrefix)) {
    return absl::InvalidArgumentError("the certificate does not name a device");
  }
  return Uuid::Parse(uri);
}

absl::StatusOr<Authority> Authority::Create(absl::string_view common_name, WallTime now,
                                            RandomSource& random) {
  HOLDFAST_ASSIGN_OR_RETURN(PrivateKey key, PrivateKey::Generate(KeyType::kEcP256));
  EVP_PKEY* pkey = key.handle().key.get();
  HOLDFAST_ASSIGN_OR_RETURN(const std::string pem,
                            CertificateBuilder(pkey, nullptr)
                                .Serial(random)
                                .CommonName(common_name)
                                .Validity(now - kBackdate, now + kAuthorityLifetime)
                                .Extension(NID_basic_constraints, "critical,CA:TRUE,pathlen:1")
                                .Extension(NID_key_usage, "critical,keyCertSign,cRLSign")
                                .Extension(NID_subject_key_identifier, "hash")
                                .SignToPem(pkey));
  return FromPem(pem, key.ToPem());
}

absl::StatusOr<Authority> Authority::FromPem(absl::string_view certificate_pem, absl::string_view key_pem) {
  HOLDFAST_ASSIGN_OR_RETURN(const X509Ptr certificate, ParseCertificate(certificate_pem));
  HOLDFAST_ASSIGN_OR_RETURN(PrivateKey key, PrivateKey::FromPem(key_pem));
  if (X509_check_private_key(certificate.get(), key.handle().key.get()) != 1) {
    OpenSslErrorText();
    return absl::FailedPreconditionError(
        "the authority's certificate and private key do not belong together");
  }
  if (X509_check_ca(certificate.get()) != 1) {
    return absl::FailedPreconditionError("the certificate is not a certificate authority's");
  }
  HOLDFAST_ASSIGN_OR_RETURN(CertificateInfo info, ReadCertificate(certificate_pem));
  return Authority(std::move(key), std::string(certificate_pem), std::move(info));
}

absl::StatusOr<Authority> Authority::Load(const std::string& certificate_path, const std::string& key_path) {
  HOLDFAST_ASSIGN_OR_RETURN(const std::string certificate, ReadFile(certificate_path));
  HOLDFAST_RETURN_IF_ERROR(CheckOwnerOnly(key_path));
  HOLDFAST_ASSIGN_OR_RETURN(const std::string key, ReadFile(key_path));
  absl::StatusOr<Authority> authority = FromPem(certificate, key);
  if (!authority.ok()) {
    return Annotate(authority.status(),
                    absl::StrCat("loading the authority from ", certificate_path, " and ", key_path));
  }
  return authority;
}

absl::Status Authority::Save(const std::string& certificate_path, const std::string& key_path) const {
  // The key first: a certificate without its key would look like an authority that was lost.
  HOLDFAST_RETURN_IF_ERROR(WriteFileAtomically(key_path, key_.ToPem(), 0600));
  return WriteFileAtomically(certificate_path, certificate_pem_);
}

absl::StatusOr<std::string> Authority::IssueClient(absl::string_view csr_pem, const Uuid& device,
                                                   WallTime now, absl::Duration lifetime,
                                                   RandomSource& random) const {
  HOLDFAST_ASSIGN_OR_RETURN(const KeyPtr subject_key, RequestedKey(csr_pem));
  HOLDFAST_ASSIGN_OR_RETURN(const X509Ptr issuer, ParseCertificate(certificate_pem_));
  return CertificateBuilder(subject_key.get(), issuer.get())
      .Serial(random)
      .CommonName(device.ToString())
      .Validity(now - kBackdate, std::min(now + lifetime, info_.not_after))
      .Extension(NID_basic_constraints, "critical,CA:FALSE")
      .Extension(NID_key_usage, "critical,digitalSignature")
      .Extension(NID_ext_key_usage, "clientAuth")
      .Extension(NID_authority_key_identifier, "keyid")
      .UriName(DeviceUri(device))
      .SignToPem(key_.handle().key.get());
}

absl::StatusOr<std::string> Authority::CrossSign(const Authority& other, WallTime now,
                                                 absl::Duration lifetime, RandomSource& random) const {
  HOLDFAST_ASSIGN_OR_RETURN(const X509Ptr issuer, ParseCertificate(certificate_pem_));
  return CertificateBuilder(other.key_.handle().key.get(), issuer.get())
      .Serial(random)
      .CommonName(other.info_.subject_common_name)
      .Validity(now - kBackdate, std::min({now + lifetime, info_.not_after, other.info_.not_after}))
      .Extension(NID_basic_constraints, "critical,CA:TRUE,pathlen:0")
      .Extension(NID_key_usage, "critical,keyCertSign")
      .Extension(NID_subject_key_identifier, "hash")
      .Extension(NID_authority_key_identifier, "keyid")
      .SignToPem(key_.handle().key.get());
}

absl::StatusOr<std::string> Authority::IssueServer(const PrivateKey& key,
                                                   const std::vector<std::string>& hosts, WallTime now,
                                                   absl::Duration lifetime, RandomSource& random) const {
  if (hosts.empty()) {
    return absl::InvalidArgumentError("a server certificate needs at least one host name or IP address");
  }
  HOLDFAST_ASSIGN_OR_RETURN(const X509Ptr issuer, ParseCertificate(certificate_pem_));
  return CertificateBuilder(key.handle().key.get(), issuer.get())
      .Serial(random)
      .CommonName("Holdfast server")
      .Validity(now - kBackdate, std::min(now + lifetime, info_.not_after))
      .Extension(NID_basic_constraints, "critical,CA:FALSE")
      .Extension(NID_key_usage, "critical,digitalSignature")
      .Extension(NID_ext_key_usage, "serverAuth")
      .Extension(NID_authority_key_identifier, "keyid")
      .HostNames(hosts)
      .SignToPem(key_.handle().key.get());
}

}  // namespace holdfast::crypto
