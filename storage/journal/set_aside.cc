#include "storage/journal/set_aside.h"

#include "absl/strings/str_cat.h"
#include "absl/time/time.h"
#include "base/error.h"

namespace holdfast::journal {
namespace {

constexpr absl::string_view kCompanions[] = {"-wal", "-shm"};

absl::Status MoveCompanions(sqlite::Files& files, const std::string& from, const std::string& to) {
  for (const absl::string_view suffix : kCompanions) {
    if (!files.Exists(absl::StrCat(from, suffix))) continue;
    HOLDFAST_RETURN_IF_ERROR(files.Rename(absl::StrCat(from, suffix), absl::StrCat(to, suffix)));
  }
  return absl::OkStatus();
}

bool AnyExists(sqlite::Files& files, const std::string& path) {
  if (files.Exists(path)) return true;
  for (const absl::string_view suffix : kCompanions) {
    if (files.Exists(absl::StrCat(path, suffix))) return true;
  }
  return false;
}

std::string FreeName(sqlite::Files& files, const std::string& path, WallTime now, absl::string_view what) {
  const std::string time =
      absl::FormatTime("%Y%m%dT%H%M%SZ", absl::FromUnixNanos(now.ns), absl::UTCTimeZone());
  const std::string name = absl::StrCat(path, ".corrupt-", time, "-", what);
  std::string candidate = name;
  for (int i = 2; AnyExists(files, candidate); ++i) candidate = absl::StrCat(name, "-", i);
  return candidate;
}

}  // namespace

absl::Status MoveDatabase(sqlite::Files& files, const std::string& from, const std::string& to) {
  HOLDFAST_RETURN_IF_ERROR(files.Rename(from, to));
  return MoveCompanions(files, from, to);
}

absl::StatusOr<std::string> SetAsideCorrupt(sqlite::Files& files, const std::string& path, WallTime now,
                                            std::optional<Epoch> epoch) {
  const std::string to = FreeName(files, path, now, epoch ? EpochToString(*epoch) : "unknown");
  HOLDFAST_RETURN_IF_ERROR(MoveDatabase(files, path, to));
  return to;
}

std::string NextPath(const std::string& path) {
  return path + ".next";
}

absl::Status DiscardNext(sqlite::Files& files, const std::string& path) {
  const std::string next = NextPath(path);
  HOLDFAST_RETURN_IF_ERROR(files.Remove(next));
  for (const absl::string_view suffix : kCompanions) {
    HOLDFAST_RETURN_IF_ERROR(files.Remove(absl::StrCat(next, suffix)));
  }
  return absl::OkStatus();
}

absl::Status FinishMoves(sqlite::Files& files, const std::string& path, WallTime now) {
  if (files.Exists(path)) return DiscardNext(files, path);
  HOLDFAST_RETURN_IF_ERROR(MoveCompanions(files, path, FreeName(files, path, now, "leftover")));
  return files.Exists(NextPath(path)) ? MoveDatabase(files, NextPath(path), path) : absl::OkStatus();
}

}  // namespace holdfast::journal
