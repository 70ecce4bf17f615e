// Any bytes as a certificate, a request for one or a key: as PEM, and as the DER inside, which mutations of
// PEM would never reach. Nothing is accepted that our authority did not sign.
#include "absl/strings/escaping.h"
#include "absl/strings/str_cat.h"
#include "base/crypto/authority.h"
#include "base/crypto/client_verifier.h"
#include "base/crypto/keys.h"
#include "base/random.h"
#include "tests/fuzz/messages/message.h"

namespace holdfast::fuzz {
namespace {

constexpr WallTime kNow{1'800'000'000'000'000'000};

struct Ours {
  SeededRandom random{1};
  crypto::Authority authority = *crypto::Authority::Create("fuzz", kNow, random);
  crypto::ClientVerifier verifier = *crypto::ClientVerifier::Create({authority.certificate_pem()});
};

Ours& TheOurs() {
  static Ours* const ours = new Ours;
  return *ours;
}

void Certificate(const std::string& pem) {
  const auto info = crypto::ReadCertificate(pem);
  if (info.ok()) crypto::DeviceOf(*info).IgnoreError();
  Require(!TheOurs().verifier.Verify(pem, kNow).ok());  // the authority's key is new with each run
  crypto::ClientVerifier::Create({pem}).IgnoreError();
}

void Request(const std::string& pem) {
  const Uuid device = Uuid::FromName("fuzz");
  const auto issued = TheOurs().authority.IssueClient(pem, device, kNow, absl::Hours(1), TheOurs().random);
  if (!issued.ok()) return;
  const auto verified = TheOurs().verifier.Verify(*issued, kNow);
  Require(verified.ok() && verified->device == device);
}

void Key(const std::string& pem) {
  const auto key = crypto::PrivateKey::FromPem(pem);
  if (key.ok()) Require(crypto::PrivateKey::FromPem(key->ToPem()).ok());
}

std::string Pem(absl::string_view label, absl::string_view der) {
  const std::string text = absl::Base64Escape(der);
  std::string out = absl::StrCat("-----BEGIN ", label, "-----\n");
  for (size_t at = 0; at < text.size(); at += 64) absl::StrAppend(&out, text.substr(at, 64), "\n");
  return absl::StrCat(out, "-----END ", label, "-----\n");
}

}  // namespace
}  // namespace holdfast::fuzz

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  using namespace holdfast::fuzz;  // NOLINT: a program of its own
  Choose(data, size,
         {[](absl::string_view der) { Certificate(Pem("CERTIFICATE", der)); },
          [](absl::string_view der) { Request(Pem("CERTIFICATE REQUEST", der)); },
          [](absl::string_view der) { Key(Pem("PRIVATE KEY", der)); },
          [](absl::string_view pem) { Certificate(std::string(pem)); },
          [](absl::string_view pem) { Request(std::string(pem)); },
          [](absl::string_view pem) { Key(std::string(pem)); }});
  return 0;
}
