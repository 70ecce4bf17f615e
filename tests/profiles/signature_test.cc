#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <openssl/bio.h>
#include <openssl/cms.h>
#include <openssl/evp.h>
#include <openssl/pem.h>
#include <openssl/x509.h>

#include <memory>
#include <string>

#include "absl/strings/str_replace.h"
#include "profiles/installed/installed.h"
#include "profiles/mobileconfig/read.h"
#include "profiles/signature/unwrap.h"

namespace holdfast::profiles {
namespace {

using ::testing::HasSubstr;

constexpr absl::string_view kContent =
    "<?xml version=\"1.0\"?><plist><dict><key>PayloadType</key><string>Configuration</string></dict></plist>";

// Signs with a key made on the spot; the certificate is its own issuer.
class Signer {
 public:
  Signer() : key_(EVP_EC_gen("P-256"), EVP_PKEY_free), certificate_(X509_new(), X509_free) {
    X509* x = certificate_.get();
    X509_set_version(x, 2);
    ASN1_INTEGER_set(X509_get_serialNumber(x), 1);
    X509_gmtime_adj(X509_getm_notBefore(x), -7200);
    X509_gmtime_adj(X509_getm_notAfter(x), -3600);  // expired, as signers in the field often are
    X509_NAME_add_entry_by_txt(X509_get_subject_name(x), "CN", MBSTRING_ASC,
                               reinterpret_cast<const unsigned char*>("Example Signer"), -1, -1, 0);
    X509_set_issuer_name(x, X509_get_subject_name(x));
    X509_set_pubkey(x, key_.get());
    X509_sign(x, key_.get(), EVP_sha256());
  }
  std::string Sign(absl::string_view content, bool pem) const {
    BIO* in = BIO_new_mem_buf(content.data(), static_cast<int>(content.size()));
    CMS_ContentInfo* cms = CMS_sign(certificate_.get(), key_.get(), nullptr, in, CMS_BINARY);
    BIO* out = BIO_new(BIO_s_mem());
    if (pem) {
      unsigned char* der = nullptr;
      const int length = i2d_CMS_ContentInfo(cms, &der);
      PEM_write_bio(out, "CMS", "", der, length);
      OPENSSL_free(der);
    } else {
      i2d_CMS_bio(out, cms);
    }
    char* data = nullptr;
    const long size = BIO_get_mem_data(out, &data);
    std::string bytes(data, static_cast<size_t>(size));
    BIO_free(in);
    BIO_free(out);
    CMS_ContentInfo_free(cms);
    return bytes;
  }

 private:
  std::unique_ptr<EVP_PKEY, decltype(&EVP_PKEY_free)> key_;
  std::unique_ptr<X509, decltype(&X509_free)> certificate_;
};

TEST(Unwrap, PlainBytesComeBackAsTheyAre) {
  const auto plain = Unwrap(kContent, "test");
  ASSERT_TRUE(plain.ok());
  EXPECT_EQ(plain->content, kContent);
  EXPECT_FALSE(plain->is_signed);
}

TEST(Unwrap, TakesTheContentOutOfDerAndPem) {
  for (bool pem : {false, true}) {
    const auto signed_one = Unwrap(Signer().Sign(kContent, pem), "test");
    ASSERT_TRUE(signed_one.ok()) << signed_one.status();
    EXPECT_EQ(signed_one->content, kContent);
    EXPECT_TRUE(signed_one->is_signed);
    EXPECT_TRUE(signed_one->intact);
    EXPECT_EQ(signed_one->signer, "Example Signer");
  }
}

TEST(Unwrap, AChangedContentIsReadAndSaidToBeBroken) {
  const std::string changed =
      absl::StrReplaceAll(Signer().Sign(kContent, false), {{"Configuration", "Konfiguration"}});
  const auto result = Unwrap(changed, "test");
  ASSERT_TRUE(result.ok()) << result.status();
  EXPECT_FALSE(result->intact);
  EXPECT_THAT(result->content, HasSubstr("Konfiguration"));
  const auto profile = Read(changed, "test");
  ASSERT_TRUE(profile.ok());
  EXPECT_THAT(Combine({*profile}).findings,
              ::testing::Contains(::testing::Field(&ProfileFinding::code, "profile-signature-broken")));
}

TEST(Unwrap, DamagedMessagesAreErrors) {
  const std::string good = Signer().Sign(kContent, false);
  EXPECT_FALSE(Unwrap(good.substr(0, good.size() / 2), "test").ok());
  EXPECT_FALSE(Unwrap("0", "test").ok());
  EXPECT_FALSE(Unwrap("-----BEGIN CMS-----\nnope\n-----END CMS-----\n", "test").ok());
}

}  // namespace
}  // namespace holdfast::profiles
