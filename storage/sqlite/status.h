// SQLite result codes as absl::Status: the code a caller can act on, and a message with path and remedy.
#pragma once

#include "absl/status/status.h"
#include "absl/strings/string_view.h"

namespace holdfast::sqlite {

// `code` is a (preferably extended) SQLite result code; `doing` completes "cannot ..."; `detail` is SQLite's
// own text and may be empty. SQLITE_OK, SQLITE_ROW and SQLITE_DONE give OK.
//   FULL -> RESOURCE_EXHAUSTED    CORRUPT, NOTADB, FORMAT -> DATA_LOSS    BUSY, LOCKED -> UNAVAILABLE
//   CONSTRAINT -> ALREADY_EXISTS (unique, primary key) or FAILED_PRECONDITION    CANTOPEN -> NOT_FOUND
//   READONLY, PERM, AUTH -> PERMISSION_DENIED    TOOBIG -> INVALID_ARGUMENT    INTERRUPT -> CANCELLED
//   NOMEM -> RESOURCE_EXHAUSTED    IOERR -> UNAVAILABLE    everything else -> INTERNAL
[[nodiscard]] absl::Status ToStatus(int code, absl::string_view doing, absl::string_view path,
                                    absl::string_view detail = "");

}  // namespace holdfast::sqlite
