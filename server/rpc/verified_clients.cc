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
  explicit Memory(crypto::ClientVerifier v) : verifier(std::move(v)) {}

  std::optional<crypto::VerifiedClient> Find(const Sha256Digest& certificate, WallTime now) {
    const std::lock_guard<std::mutex> lock(mutex);
    const auto it = verified.find(certificate);
    if (it == verified.end() || now < it->second.from || now >= it->second.until) return std::nullopt;
    return it->second.client;
  }
  // Who decides, and in which round.
  std::pair<crypto::ClientVerifier, uint64_t> Verifier() {
    const std::lock_guard<std::mutex> lock(mutex);
    return {verifier, round};
  }
  void Replace(crypto::ClientVerifier by) {
    const std::lock_guard<std::mutex> lock(mutex);
    verifier = std::move(by);
    ++round;
    verified.clear();
  }
  // What an earlier verifier found good may not be so any more.
  void Add(const Sha256Digest& certificate, Verified good, uint64_t found_in) {
    const std::lock_guard<std::mutex> lock(mutex);
    if (found_in != round) return;
    if (verified.size() >= kMost) verified.clear();
    verified[certificate] = std::move(good);
  }

  std::mutex mutex;  // guards what follows
  crypto::ClientVerifier verifier;
  uint64_t round = 0;
  absl::flat_hash_map<Sha256Digest, Verified> verified;
};

VerifiedClients::VerifiedClients(crypto::ClientVerifier verifier)
    : memory_(std::make_shared<Memory>(std::move(verifier))) {}

void VerifiedClients::Replace(crypto::ClientVerifier verifier) {
  memory_->Replace(std::move(verifier));
}

absl::StatusOr<crypto::VerifiedClient> VerifiedClients::Verify(absl::string_view certificate_pem,
                                                               WallTime now) const {
  const Sha256Digest digest = Sha256(certificate_pem);
  if (auto known = memory_->Find(digest, now)) return *std::move(known);
  const auto [verifier, round] = memory_->Verifier();
  HOLDFAST_ASSIGN_OR_RETURN(crypto::VerifiedClient client, verifier.Verify(certificate_pem, now));
  HOLDFAST_ASSIGN_OR_RETURN(const crypto::CertificateInfo info, crypto::ReadCertificate(certificate_pem));
  memory_->Add(digest, {client, now, std::min(info.not_after, now + kRemembered)}, round);
  return client;
}

}  // namespace holdfast::server
