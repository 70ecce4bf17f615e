#include "base/crypto/certificate_builder.h"

#include <algorithm>

#include "absl/strings/ascii.h"
#include "absl/strings/str_cat.h"

namespace holdfast::crypto {
namespace {

constexpr size_t kSerialBytes = 16;
constexpr size_t kMaxHostName = 253;

time_t UnixSeconds(WallTime t) {
  return static_cast<time_t>(t.ns / 1'000'000'000);
}

bool IsDnsName(absl::string_view name) {
  const auto allowed = [](char c) { return absl::ascii_isalnum(c) || c == '-' || c == '.' || c == '_'; };
  return !name.empty() && name.size() <= kMaxHostName && std::all_of(name.begin(), name.end(), allowed);
}

GENERAL_NAME* TextName(int type, absl::string_view text) {
  GENERAL_NAME* name = GENERAL_NAME_new();
  ASN1_IA5STRING* value = ASN1_IA5STRING_new();
  ASN1_STRING_set(value, text.data(), static_cast<int>(text.size()));
  GENERAL_NAME_set0_value(name, type, value);
  return name;
}

// nullptr when the text is neither an address nor a host name.
GENERAL_NAME* HostName(const std::string& host) {
  if (ASN1_OCTET_STRING* address = a2i_IPADDRESS(host.c_str()); address != nullptr) {
    GENERAL_NAME* name = GENERAL_NAME_new();
    GENERAL_NAME_set0_value(name, GEN_IPADD, address);
    return name;
  }
  return IsDnsName(host) ? TextName(GEN_DNS, host) : nullptr;
}

}  // namespace

CertificateBuilder::CertificateBuilder(EVP_PKEY* subject_key, X509* issuer)
    : certificate_(X509_new()), issuer_(issuer == nullptr ? certificate_.get() : issuer) {
  Check(X509_set_version(certificate_.get(), X509_VERSION_3) == 1, "setting a certificate's version");
  Check(X509_set_pubkey(certificate_.get(), subject_key) == 1, "setting a certificate's key");
}

void CertificateBuilder::Check(bool ok, absl::string_view doing) {
  if (!ok && status_.ok()) status_ = OpenSslError(doing);
}

CertificateBuilder& CertificateBuilder::Serial(RandomSource& random) {
  unsigned char bytes[kSerialBytes];
  random.Fill(bytes, sizeof bytes);
  bytes[0] |= 1;  // never zero, which X.509 forbids, and always 16 bytes long
  const BignumPtr number(BN_bin2bn(bytes, sizeof bytes, nullptr));
  Check(BN_to_ASN1_INTEGER(number.get(), X509_get_serialNumber(certificate_.get())) != nullptr,
        "setting a certificate's serial number");
  return *this;
}

CertificateBuilder& CertificateBuilder::CommonName(absl::string_view name) {
  X509_NAME* subject = X509_get_subject_name(certificate_.get());
  Check(X509_NAME_add_entry_by_NID(subject, NID_commonName, MBSTRING_UTF8,
                                   reinterpret_cast<const unsigned char*>(name.data()),
                                   static_cast<int>(name.size()), -1, 0) == 1,
        "setting a certificate's subject");
  Check(X509_set_issuer_name(certificate_.get(), X509_get_subject_name(issuer_)) == 1,
        "setting a certificate's issuer");
  return *this;
}

CertificateBuilder& CertificateBuilder::Validity(WallTime from, WallTime to) {
  Check(ASN1_TIME_set(X509_getm_notBefore(certificate_.get()), UnixSeconds(from)) != nullptr &&
            ASN1_TIME_set(X509_getm_notAfter(certificate_.get()), UnixSeconds(to)) != nullptr,
        "setting a certificate's validity");
  return *this;
}

CertificateBuilder& CertificateBuilder::Extension(int nid, const char* value) {
  X509V3_CTX context;
  X509V3_set_ctx_nodb(&context);
  X509V3_set_ctx(&context, issuer_, certificate_.get(), nullptr, nullptr, 0);
  const ExtensionPtr extension(X509V3_EXT_conf_nid(nullptr, &context, nid, value));
  Check(extension != nullptr && X509_add_ext(certificate_.get(), extension.get(), -1) == 1,
        absl::StrCat("adding a certificate's ", OBJ_nid2sn(nid)));
  return *this;
}

void CertificateBuilder::AddSubjectAltNames(GENERAL_NAMES* names) {
  Check(X509_add1_ext_i2d(certificate_.get(), NID_subject_alt_name, names, 0, X509V3_ADD_DEFAULT) == 1,
        "adding a certificate's names");
}

CertificateBuilder& CertificateBuilder::UriName(const std::string& uri) {
  const GeneralNamesPtr names(GENERAL_NAMES_new());
  sk_GENERAL_NAME_push(names.get(), TextName(GEN_URI, uri));
  AddSubjectAltNames(names.get());
  return *this;
}

CertificateBuilder& CertificateBuilder::HostNames(const std::vector<std::string>& hosts) {
  const GeneralNamesPtr names(GENERAL_NAMES_new());
  for (const std::string& host : hosts) {
    GENERAL_NAME* name = HostName(host);
    if (name == nullptr) {
      if (status_.ok()) {
        status_ = absl::InvalidArgumentError(absl::StrCat("making a server certificate: '", host,
                                                          "' is neither a host name nor an IP address"));
      }
      return *this;
    }
    sk_GENERAL_NAME_push(names.get(), name);
  }
  AddSubjectAltNames(names.get());
  return *this;
}

absl::StatusOr<std::string> CertificateBuilder::SignToPem(EVP_PKEY* issuer_key) {
  Check(X509_sign(certificate_.get(), issuer_key, EVP_sha256()) != 0, "signing a certificate");
  if (!status_.ok()) return status_;
  return CertificateToPem(certificate_.get());
}

}  // namespace holdfast::crypto
