// Puts an X.509 certificate together, field by field, and signs it. After the first failure the rest is
// skipped and Sign tells what failed. Only base/crypto/*.cc include this.
#pragma once

#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "base/crypto/openssl.h"
#include "base/random.h"
#include "base/time.h"

namespace holdfast::crypto {

class CertificateBuilder {
 public:
  // issuer: nullptr for a self-signed certificate. Both must outlive the builder.
  CertificateBuilder(EVP_PKEY* subject_key, X509* issuer);
  CertificateBuilder& Serial(RandomSource& random);  // 128 random bits
  CertificateBuilder& CommonName(absl::string_view name);
  CertificateBuilder& Validity(WallTime from, WallTime to);
  // OpenSSL's configuration syntax; never with text from outside.
  CertificateBuilder& Extension(int nid, const char* value);
  CertificateBuilder& UriName(const std::string& uri);
  // DNS names and IP addresses, told apart by their form.
  CertificateBuilder& HostNames(const std::vector<std::string>& hosts);
  absl::StatusOr<std::string> SignToPem(EVP_PKEY* issuer_key);

 private:
  void Check(bool ok, absl::string_view doing);
  void AddSubjectAltNames(GENERAL_NAMES* names);

  X509Ptr certificate_;
  X509* issuer_;
  absl::Status status_;
};

}  // namespace holdfast::crypto
