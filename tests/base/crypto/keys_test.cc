#include "base/crypto/keys.h"

#include <gtest/gtest.h>

namespace holdfast::crypto {
namespace {

using ::testing::HasSubstr;
using ::testing::Not;

PrivateKey NewKey(KeyType type) {
  auto key = PrivateKey::Generate(type);
  EXPECT_TRUE(key.ok()) << key.status();
  return *std::move(key);
}

TEST(Keys, Ed25519SignatureVerifiesOnlyOverTheSameBytesAndKey) {
  const PrivateKey key = NewKey(KeyType::kEd25519);
  const std::string signature = *key.Sign("policy");
  EXPECT_TRUE(VerifyEd25519(*key.RawPublic(), "policy", signature).ok());
  EXPECT_EQ(VerifyEd25519(*key.RawPublic(), "policy2", signature).code(),
            absl::StatusCode::kPermissionDenied);
  EXPECT_EQ(VerifyEd25519(*NewKey(KeyType::kEd25519).RawPublic(), "policy", signature).code(),
            absl::StatusCode::kPermissionDenied);
}

TEST(Keys, EveryFlippedBitOfASignatureIsRefused) {
  const PrivateKey key = NewKey(KeyType::kEd25519);
  const std::string signature = *key.Sign("policy");
  for (size_t i = 0; i < signature.size(); ++i) {
    std::string bad = signature;
    bad[i] = static_cast<char>(bad[i] ^ 1);
    EXPECT_FALSE(VerifyEd25519(*key.RawPublic(), "policy", bad).ok()) << "byte " << i;
  }
}

TEST(Keys, EcdsaSignatureVerifiesOnlyOverTheSameBytesAndKey) {
  const PrivateKey key = NewKey(KeyType::kEcP256);
  const std::string signature = *key.Sign("csr");
  EXPECT_TRUE(VerifyEcdsa(key.PublicSpkiDer(), "csr", signature).ok());
  EXPECT_EQ(VerifyEcdsa(key.PublicSpkiDer(), "csr!", signature).code(), absl::StatusCode::kPermissionDenied);
  EXPECT_EQ(VerifyEcdsa(NewKey(KeyType::kEcP256).PublicSpkiDer(), "csr", signature).code(),
            absl::StatusCode::kPermissionDenied);
}

TEST(Keys, MalformedPublicKeysAreInvalidArguments) {
  EXPECT_EQ(VerifyEd25519("short", "m", "s").code(), absl::StatusCode::kInvalidArgument);
  EXPECT_EQ(VerifyEcdsa("not der", "m", "s").code(), absl::StatusCode::kInvalidArgument);
  const PrivateKey ed = NewKey(KeyType::kEd25519);
  EXPECT_EQ(VerifyEcdsa(ed.PublicSpkiDer(), "m", *ed.Sign("m")).code(), absl::StatusCode::kInvalidArgument);
}

TEST(Keys, EmptyMessageCanBeSigned) {
  for (KeyType type : {KeyType::kEd25519, KeyType::kEcP256}) EXPECT_TRUE(NewKey(type).Sign("").ok());
}

TEST(Keys, PemRoundTripKeepsTheKey) {
  for (KeyType type : {KeyType::kEd25519, KeyType::kEcP256}) {
    const PrivateKey key = NewKey(type);
    const auto again = PrivateKey::FromPem(key.ToPem());
    ASSERT_TRUE(again.ok()) << again.status();
    EXPECT_EQ(again->PublicSpkiDer(), key.PublicSpkiDer());
  }
}

TEST(Keys, BadPemIsRefusedWithoutRepeatingIt) {
  const auto key = PrivateKey::FromPem("-----BEGIN PRIVATE KEY-----\nc2VjcmV0\n-----END PRIVATE KEY-----\n");
  EXPECT_EQ(key.status().code(), absl::StatusCode::kInvalidArgument);
  EXPECT_THAT(std::string(key.status().message()), Not(HasSubstr("c2VjcmV0")));
}

TEST(Keys, OnlyEd25519HasARawPublicForm) {
  EXPECT_EQ(NewKey(KeyType::kEd25519).RawPublic()->size(), 32u);
  EXPECT_EQ(NewKey(KeyType::kEcP256).RawPublic().status().code(), absl::StatusCode::kFailedPrecondition);
}

TEST(Keys, KeyIdIsSixteenHexDigitsOfTheHash) {
  EXPECT_EQ(KeyId(""), "e3b0c44298fc1c14");
}

TEST(Keys, CertificateRequestIsPem) {
  const auto csr = MakeCsrPem(NewKey(KeyType::kEcP256), "mac-1");
  ASSERT_TRUE(csr.ok()) << csr.status();
  EXPECT_THAT(*csr, HasSubstr("BEGIN CERTIFICATE REQUEST"));
}

TEST(Keys, TextThatIsNoCertificateIsAnInvalidArgument) {
  EXPECT_EQ(ReadCertificate("hello").status().code(), absl::StatusCode::kInvalidArgument);
}

}  // namespace
}  // namespace holdfast::crypto
