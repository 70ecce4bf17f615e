#include "base/crypto/passcode.h"

#include <openssl/crypto.h>
#include <openssl/evp.h>
#include <openssl/hmac.h>

#include <vector>

#include "absl/strings/escaping.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"
#include "base/crypto/openssl.h"
#include "base/error.h"

namespace holdfast::crypto {
namespace {

constexpr int kCost = 14, kLeastCost = 10, kMostCost = 17;  // powers of two
constexpr uint64_t kBlock = 8, kParallel = 1;
constexpr uint64_t kMostMemory = uint64_t{256} << 20;
constexpr size_t kSaltBytes = 16, kHashBytes = 32;

const unsigned char* Data(absl::string_view bytes) {
  return reinterpret_cast<const unsigned char*>(bytes.data());
}

absl::StatusOr<std::string> Scrypt(absl::string_view passcode, absl::string_view salt, int cost) {
  std::string hash(kHashBytes, '\0');
  if (EVP_PBE_scrypt(passcode.data(), passcode.size(), Data(salt), salt.size(), uint64_t{1} << cost, kBlock,
                     kParallel, kMostMemory, reinterpret_cast<unsigned char*>(hash.data()),
                     hash.size()) != 1) {
    return OpenSslError("hashing a passcode");
  }
  return hash;
}

}  // namespace

absl::StatusOr<std::string> HashPasscode(absl::string_view passcode, RandomSource& random) {
  std::string salt;
  while (salt.size() < kSaltBytes) {
    const uint64_t word = random.Next64();
    salt.append(reinterpret_cast<const char*>(&word), sizeof word);
  }
  HOLDFAST_ASSIGN_OR_RETURN(const std::string hash, Scrypt(passcode, salt, kCost));
  return absl::StrCat("scrypt:", kCost, ":", absl::Base64Escape(salt), ":", absl::Base64Escape(hash));
}

absl::Status VerifyPasscode(absl::string_view hash, absl::string_view passcode) {
  const std::vector<std::string> parts = absl::StrSplit(hash, ':');
  int cost = 0;
  std::string salt, wanted;
  if (parts.size() != 4 || parts[0] != "scrypt" || !absl::SimpleAtoi(parts[1], &cost) || cost < kLeastCost ||
      cost > kMostCost || !absl::Base64Unescape(parts[2], &salt) ||
      !absl::Base64Unescape(parts[3], &wanted) || salt.empty() || wanted.size() != kHashBytes) {
    return absl::InvalidArgumentError(
        "the policy's override.passcode is not a salted hash; make one with: holdfast-admin override "
        "passcode");
  }
  HOLDFAST_ASSIGN_OR_RETURN(const std::string found, Scrypt(passcode, salt, cost));
  if (EqualInConstantTime(found, wanted)) return absl::OkStatus();
  return absl::PermissionDeniedError("This is not the passcode.");
}

std::string HmacSha256(absl::string_view key, absl::string_view message) {
  std::string out(32, '\0');
  unsigned size = 0;
  HMAC(EVP_sha256(), key.data(), static_cast<int>(key.size()), Data(message), message.size(),
       reinterpret_cast<unsigned char*>(out.data()), &size);
  return out;
}

bool EqualInConstantTime(absl::string_view a, absl::string_view b) {
  return a.size() == b.size() && CRYPTO_memcmp(a.data(), b.data(), a.size()) == 0;
}

}  // namespace holdfast::crypto
