#include "base/crypto/keys.h"

#include <openssl/err.h>
#include <openssl/pem.h>

#include <utility>

#include "absl/strings/escaping.h"
#include "absl/strings/str_cat.h"
#include "base/crypto/openssl.h"
#include "base/error.h"

namespace holdfast::crypto {
namespace {

constexpr size_t kEd25519Bytes = 32;

const unsigned char* Data(absl::string_view bytes) {
  return reinterpret_cast<const unsigned char*>(bytes.data());
}

bool IsEd25519(const EVP_PKEY* key) {
  return EVP_PKEY_get_base_id(key) == EVP_PKEY_ED25519;
}

// Ed25519 hashes by itself; ECDSA is always over SHA-256 here.
const EVP_MD* DigestFor(const EVP_PKEY* key) {
  return IsEd25519(key) ? nullptr : EVP_sha256();
}

bool IsSupported(const EVP_PKEY* key) {
  if (IsEd25519(key)) return true;
  char group[32] = {};
  return EVP_PKEY_get_base_id(key) == EVP_PKEY_EC &&
         EVP_PKEY_get_group_name(key, group, sizeof group, nullptr) == 1 &&
         absl::string_view(group) == "prime256v1";
}

absl::Status VerifyWith(EVP_PKEY* key, absl::string_view message, absl::string_view signature) {
  const DigestContextPtr context(EVP_MD_CTX_new());
  if (EVP_DigestVerifyInit(context.get(), nullptr, DigestFor(key), nullptr, key) != 1) {
    return OpenSslError("preparing to verify a signature");
  }
  const int result =
      EVP_DigestVerify(context.get(), Data(signature), signature.size(), Data(message), message.size());
  ERR_clear_error();
  if (result == 1) return absl::OkStatus();
  return absl::PermissionDeniedError("the signature is not by this key over these bytes");
}

std::string CommonName(const X509_NAME* name) {
  const int index = X509_NAME_get_index_by_NID(name, NID_commonName, -1);
  if (index < 0) return "";
  unsigned char* utf8 = nullptr;
  const int size = ASN1_STRING_to_UTF8(&utf8, X509_NAME_ENTRY_get_data(X509_NAME_get_entry(name, index)));
  if (size < 0) return "";
  std::string out(reinterpret_cast<const char*>(utf8), static_cast<size_t>(size));
  OPENSSL_free(utf8);
  return out;
}

std::vector<std::string> UriSans(const X509* certificate) {
  std::vector<std::string> out;
  const GeneralNamesPtr names(
      static_cast<GENERAL_NAMES*>(X509_get_ext_d2i(certificate, NID_subject_alt_name, nullptr, nullptr)));
  if (names == nullptr) return out;
  for (int i = 0; i < sk_GENERAL_NAME_num(names.get()); ++i) {
    const GENERAL_NAME* name = sk_GENERAL_NAME_value(names.get(), i);
    if (name->type != GEN_URI) continue;
    const ASN1_IA5STRING* uri = name->d.uniformResourceIdentifier;
    out.emplace_back(reinterpret_cast<const char*>(ASN1_STRING_get0_data(uri)),
                     static_cast<size_t>(ASN1_STRING_length(uri)));
  }
  return out;
}

std::string SerialHex(const X509* certificate) {
  const BignumPtr serial(ASN1_INTEGER_to_BN(X509_get0_serialNumber(certificate), nullptr));
  std::string bytes(static_cast<size_t>(BN_num_bytes(serial.get())), '\0');
  BN_bn2bin(serial.get(), reinterpret_cast<unsigned char*>(bytes.data()));
  return absl::BytesToHexString(bytes);
}

absl::StatusOr<WallTime> ToWallTime(const ASN1_TIME* time) {
  const std::unique_ptr<ASN1_TIME, FreeWith<ASN1_STRING_free>> epoch(ASN1_TIME_set(nullptr, 0));
  int days = 0;
  int seconds = 0;
  if (ASN1_TIME_diff(&days, &seconds, epoch.get(), time) != 1) {
    return OpenSslError("reading a certificate's validity");
  }
  return WallTime{} + absl::Hours(24) * days + absl::Seconds(seconds);
}

}  // namespace

absl::StatusOr<PrivateKey> PrivateKey::Generate(KeyType type) {
  KeyPtr key(type == KeyType::kEd25519 ? EVP_PKEY_Q_keygen(nullptr, nullptr, "ED25519")
                                       : EVP_PKEY_Q_keygen(nullptr, nullptr, "EC", "P-256"));
  if (key == nullptr) return OpenSslError("generating a key pair");
  return PrivateKey(std::make_shared<const Handle>(Handle{std::move(key)}));
}

absl::StatusOr<PrivateKey> PrivateKey::FromPem(absl::string_view pem) {
  const BioPtr in = ReadOnlyBio(pem);
  KeyPtr key(PEM_read_bio_PrivateKey(in.get(), nullptr, NoPassphrase, nullptr));
  if (key == nullptr) {
    return absl::InvalidArgumentError(
        absl::StrCat("not an unencrypted PEM private key: ", OpenSslErrorText()));
  }
  if (!IsSupported(key.get())) {
    return absl::InvalidArgumentError("the private key is neither Ed25519 nor ECDSA P-256");
  }
  return PrivateKey(std::make_shared<const Handle>(Handle{std::move(key)}));
}

std::string PrivateKey::ToPem() const {
  const BioPtr out(BIO_new(BIO_s_mem()));
  PEM_write_bio_PKCS8PrivateKey(out.get(), handle_->key.get(), nullptr, nullptr, 0, nullptr, nullptr);
  return BioBytes(out.get());
}

std::string PrivateKey::PublicSpkiDer() const {
  return SpkiDer(handle_->key.get());
}

absl::StatusOr<std::string> PrivateKey::RawPublic() const {
  if (!IsEd25519(handle_->key.get())) {
    return absl::FailedPreconditionError("only an Ed25519 key has a raw public form here");
  }
  std::string raw(kEd25519Bytes, '\0');
  size_t size = raw.size();
  if (EVP_PKEY_get_raw_public_key(handle_->key.get(), reinterpret_cast<unsigned char*>(raw.data()), &size) !=
      1) {
    return OpenSslError("reading a public key");
  }
  return raw;
}

absl::StatusOr<std::string> PrivateKey::Sign(absl::string_view message) const {
  EVP_PKEY* key = handle_->key.get();
  const DigestContextPtr context(EVP_MD_CTX_new());
  size_t size = 0;
  if (EVP_DigestSignInit(context.get(), nullptr, DigestFor(key), nullptr, key) != 1 ||
      EVP_DigestSign(context.get(), nullptr, &size, Data(message), message.size()) != 1) {
    return OpenSslError("preparing to sign");
  }
  std::string signature(size, '\0');
  if (EVP_DigestSign(context.get(), reinterpret_cast<unsigned char*>(signature.data()), &size, Data(message),
                     message.size()) != 1) {
    return OpenSslError("signing");
  }
  signature.resize(size);  // an ECDSA signature may be shorter than announced
  return signature;
}

absl::Status VerifyEd25519(absl::string_view raw_public, absl::string_view message,
                           absl::string_view signature) {
  if (raw_public.size() != kEd25519Bytes) {
    return absl::InvalidArgumentError(
        absl::StrCat("an Ed25519 public key has 32 bytes, this one ", raw_public.size()));
  }
  const KeyPtr key(
      EVP_PKEY_new_raw_public_key(EVP_PKEY_ED25519, nullptr, Data(raw_public), raw_public.size()));
  if (key == nullptr) {
    return absl::InvalidArgumentError(absl::StrCat("not an Ed25519 public key: ", OpenSslErrorText()));
  }
  return VerifyWith(key.get(), message, signature);
}

absl::Status VerifyEcdsa(absl::string_view spki_der, absl::string_view message,
                         absl::string_view der_signature) {
  const unsigned char* at = Data(spki_der);
  const KeyPtr key(d2i_PUBKEY(nullptr, &at, static_cast<long>(spki_der.size())));
  if (key == nullptr) {
    return absl::InvalidArgumentError(absl::StrCat("not a DER public key: ", OpenSslErrorText()));
  }
  if (IsEd25519(key.get()) || !IsSupported(key.get())) {
    return absl::InvalidArgumentError("the public key is not ECDSA P-256");
  }
  return VerifyWith(key.get(), message, der_signature);
}

std::string AuthorityId(const CertificateInfo& certificate) {
  return ToHex(certificate.spki_sha256).substr(0, 16);
}

std::string KeyId(absl::string_view raw_public) {
  return ToHex(Sha256(raw_public)).substr(0, 16);
}

absl::StatusOr<std::string> MakeCsrPem(const PrivateKey& key, absl::string_view common_name) {
  EVP_PKEY* pkey = key.handle().key.get();
  const RequestPtr request(X509_REQ_new());
  X509_NAME* subject = X509_REQ_get_subject_name(request.get());
  if (X509_REQ_set_version(request.get(), X509_REQ_VERSION_1) != 1 ||
      X509_NAME_add_entry_by_NID(subject, NID_commonName, MBSTRING_UTF8, Data(common_name),
                                 static_cast<int>(common_name.size()), -1, 0) != 1 ||
      X509_REQ_set_pubkey(request.get(), pkey) != 1 ||
      X509_REQ_sign(request.get(), pkey, DigestFor(pkey)) == 0) {
    return OpenSslError(absl::StrCat("making a certificate request for '", common_name, "'"));
  }
  const BioPtr out(BIO_new(BIO_s_mem()));
  if (PEM_write_bio_X509_REQ(out.get(), request.get()) != 1) {
    return OpenSslError("encoding a certificate request");
  }
  return BioBytes(out.get());
}

absl::StatusOr<CertificateInfo> ReadCertificate(absl::string_view pem) {
  HOLDFAST_ASSIGN_OR_RETURN(const X509Ptr certificate, ParseCertificate(pem));
  CertificateInfo info;
  info.serial_hex = SerialHex(certificate.get());
  info.subject_common_name = CommonName(X509_get_subject_name(certificate.get()));
  info.uri_sans = UriSans(certificate.get());
  HOLDFAST_ASSIGN_OR_RETURN(info.not_before, ToWallTime(X509_get0_notBefore(certificate.get())));
  HOLDFAST_ASSIGN_OR_RETURN(info.not_after, ToWallTime(X509_get0_notAfter(certificate.get())));
  EVP_PKEY* key = X509_get0_pubkey(certificate.get());
  if (key == nullptr) return absl::InvalidArgumentError("the certificate's public key cannot be read");
  info.spki_der = SpkiDer(key);
  info.spki_sha256 = Sha256(info.spki_der);
  return info;
}

}  // namespace holdfast::crypto
