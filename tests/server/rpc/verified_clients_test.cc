// What was verified is not verified again, and is not trusted for longer than it may be.
#include "server/rpc/verified_clients.h"

#include <gtest/gtest.h>

#include "base/crypto/authority.h"
#include "base/error.h"
#include "base/random.h"

namespace holdfast::server {
namespace {

constexpr WallTime kNow{int64_t{1'790'000'000} * 1'000'000'000};

class VerifiedClientsTest : public ::testing::Test {
 protected:
  std::string Issue(absl::Duration lifetime) {
    const auto key = crypto::PrivateKey::Generate(crypto::KeyType::kEcP256);
    return *authority_.IssueClient(*crypto::MakeCsrPem(*key, "mac"), device_, kNow, lifetime, random_);
  }
  SeededRandom random_{3};
  crypto::Authority authority_ = *crypto::Authority::Create("test", kNow, random_);
  Uuid device_ = Uuid::FromName("mac");
  VerifiedClients clients_{*crypto::ClientVerifier::Create({authority_.certificate_pem()})};
};

TEST_F(VerifiedClientsTest, TheSameCertificateIsTheSameClient) {
  const std::string certificate = Issue(absl::Hours(24));
  for (int i = 0; i < 3; ++i) {
    const auto client = clients_.Verify(certificate, kNow + absl::Minutes(i));
    ASSERT_TRUE(client.ok()) << client.status();
    EXPECT_EQ(client->device, device_);
  }
  EXPECT_TRUE(clients_.Verify(certificate, kNow + absl::Hours(2)).ok());  // looked at anew
}

TEST_F(VerifiedClientsTest, AnExpiredOneIsRefusedThoughItWasGood) {
  const std::string certificate = Issue(absl::Minutes(10));
  ASSERT_TRUE(clients_.Verify(certificate, kNow).ok());
  const auto late = clients_.Verify(certificate, kNow + absl::Minutes(11));
  EXPECT_EQ(ReasonOf(late.status()), ErrorReason::kReenrollRequired);
  // A clock that was set back before the moment of the verification says nothing about the certificate.
  EXPECT_EQ(ReasonOf(clients_.Verify(certificate, kNow - absl::Hours(48)).status()), ErrorReason::kClockSkew);
}

TEST_F(VerifiedClientsTest, WhatWasGoodIsForgottenWhenItsAuthorityIsRetired) {
  const std::string certificate = Issue(absl::Hours(24));
  ASSERT_TRUE(clients_.Verify(certificate, kNow).ok());
  const crypto::Authority next = *crypto::Authority::Create("next", kNow, random_);
  clients_.Replace(*crypto::ClientVerifier::Create({next.certificate_pem()}, {authority_.certificate_pem()}));
  const auto refused = clients_.Verify(certificate, kNow);
  EXPECT_EQ(refused.status().code(), absl::StatusCode::kUnauthenticated);
  EXPECT_EQ(ReasonOf(refused.status()), ErrorReason::kReenrollRequired);
}

TEST_F(VerifiedClientsTest, OneByAnotherAuthorityStaysRefused) {
  const crypto::Authority other = *crypto::Authority::Create("other", kNow, random_);
  const auto key = crypto::PrivateKey::Generate(crypto::KeyType::kEcP256);
  const std::string certificate =
      *other.IssueClient(*crypto::MakeCsrPem(*key, "mac"), device_, kNow, absl::Hours(1), random_);
  for (int i = 0; i < 2; ++i) EXPECT_FALSE(clients_.Verify(certificate, kNow).ok());
}

}  // namespace
}  // namespace holdfast::server
