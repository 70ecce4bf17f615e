#include "profiles/macho/signing_certificate.h"

#include <openssl/asn1.h>
#include <openssl/cms.h>
#include <openssl/err.h>
#include <openssl/objects.h>
#include <openssl/x509.h>

#include <array>
#include <memory>

#include "absl/status/status.h"
#include "absl/strings/str_cat.h"

namespace holdfast::profiles {
namespace {

constexpr size_t kMaxBytes = size_t{1} << 20;  // a chain and a time stamp take some 10 KB

struct FreeCms {
  void operator()(CMS_ContentInfo* cms) const { CMS_ContentInfo_free(cms); }
};
struct FreeObject {
  void operator()(ASN1_OBJECT* object) const { ASN1_OBJECT_free(object); }
};
struct FreeCertificates {
  void operator()(STACK_OF(X509) * certificates) const { sk_X509_pop_free(certificates, X509_free); }
};
using Cms = std::unique_ptr<CMS_ContentInfo, FreeCms>;
using Certificates = std::unique_ptr<STACK_OF(X509), FreeCertificates>;

struct Mark {
  const char* oid;
  Authority authority;
};
// Apple's extensions of leaf certificates, as its designated requirements and Security sources name them.
constexpr std::array kMarks = {
    Mark{"1.2.840.113635.100.6.1.13", Authority::kDeveloperId},
    Mark{"1.2.840.113635.100.6.1.9", Authority::kAppStore},
    Mark{"1.2.840.113635.100.6.1.12", Authority::kDevelopment},  // Mac Developer
    Mark{"1.2.840.113635.100.6.1.2", Authority::kDevelopment},   // Apple Development
};

bool HasExtension(const X509* certificate, const char* oid) {
  const std::unique_ptr<ASN1_OBJECT, FreeObject> object(OBJ_txt2obj(oid, 1));
  return object != nullptr && X509_get_ext_by_OBJ(certificate, object.get(), -1) >= 0;
}

Authority AuthorityOf(const X509* certificate) {
  for (const Mark& mark : kMarks) {
    if (HasExtension(certificate, mark.oid)) return mark.authority;
  }
  return Authority::kUnknown;
}

SigningCertificate Describe(X509* certificate) {
  SigningCertificate out;
  char text[256] = {};
  X509_NAME* subject = X509_get_subject_name(certificate);
  if (X509_NAME_get_text_by_NID(subject, NID_commonName, text, sizeof text) > 0) out.common_name = text;
  out.authority = AuthorityOf(certificate);
  return out;
}

X509* SignersOf(CMS_ContentInfo* cms, const STACK_OF(X509) * certificates) {
  STACK_OF(CMS_SignerInfo)* signers = CMS_get0_SignerInfos(cms);
  if (signers == nullptr || sk_CMS_SignerInfo_num(signers) == 0) return nullptr;
  CMS_SignerInfo* signer = sk_CMS_SignerInfo_value(signers, 0);
  for (int i = 0; i < sk_X509_num(certificates); ++i) {
    X509* certificate = sk_X509_value(certificates, i);
    if (CMS_SignerInfo_cert_cmp(signer, certificate) == 0) return certificate;
  }
  return nullptr;
}

absl::Status Bad(absl::string_view name, absl::string_view what) {
  ERR_clear_error();
  return absl::InvalidArgumentError(absl::StrCat("reading the certificate that signed ", name, ": ", what));
}

}  // namespace

absl::StatusOr<SigningCertificate> ReadSigningCertificate(absl::string_view cms, absl::string_view name) {
  if (cms.size() > kMaxBytes) return Bad(name, "the signature is larger than any that makes sense");
  const auto* at = reinterpret_cast<const unsigned char*>(cms.data());
  const Cms message(d2i_CMS_ContentInfo(nullptr, &at, static_cast<long>(cms.size())));
  if (message == nullptr || OBJ_obj2nid(CMS_get0_type(message.get())) != NID_pkcs7_signed) {
    return Bad(name, "there is no CMS message that was signed");
  }
  const Certificates certificates(CMS_get1_certs(message.get()));
  X509* leaf = certificates ? SignersOf(message.get(), certificates.get()) : nullptr;
  if (leaf == nullptr) return Bad(name, "the signer's certificate is not in it");
  SigningCertificate out = Describe(leaf);
  ERR_clear_error();
  return out;
}

}  // namespace holdfast::profiles
