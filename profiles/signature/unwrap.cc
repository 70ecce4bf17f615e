#include "profiles/signature/unwrap.h"

#include <openssl/bio.h>
#include <openssl/cms.h>
#include <openssl/err.h>
#include <openssl/objects.h>
#include <openssl/pem.h>
#include <openssl/x509.h>

#include <memory>

#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"

namespace holdfast::profiles {
namespace {

constexpr size_t kMaxBytes = size_t{8} << 20;

struct FreeBio {
  void operator()(BIO* bio) const { BIO_free_all(bio); }
};
struct FreeCms {
  void operator()(CMS_ContentInfo* cms) const { CMS_ContentInfo_free(cms); }
};
using Bio = std::unique_ptr<BIO, FreeBio>;
using Cms = std::unique_ptr<CMS_ContentInfo, FreeCms>;

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
  const Bio in(BIO_new_mem_buf(bytes.data(), static_cast<int>(bytes.size())));
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
  const Bio out(BIO_new(BIO_s_mem()));
  if (CMS_verify(cms, nullptr, nullptr, nullptr, out.get(), flags | CMS_BINARY | CMS_NO_SIGNER_CERT_VERIFY) !=
      1) {
    return false;
  }
  char* data = nullptr;
  const long size = BIO_get_mem_data(out.get(), &data);
  content->assign(data, static_cast<size_t>(size));
  return true;
}

// The signer's certificate is set once a verification was tried.
std::string SignerName(CMS_ContentInfo* cms) {
  STACK_OF(X509)* signers = CMS_get0_signers(cms);
  if (signers == nullptr) return "";
  std::string name;
  if (sk_X509_num(signers) > 0) {
    char text[256] = {};
    X509_NAME* subject = X509_get_subject_name(sk_X509_value(signers, 0));
    if (X509_NAME_get_text_by_NID(subject, NID_commonName, text, sizeof text) > 0) name = text;
  }
  sk_X509_free(signers);
  return name;
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
  result.signer = SignerName(cms.get());
  ERR_clear_error();
  return result;
}

}  // namespace holdfast::profiles
