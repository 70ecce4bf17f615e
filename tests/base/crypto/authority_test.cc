#include "base/crypto/authority.h"

#include <gtest/gtest.h>
#include <sys/stat.h>

#include <cstdlib>

#include "base/crypto/client_verifier.h"
#include "base/error.h"
#include "base/file.h"

namespace holdfast::crypto {
namespace {

using ::testing::HasSubstr;

constexpr WallTime kNow{1'800'000'000'000'000'000};
const Uuid kDevice = Uuid::FromName("mac");

class AuthorityTest : public ::testing::Test {
 protected:
  Authority NewAuthority() {
    auto authority = Authority::Create("Holdfast test", kNow, random_);
    EXPECT_TRUE(authority.ok()) << authority.status();
    return *std::move(authority);
  }
  std::string Issue(const Authority& authority, absl::Duration lifetime = absl::Hours(24)) {
    auto pem = authority.IssueClient(*MakeCsrPem(key_, "anything"), kDevice, kNow, lifetime, random_);
    EXPECT_TRUE(pem.ok()) << pem.status();
    return *pem;
  }
  absl::StatusOr<VerifiedClient> Verify(const Authority& authority, const std::string& pem,
                                        WallTime now = kNow) {
    return ClientVerifier::Create({authority.certificate_pem()})->Verify(pem, now);
  }
  SystemRandom random_;
  PrivateKey key_ = *PrivateKey::Generate(KeyType::kEcP256);
};

TEST_F(AuthorityTest, ClientCertificateNamesTheDeviceAndItsKey) {
  const auto info = ReadCertificate(Issue(NewAuthority()));
  ASSERT_TRUE(info.ok()) << info.status();
  EXPECT_EQ(info->uri_sans, std::vector<std::string>{"holdfast:device:" + kDevice.ToString()});
  EXPECT_EQ(*DeviceOf(*info), kDevice);
  EXPECT_EQ(info->spki_der, key_.PublicSpkiDer());
  EXPECT_EQ(info->not_before, kNow - kBackdate);
  EXPECT_EQ(info->not_after, kNow + absl::Hours(24));
  EXPECT_EQ(info->serial_hex.size(), 32u);
  EXPECT_EQ(info->subject_common_name, kDevice.ToString());
}

TEST_F(AuthorityTest, SerialNumbersDiffer) {
  const Authority authority = NewAuthority();
  EXPECT_NE(ReadCertificate(Issue(authority))->serial_hex, ReadCertificate(Issue(authority))->serial_hex);
}

TEST_F(AuthorityTest, CertificateNeverOutlivesTheAuthority) {
  const Authority authority = NewAuthority();
  EXPECT_EQ(ReadCertificate(Issue(authority, kAuthorityLifetime * 2))->not_after, authority.info().not_after);
}

TEST_F(AuthorityTest, VerifierAcceptsItsOwnDevices) {
  const Authority authority = NewAuthority();
  const std::string pem = Issue(authority);
  const auto client = Verify(authority, pem);
  ASSERT_TRUE(client.ok()) << client.status();
  EXPECT_EQ(client->device, kDevice);
  EXPECT_EQ(client->serial_hex, ReadCertificate(pem)->serial_hex);
}

TEST_F(AuthorityTest, VerifierRefusesAnotherAuthoritysDevice) {
  const auto client = Verify(NewAuthority(), Issue(NewAuthority()));
  EXPECT_EQ(client.status().code(), absl::StatusCode::kUnauthenticated);
  EXPECT_EQ(ReasonOf(client.status()), ErrorReason::kNone);
}

TEST_F(AuthorityTest, VerifierTellsARetiredAuthoritysDeviceFromAStrangers) {
  const Authority retired = NewAuthority(), current = NewAuthority();
  const auto verifier = ClientVerifier::Create({current.certificate_pem()}, {retired.certificate_pem()});
  EXPECT_TRUE(verifier->Verify(Issue(current), kNow).ok());
  EXPECT_EQ(ReasonOf(verifier->Verify(Issue(retired), kNow).status()), ErrorReason::kReenrollRequired);
  EXPECT_EQ(ReasonOf(verifier->Verify(Issue(NewAuthority()), kNow).status()), ErrorReason::kNone);
}

TEST_F(AuthorityTest, VerifierTellsExpiredFromNotYetValid) {
  const Authority authority = NewAuthority();
  const std::string pem = Issue(authority);
  EXPECT_EQ(ReasonOf(Verify(authority, pem, kNow + absl::Hours(25)).status()),
            ErrorReason::kReenrollRequired);
  EXPECT_EQ(ReasonOf(Verify(authority, pem, kNow - absl::Minutes(61)).status()), ErrorReason::kClockSkew);
}

TEST_F(AuthorityTest, VerifierRefusesAServerCertificate) {
  const Authority authority = NewAuthority();
  const auto server = authority.IssueServer(key_, {"localhost"}, kNow, absl::Hours(1), random_);
  EXPECT_EQ(Verify(authority, *server).status().code(), absl::StatusCode::kUnauthenticated);
}

TEST_F(AuthorityTest, TamperedRequestIsRefused) {
  std::string csr = *MakeCsrPem(key_, "mac");
  const size_t middle = csr.size() - 60;  // inside the signature
  csr[middle] = csr[middle] == 'A' ? 'B' : 'A';
  const auto pem = NewAuthority().IssueClient(csr, kDevice, kNow, absl::Hours(1), random_);
  EXPECT_EQ(pem.status().code(), absl::StatusCode::kInvalidArgument);
}

TEST_F(AuthorityTest, RequestWithAnotherKindOfKeyIsRefused) {
  const auto csr = MakeCsrPem(*PrivateKey::Generate(KeyType::kEd25519), "mac");
  const auto pem = NewAuthority().IssueClient(*csr, kDevice, kNow, absl::Hours(1), random_);
  EXPECT_EQ(pem.status().code(), absl::StatusCode::kInvalidArgument);
  EXPECT_THAT(std::string(pem.status().message()), HasSubstr("P-256"));
}

TEST_F(AuthorityTest, ServerCertificateTakesNamesAndAddresses) {
  const Authority authority = NewAuthority();
  EXPECT_TRUE(
      authority.IssueServer(key_, {"vpn.example.com", "127.0.0.1", "::1"}, kNow, absl::Hours(1), random_)
          .ok());
  EXPECT_EQ(authority.IssueServer(key_, {"bad name,DNS:evil"}, kNow, absl::Hours(1), random_).status().code(),
            absl::StatusCode::kInvalidArgument);
  EXPECT_EQ(authority.IssueServer(key_, {}, kNow, absl::Hours(1), random_).status().code(),
            absl::StatusCode::kInvalidArgument);
}

class AuthorityFiles : public AuthorityTest {
 protected:
  void SetUp() override {
    std::string pattern = ::testing::TempDir() + "authority.XXXXXX";
    ASSERT_NE(mkdtemp(pattern.data()), nullptr);
    certificate_ = pattern + "/ca.pem";
    key_path_ = pattern + "/ca.key";
  }
  std::string certificate_, key_path_;
};

TEST_F(AuthorityFiles, SavedAuthorityLoadsAgainAndItsKeyIsPrivate) {
  const Authority authority = NewAuthority();
  ASSERT_TRUE(authority.Save(certificate_, key_path_).ok());
  struct stat info{};
  ASSERT_EQ(stat(key_path_.c_str(), &info), 0);
  EXPECT_EQ(info.st_mode & 0777u, 0600u);
  const auto again = Authority::Load(certificate_, key_path_);
  ASSERT_TRUE(again.ok()) << again.status();
  EXPECT_TRUE(Verify(*again, Issue(authority)).ok());
}

TEST_F(AuthorityFiles, KeyThatOthersCanReadIsRefused) {
  ASSERT_TRUE(NewAuthority().Save(certificate_, key_path_).ok());
  ASSERT_EQ(chmod(key_path_.c_str(), 0644), 0);
  EXPECT_EQ(Authority::Load(certificate_, key_path_).status().code(), absl::StatusCode::kPermissionDenied);
}

TEST_F(AuthorityFiles, AnotherAuthoritysKeyIsRefused) {
  ASSERT_TRUE(NewAuthority().Save(certificate_, key_path_).ok());
  ASSERT_TRUE(WriteFileAtomically(key_path_, key_.ToPem(), 0600).ok());
  EXPECT_EQ(Authority::Load(certificate_, key_path_).status().code(), absl::StatusCode::kFailedPrecondition);
}

}  // namespace
}  // namespace holdfast::crypto
