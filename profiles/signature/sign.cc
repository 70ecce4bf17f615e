#include "profiles/signature/sign.h"

#include <openssl/bio.h>
#include <openssl/cms.h>
#include <openssl/err.h>
#include <openssl/pem.h>
#include <openssl/x509.h>

#include <memory>

#include "absl/status/status.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "base/error.h"

namespace holdfast::profiles {
namespace {

template <auto Free>
struct Freed {
  template <class T>
  void operator()(T* what) const {
    Free(what);
  }
};
using Bio = std::unique_ptr<BIO, Freed<BIO_free_all>>;
using Certificate = std::unique_ptr<X509, Freed<X509_free>>;
using Key = std::unique_ptr<EVP_PKEY, Freed<EVP_PKEY_free>>;
using Cms = std::unique_ptr<CMS_ContentInfo, Freed<CMS_ContentInfo_free>>;

Bio Reading(absl::string_view bytes) {
  return Bio(BIO_new_mem_buf(bytes.data(), static_cast<int>(bytes.size())));
}

absl::Status Bad(absl::string_view what) {
  ERR_clear_error();
  return absl::InvalidArgumentError(absl::StrCat("signing a profile: ", what));
}

// Nobody is asked for a pass phrase.
int NoPassPhrase(char*, int, int, void*) {
  return -1;
}

absl::StatusOr<Key> ReadKey(const std::string& pem) {
  Key key(PEM_read_bio_PrivateKey(Reading(pem).get(), nullptr, NoPassPhrase, nullptr));
  if (key != nullptr) return key;
  if (absl::StrContains(pem, "ENCRYPTED")) {
    return Bad("the key is encrypted; decrypt it into a file of your own (openssl pkey -in KEY -out PLAIN)");
  }
  return Bad("the key is no private key in PEM");
}

absl::Status AddChain(const std::string& pem, CMS_ContentInfo* cms) {
  if (pem.empty()) return absl::OkStatus();
  const Bio in = Reading(pem);
  int count = 0;
  while (const Certificate certificate{PEM_read_bio_X509(in.get(), nullptr, NoPassPhrase, nullptr)}) {
    if (CMS_add1_cert(cms, certificate.get()) != 1) {
      return Bad("a certificate of the chain cannot be added; is it there twice, or the signer's own?");
    }
    ++count;
  }
  ERR_clear_error();  // the end of the file is an error there
  return count > 0 ? absl::OkStatus() : Bad("the chain holds no certificate in PEM");
}

std::string Der(CMS_ContentInfo* cms) {
  unsigned char* bytes = nullptr;
  const int size = i2d_CMS_ContentInfo(cms, &bytes);
  std::string out(reinterpret_cast<const char*>(bytes), size > 0 ? static_cast<size_t>(size) : 0);
  OPENSSL_free(bytes);
  return out;
}

}  // namespace

absl::StatusOr<std::string> Sign(absl::string_view content, const SigningIdentity& identity) {
  const Certificate certificate(
      PEM_read_bio_X509(Reading(identity.certificate).get(), nullptr, NoPassPhrase, nullptr));
  if (certificate == nullptr) return Bad("the certificate is none in PEM");
  HOLDFAST_ASSIGN_OR_RETURN(const Key key, ReadKey(identity.key));
  if (X509_check_private_key(certificate.get(), key.get()) != 1) {
    return Bad("the key is not that of the certificate; give the key that its request was made with");
  }
  constexpr unsigned kFlags = CMS_BINARY | CMS_PARTIAL | CMS_NOSMIMECAP;
  const Cms cms(CMS_sign(nullptr, nullptr, nullptr, nullptr, kFlags));
  if (cms == nullptr ||
      CMS_add1_signer(cms.get(), certificate.get(), key.get(), EVP_sha256(), kFlags) == nullptr) {
    return Bad("OpenSSL cannot sign with this key");
  }
  HOLDFAST_RETURN_IF_ERROR(AddChain(identity.chain, cms.get()));
  if (CMS_final(cms.get(), Reading(content).get(), nullptr, kFlags) != 1) {
    return Bad("OpenSSL cannot finish the signature");
  }
  std::string der = Der(cms.get());
  if (der.empty()) return Bad("OpenSSL cannot write the signature");
  return der;
}

}  // namespace holdfast::profiles
