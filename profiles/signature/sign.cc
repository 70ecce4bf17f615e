#include "profiles/signature/sign.h"

#include <openssl/cms.h>
#include <openssl/err.h>
#include <openssl/pem.h>

#include <memory>

#include "absl/status/status.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "base/crypto/openssl.h"
#include "base/error.h"

namespace holdfast::profiles {
namespace {

using crypto::BioPtr;
using crypto::KeyPtr;
using crypto::NoPassphrase;
using crypto::ReadOnlyBio;
using crypto::X509Ptr;
using Cms = std::unique_ptr<CMS_ContentInfo, crypto::FreeWith<CMS_ContentInfo_free>>;

absl::Status Bad(absl::string_view what) {
  ERR_clear_error();
  return absl::InvalidArgumentError(absl::StrCat("signing a profile: ", what));
}

absl::StatusOr<KeyPtr> ReadKey(const std::string& pem) {
  KeyPtr key(PEM_read_bio_PrivateKey(ReadOnlyBio(pem).get(), nullptr, NoPassphrase, nullptr));
  if (key != nullptr) return key;
  if (absl::StrContains(pem, "ENCRYPTED")) {
    return Bad("the key is encrypted; decrypt it into a file of your own (openssl pkey -in KEY -out PLAIN)");
  }
  return Bad("the key is no private key in PEM");
}

absl::Status AddChain(const std::string& pem, CMS_ContentInfo* cms) {
  if (pem.empty()) return absl::OkStatus();
  const BioPtr in = ReadOnlyBio(pem);
  int count = 0;
  while (const X509Ptr certificate{PEM_read_bio_X509(in.get(), nullptr, NoPassphrase, nullptr)}) {
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
  const X509Ptr certificate(
      PEM_read_bio_X509(ReadOnlyBio(identity.certificate).get(), nullptr, NoPassphrase, nullptr));
  if (certificate == nullptr) return Bad("the certificate is none in PEM");
  HOLDFAST_ASSIGN_OR_RETURN(const KeyPtr key, ReadKey(identity.key));
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
  if (CMS_final(cms.get(), ReadOnlyBio(content).get(), nullptr, kFlags) != 1) {
    return Bad("OpenSSL cannot finish the signature");
  }
  std::string der = Der(cms.get());
  if (der.empty()) return Bad("OpenSSL cannot write the signature");
  return der;
}

}  // namespace holdfast::profiles
