#include "tests/profiles/signing_certificate.h"

#include <openssl/asn1.h>
#include <openssl/bio.h>
#include <openssl/cms.h>
#include <openssl/evp.h>
#include <openssl/objects.h>
#include <openssl/x509.h>
#include <openssl/x509v3.h>

#include <memory>

namespace holdfast::profiles {
namespace {

using Key = std::unique_ptr<EVP_PKEY, decltype(&EVP_PKEY_free)>;
using Certificate = std::unique_ptr<X509, decltype(&X509_free)>;

void AddMark(X509* certificate, const std::string& mark) {
  if (mark.empty()) return;
  ASN1_OBJECT* object = OBJ_txt2obj(mark.c_str(), 1);
  ASN1_OCTET_STRING* null = ASN1_OCTET_STRING_new();
  ASN1_OCTET_STRING_set(null, reinterpret_cast<const unsigned char*>("\x05\x00"), 2);
  X509_EXTENSION* extension = X509_EXTENSION_create_by_OBJ(nullptr, object, 1, null);
  X509_add_ext(certificate, extension, -1);
  X509_EXTENSION_free(extension);
  ASN1_OCTET_STRING_free(null);
  ASN1_OBJECT_free(object);
}

Certificate MakeCertificate(EVP_PKEY* key, const std::string& common_name, const std::string& mark) {
  Certificate out(X509_new(), X509_free);
  X509* x = out.get();
  X509_set_version(x, 2);
  ASN1_INTEGER_set(X509_get_serialNumber(x), 1);
  X509_gmtime_adj(X509_getm_notBefore(x), -3600);
  X509_gmtime_adj(X509_getm_notAfter(x), 3600);
  X509_NAME_add_entry_by_txt(X509_get_subject_name(x), "CN", MBSTRING_ASC,
                             reinterpret_cast<const unsigned char*>(common_name.c_str()), -1, -1, 0);
  X509_set_issuer_name(x, X509_get_subject_name(x));
  X509_set_pubkey(x, key);
  AddMark(x, mark);
  X509_sign(x, key, EVP_sha256());
  return out;
}

}  // namespace

std::string SignedMessage(const std::string& common_name, const std::string& mark, bool certificates,
                          const std::string& content) {
  const Key key(EVP_EC_gen("P-256"), EVP_PKEY_free);
  const Certificate certificate = MakeCertificate(key.get(), common_name, mark);
  BIO* in = BIO_new_mem_buf(content.data(), static_cast<int>(content.size()));
  CMS_ContentInfo* cms =
      CMS_sign(certificate.get(), key.get(), nullptr, in, CMS_BINARY | (certificates ? 0 : CMS_NOCERTS));
  BIO* out = BIO_new(BIO_s_mem());
  i2d_CMS_bio(out, cms);
  char* data = nullptr;
  const long size = BIO_get_mem_data(out, &data);
  std::string bytes(data, static_cast<size_t>(size));
  BIO_free(in);
  BIO_free(out);
  CMS_ContentInfo_free(cms);
  return bytes;
}

}  // namespace holdfast::profiles
