#include "server/authz/tokens.h"

#include <array>
#include <vector>

#include "absl/strings/escaping.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"

namespace holdfast::server {
namespace {

constexpr size_t kIdBytes = 8;
constexpr size_t kSecretBytes = 32;

std::string RandomHex(RandomSource& random, size_t size) {
  std::string bytes(size, '\0');
  random.Fill(bytes.data(), bytes.size());
  return absl::BytesToHexString(bytes);
}

}  // namespace

NewToken MakeToken(absl::string_view prefix, RandomSource& random) {
  NewToken token;
  token.id = RandomHex(random, kIdBytes);
  const std::string secret = RandomHex(random, kSecretBytes);
  token.text = absl::StrCat(prefix, "_", token.id, "_", secret);
  token.secret_hash = Sha256(secret);
  return token;
}

std::optional<PresentedToken> ReadToken(absl::string_view prefix, absl::string_view text) {
  const std::vector<absl::string_view> parts = absl::StrSplit(text, '_');
  if (parts.size() != 3 || parts[0] != prefix) return std::nullopt;
  if (parts[1].size() != 2 * kIdBytes || parts[2].size() != 2 * kSecretBytes) return std::nullopt;
  return PresentedToken{std::string(parts[1]), Sha256(parts[2])};
}

bool SameSecret(const Sha256Digest& a, const Sha256Digest& b) {
  uint8_t difference = 0;
  for (size_t i = 0; i < a.size(); ++i) difference = static_cast<uint8_t>(difference | (a[i] ^ b[i]));
  return difference == 0;
}

}  // namespace holdfast::server
