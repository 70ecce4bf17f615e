// Passcodes as salted hashes, and keyed hashes, through OpenSSL. Thread-safe: no shared state.
#pragma once

#include <string>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "base/random.h"

namespace holdfast::crypto {

// "scrypt:14:SALT:HASH": 2^14 rounds of 1 KiB (some 40 ms, 16 MiB), salt and hash in Base64.
absl::StatusOr<std::string> HashPasscode(absl::string_view passcode, RandomSource& random);

// OK, PERMISSION_DENIED for another passcode, INVALID_ARGUMENT for text that is no hash or costs too much.
absl::Status VerifyPasscode(absl::string_view hash, absl::string_view passcode);

// 32 bytes.
std::string HmacSha256(absl::string_view key, absl::string_view message);

// Takes the same time wherever they differ.
bool EqualInConstantTime(absl::string_view a, absl::string_view b);

}  // namespace holdfast::crypto
