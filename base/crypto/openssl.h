// Owners for OpenSSL's objects and its error text. Only .cc files that talk to OpenSSL include this.
#pragma once

#include <openssl/bio.h>
#include <openssl/evp.h>
#include <openssl/x509.h>
#include <openssl/x509v3.h>

#include <memory>
#include <string>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "base/crypto/keys.h"

namespace holdfast::crypto {

template <auto kFree>
struct FreeWith {
  template <class T>
  void operator()(T* object) const {
    kFree(object);
  }
};

using BioPtr = std::unique_ptr<BIO, FreeWith<BIO_free>>;
using BignumPtr = std::unique_ptr<BIGNUM, FreeWith<BN_free>>;
using DigestContextPtr = std::unique_ptr<EVP_MD_CTX, FreeWith<EVP_MD_CTX_free>>;
using ExtensionPtr = std::unique_ptr<X509_EXTENSION, FreeWith<X509_EXTENSION_free>>;
using GeneralNamesPtr = std::unique_ptr<GENERAL_NAMES, FreeWith<GENERAL_NAMES_free>>;
using KeyPtr = std::unique_ptr<EVP_PKEY, FreeWith<EVP_PKEY_free>>;
using RequestPtr = std::unique_ptr<X509_REQ, FreeWith<X509_REQ_free>>;
using StoreContextPtr = std::unique_ptr<X509_STORE_CTX, FreeWith<X509_STORE_CTX_free>>;
using StorePtr = std::unique_ptr<X509_STORE, FreeWith<X509_STORE_free>>;
using X509Ptr = std::unique_ptr<X509, FreeWith<X509_free>>;

struct PrivateKey::Handle {
  KeyPtr key;
};

// INTERNAL with what was being done and OpenSSL's oldest queued error; empties the queue.
absl::Status OpenSslError(absl::string_view doing);
// The text of the queue's oldest error, or "unknown error"; empties the queue.
std::string OpenSslErrorText();

BioPtr ReadOnlyBio(absl::string_view bytes);
std::string BioBytes(BIO* memory_bio);
// Refuses encrypted PEM instead of asking the terminal for a passphrase.
int NoPassphrase(char* buffer, int size, int writing, void* user);

// First certificate in PEM text.
absl::StatusOr<X509Ptr> ParseCertificate(absl::string_view pem);
absl::StatusOr<std::string> CertificateToPem(X509* certificate);
std::string SpkiDer(EVP_PKEY* key);

}  // namespace holdfast::crypto
