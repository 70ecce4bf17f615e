#include "base/crypto/openssl.h"

#include <openssl/err.h>
#include <openssl/pem.h>

#include <cstring>

#include "absl/strings/str_cat.h"

namespace holdfast::crypto {

std::string OpenSslErrorText() {
  const char* data = nullptr;
  int flags = 0;
  const unsigned long code = ERR_get_error_all(nullptr, nullptr, nullptr, &data, &flags);
  // A failed look-up of a name has its reason in the text that goes with the error.
  const bool said = (flags & ERR_TXT_STRING) != 0 && data != nullptr && *data != '\0';
  const bool only_system = ERR_GET_LIB(code) == ERR_LIB_BIO && ERR_GET_REASON(code) == ERR_R_SYS_LIB;
  std::string text = code == 0                                  ? "unknown error"
                     : ERR_SYSTEM_ERROR(code)                   ? std::strerror(ERR_GET_REASON(code))
                     : only_system && said                      ? data
                     : ERR_reason_error_string(code) != nullptr ? ERR_reason_error_string(code)
                                                                : "unknown error";
  ERR_clear_error();
  return text;
}

absl::Status OpenSslError(absl::string_view doing) {
  return absl::InternalError(absl::StrCat(doing, ": ", OpenSslErrorText()));
}

BioPtr ReadOnlyBio(absl::string_view bytes) {
  return BioPtr(BIO_new_mem_buf(bytes.data(), static_cast<int>(bytes.size())));
}

std::string BioBytes(BIO* memory_bio) {
  char* data = nullptr;
  const long size = BIO_get_mem_data(memory_bio, &data);
  return {data, static_cast<size_t>(size)};
}

int NoPassphrase(char* /*buffer*/, int /*size*/, int /*writing*/, void* /*user*/) {
  return 0;
}

absl::StatusOr<X509Ptr> ParseCertificate(absl::string_view pem) {
  const BioPtr in = ReadOnlyBio(pem);
  X509Ptr certificate(PEM_read_bio_X509(in.get(), nullptr, NoPassphrase, nullptr));
  if (certificate == nullptr) {
    return absl::InvalidArgumentError(absl::StrCat("not a PEM certificate: ", OpenSslErrorText()));
  }
  return certificate;
}

absl::StatusOr<std::string> CertificateToPem(X509* certificate) {
  const BioPtr out(BIO_new(BIO_s_mem()));
  if (PEM_write_bio_X509(out.get(), certificate) != 1) return OpenSslError("encoding a certificate");
  return BioBytes(out.get());
}

std::string SpkiDer(EVP_PKEY* key) {
  unsigned char* der = nullptr;
  const int size = i2d_PUBKEY(key, &der);
  if (size <= 0) return "";
  std::string out(reinterpret_cast<const char*>(der), static_cast<size_t>(size));
  OPENSSL_free(der);
  return out;
}

}  // namespace holdfast::crypto
