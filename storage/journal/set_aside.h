// Moving a journal's files out of the way. A file with history is renamed, never deleted.
#pragma once

#include <optional>
#include <string>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "base/ids.h"
#include "base/time.h"
#include "storage/sqlite/files.h"

namespace holdfast::journal {

// PATH, PATH-wal and PATH-shm become TO, TO-wal, TO-shm. The database goes first: a crash in between leaves a
// WAL without its database, which no later opening mistakes for its own.
absl::Status MoveDatabase(sqlite::Files& files, const std::string& from, const std::string& to);

// Moves a damaged journal to PATH.corrupt-<UTC time>-<epoch or "unknown"> (with a number behind it when that
// exists) and gives the new path.
absl::StatusOr<std::string> SetAsideCorrupt(sqlite::Files& files, const std::string& path, WallTime now,
                                            std::optional<Epoch> epoch);

// Where BeginEpoch prepares the new journal.
std::string NextPath(const std::string& path);

// Puts right what a crash between two renames left: a prepared journal takes the place of one that was moved
// away; one that was not is discarded; a WAL without a database is set aside.
absl::Status FinishMoves(sqlite::Files& files, const std::string& path, WallTime now);

// Removes a prepared journal that was never used.
absl::Status DiscardNext(sqlite::Files& files, const std::string& path);

}  // namespace holdfast::journal
