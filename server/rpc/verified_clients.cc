#include "server/rpc/verified_clients.h"

#include <algorithm>
#include <mutex>
#include <optional>
#include <utility>

#include "absl/container/flat_hash_map.h"
#include "base/crypto/keys.h"
#include "base/error.h"
#include "base/sha256.h"

namespace holdfast::server {
namespace {

constexpr absl::Duration kRemembered = absl::Hours(1);
constexpr size_t kMost = 50'000;  // some megabytes

struct Verified {
  crypto::VerifiedClient client;
  WallTime from, until;
};

}  // namespace

struct VerifiedClients::Memory {
  std::optional<crypto::VerifiedClient> Find(const Sha256Digest& certificate, WallTime now) {
    const std::lock_guard<std::mutex> lock(mutex);
    const auto it = verified.find(certificate);
    if (it == verified.end() || now < it->second.from || now >= it->second.until) return std::nullopt;
    return it->second.client;
  }
  void Add(const Sha256Digest& certificate, Verified good) {
    const std::lock_guard<std::mutex> lock(mutex);
    if (verified.size() >= kMost) verified.clear();
    verified[certificate] = std::move(good);
  }

  std::mutex mutex;  // guards what follows
  absl::flat_hash_map<Sha256Digest, Verified> verified;
};

VerifiedClients::VerifiedClients(crypto::ClientVerifier verifier)
    : verifier_(std::move(verifier)), memory_(std::make_shared<Memory>()) {}

absl::StatusOr<crypto::VerifiedClient> VerifiedClients::Verify(absl::string_view certificate_pem,
                                                               WallTime now) const {
  const Sha256Digest digest = Sha256(certificate_pem);
  if (auto known = memory_->Find(digest, now)) return *std::move(known);
  HOLDFAST_ASSIGN_OR_RETURN(crypto::VerifiedClient client, verifier_.Verify(certificate_pem, now));
  HOLDFAST_ASSIGN_OR_RETURN(const crypto::CertificateInfo info, crypto::ReadCertificate(certificate_pem));
  memory_->Add(digest, {client, now, std::min(info.not_after, now + kRemembered)});
  return client;
}

}  // namespace holdfast::server
