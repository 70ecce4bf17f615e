#include "profiles/signature/unwrap.h"

#include <openssl/cms.h>
#include <openssl/err.h>
#include <openssl/objects.h>
#include <openssl/pem.h>
#include <openssl/x509.h>

#include <ctime>
#include <memory>

#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "base/crypto/openssl.h"

namespace holdfast::profiles {
namespace {

constexpr size_t kMaxBytes = size_t{8} << 20;
constexpr size_t kMaxChain = 8;

using crypto::BioPtr;
using Cms = std::unique_ptr<CMS_ContentInfo, crypto::FreeWith<CMS_ContentInfo_free>>;

bool LooksPem(absl::string_view bytes) {
  return absl::StartsWith(absl::StripLeadingAsciiWhitespace(bytes), "-----BEGIN ");
}
// A SEQUENCE, which no property list begins with.
bool LooksDer(absl::string_view bytes) {
  return absl::StartsWith(bytes, "\x30");
}

Cms ReadDer(const unsigned char* bytes, long size) {
  return Cms(d2i_CMS_ContentInfo(nullptr, &bytes, size));
}

Cms ReadPem(absl::string_view bytes) {
  const BioPtr in = crypto::ReadOnlyBio(bytes);
  char* name = nullptr;
  char* header = nullptr;
  unsigned char* body = nullptr;
  long size = 0;
  if (PEM_read_bio(in.get(), &name, &header, &body, &size) != 1) return nullptr;
  Cms cms = ReadDer(body, size);
  OPENSSL_free(name);
  OPENSSL_free(header);
  OPENSSL_free(body);
  return cms;
}

Cms Read(absl::string_view bytes) {
  if (LooksPem(bytes)) return ReadPem(bytes);
  return ReadDer(reinterpret_cast<const unsigned char*>(bytes.data()), static_cast<long>(bytes.size()));
}

bool Verify(CMS_ContentInfo* cms, unsigned flags, std::string* content) {
  const BioPtr out(BIO_new(BIO_s_mem()));
  if (CMS_verify(cms, nullptr, nullptr, nullptr, out.get(), flags | CMS_BINARY | CMS_NO_SIGNER_CERT_VERIFY) !=
      1) {
    return false;
  }
  *content = crypto::BioBytes(out.get());
  return true;
}

std::string NameText(X509_NAME* name) {
  char text[256] = {};
  if (X509_NAME_get_text_by_NID(name, NID_commonName, text, sizeof text) > 0) return text;
  X509_NAME_oneline(name, text, sizeof text);
  return text;
}

int64_t UnixTime(const ASN1_TIME* time) {
  std::tm parts = {};
  return ASN1_TIME_to_tm(time, &parts) == 1 ? static_cast<int64_t>(timegm(&parts)) : 0;
}

SignerCertificate Describe(X509* certificate) {
  X509_NAME* subject = X509_get_subject_name(certificate);
  X509_NAME* issuer = X509_get_issuer_name(certificate);
  return {NameText(subject), NameText(issuer), UnixTime(X509_get0_notBefore(certificate)),
          UnixTime(X509_get0_notAfter(certificate)), X509_NAME_cmp(subject, issuer) == 0};
}

X509* IssuerOf(X509* certificate, const STACK_OF(X509) * all) {
  for (int i = 0; i < sk_X509_num(all); ++i) {
    X509* candidate = sk_X509_value(all, i);
    if (X509_check_issued(candidate, certificate) == X509_V_OK) return candidate;
  }
  return nullptr;
}

struct FreeCertificates {
  void operator()(STACK_OF(X509) * certificates) const { sk_X509_pop_free(certificates, X509_free); }
};

// The signer's certificate is set once a verification was tried.
std::vector<SignerCertificate> ChainOf(CMS_ContentInfo* cms) {
  std::vector<SignerCertificate> chain;
  STACK_OF(X509)* signers = CMS_get0_signers(cms);
  if (signers == nullptr) return chain;
  const std::unique_ptr<STACK_OF(X509), FreeCertificates> all(CMS_get1_certs(cms));
  X509* certificate = sk_X509_num(signers) > 0 ? sk_X509_value(signers, 0) : nullptr;
  sk_X509_free(signers);
  while (certificate != nullptr && chain.size() < kMaxChain) {
    chain.push_back(Describe(certificate));
    if (chain.back().self_issued) break;
    certificate = IssuerOf(certificate, all.get());
  }
  return chain;
}

absl::Status Bad(absl::string_view name, absl::string_view what) {
  ERR_clear_error();
  return absl::InvalidArgumentError(
      absl::StrCat("unwrapping the signed profile '", name, "': ", what, "; sign and export it again"));
}

}  // namespace

absl::StatusOr<Unwrapped> Unwrap(absl::string_view bytes, absl::string_view name) {
  if (!LooksPem(bytes) && !LooksDer(bytes)) return Unwrapped{std::string(bytes)};
  if (bytes.size() > kMaxBytes) return Bad(name, absl::StrCat("it is larger than ", kMaxBytes, " bytes"));
  const Cms cms = Read(bytes);
  if (cms == nullptr) return Bad(name, "it is not a CMS message");
  if (OBJ_obj2nid(CMS_get0_type(cms.get())) != NID_pkcs7_signed) {
    return Bad(name, "the CMS message is not of the type SignedData (an encrypted profile cannot be read)");
  }
  Unwrapped result;
  result.is_signed = true;
  result.intact = Verify(cms.get(), 0, &result.content);
  const bool readable =
      result.intact || Verify(cms.get(), CMS_NO_ATTR_VERIFY | CMS_NO_CONTENT_VERIFY, &result.content);
  if (!readable) return Bad(name, "the CMS message carries no content or no signer's certificate");
  result.chain = ChainOf(cms.get());
  if (!result.chain.empty()) result.signer = result.chain.front().subject;
  ERR_clear_error();
  return result;
}

}  // namespace holdfast::profiles
