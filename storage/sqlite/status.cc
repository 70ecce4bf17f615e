#include "storage/sqlite/status.h"

#include <sqlite3.h>

#include "absl/strings/str_cat.h"

namespace holdfast::sqlite {
namespace {

struct Meaning {
  absl::StatusCode code;
  absl::string_view remedy;
};

Meaning MeaningOf(int code) {
  if (code == SQLITE_CONSTRAINT_UNIQUE || code == SQLITE_CONSTRAINT_PRIMARYKEY ||
      code == SQLITE_CONSTRAINT_ROWID) {
    return {absl::StatusCode::kAlreadyExists, ""};
  }
  switch (code & 0xff) {
    case SQLITE_FULL:
      return {absl::StatusCode::kResourceExhausted, "free space on that volume"};
    case SQLITE_NOMEM:
      return {absl::StatusCode::kResourceExhausted, "free memory"};
    case SQLITE_CORRUPT:
    case SQLITE_NOTADB:
    case SQLITE_FORMAT:
      return {absl::StatusCode::kDataLoss, "the file is damaged or is not a database; restore or remove it"};
    case SQLITE_BUSY:
    case SQLITE_LOCKED:
      return {absl::StatusCode::kUnavailable, "another connection holds it; try again"};
    case SQLITE_IOERR:
      return {absl::StatusCode::kUnavailable, "check the disk, then try again"};
    case SQLITE_CANTOPEN:
      return {absl::StatusCode::kNotFound, "check that the folder exists and may be entered"};
    case SQLITE_READONLY:
    case SQLITE_PERM:
    case SQLITE_AUTH:
      return {absl::StatusCode::kPermissionDenied, "check owner and mode of the file and its folder"};
    case SQLITE_CONSTRAINT:
      return {absl::StatusCode::kFailedPrecondition, ""};
    case SQLITE_TOOBIG:
      return {absl::StatusCode::kInvalidArgument, "send a smaller value"};
    case SQLITE_INTERRUPT:
      return {absl::StatusCode::kCancelled, ""};
    default:
      return {absl::StatusCode::kInternal, ""};
  }
}

}  // namespace

absl::Status ToStatus(int code, absl::string_view doing, absl::string_view path, absl::string_view detail) {
  if (code == SQLITE_OK || code == SQLITE_ROW || code == SQLITE_DONE) return absl::OkStatus();
  const Meaning meaning = MeaningOf(code);
  if (detail.empty()) detail = sqlite3_errstr(code);
  std::string message = absl::StrCat("cannot ", doing, " (", path, "): ", detail, " [sqlite ", code, "]");
  if (!meaning.remedy.empty()) absl::StrAppend(&message, "; ", meaning.remedy);
  return absl::Status(meaning.code, message);
}

}  // namespace holdfast::sqlite
