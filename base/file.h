// Small files, whole: read, and replaced so that a reader never sees half of one. Thread-safe: no state.
#pragma once

#include <sys/types.h>

#include <string>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"

namespace holdfast {

// NOT_FOUND when there is none, RESOURCE_EXHAUSTED above max_bytes; errors name the path and say why.
absl::StatusOr<std::string> ReadFile(const std::string& path, size_t max_bytes = size_t{16} << 20);

// Writes beside the target, flushes to disk, then renames over it; the folder is flushed too. The file has
// exactly `mode`, whatever the umask.
absl::Status WriteFileAtomically(const std::string& path, absl::string_view bytes, mode_t mode = 0644);

// PERMISSION_DENIED when others than the owner may read the file: for private keys and tokens.
absl::Status CheckOwnerOnly(const std::string& path);

// The status for errno after `doing` something to `path`, e.g. "opening".
absl::Status ErrnoStatus(int error, absl::string_view doing, absl::string_view path);

}  // namespace holdfast
