#include "storage/journal/journal.h"

#include "absl/strings/str_cat.h"
#include "base/error.h"
#include "storage/journal/chain.h"
#include "storage/journal/row_table.h"
#include "storage/journal/schema.h"
#include "storage/journal/set_aside.h"
#include "storage/journal/writer.h"

namespace holdfast::journal {
namespace {

// Rows before the head that every opening checks; VerifySlice checks the rest.
constexpr size_t kTailRows = 256;

bool IsCorruption(const absl::Status& status) {
  // INTERNAL: SQLite could not make sense of the schema.
  return absl::IsDataLoss(status) || absl::IsInternal(status);
}

// What can still be read of a damaged file. Values of a table that fails its own check are not taken over: a
// wrong device id is worse than none.
struct Salvage {
  std::optional<Epoch> epoch;
  MetaValues meta;
};

Salvage SalvageFrom(const OpenOptions& options) {
  Salvage out;
  auto db = sqlite::Database::Open({.path = options.path, .vfs = options.vfs, .create = false});
  if (!db.ok()) return out;
  (*db)->KeepWalOnClose(true);
  if (auto id = (*db)->QueryInt("PRAGMA application_id"); !id.ok() || *id != kApplicationId) return out;
  if (auto loaded = LoadHead(**db); loaded.ok()) {
    if (const std::optional<HeadRecord>& record = *loaded) out.epoch = record->head.epoch;
  }
  if (auto check = (*db)->QueryText("PRAGMA quick_check(meta)"); !check.ok() || *check != "ok") return out;
  if (auto meta = LoadMeta(**db); meta.ok()) out.meta = *std::move(meta);
  return out;
}

absl::Status CheckOptions(const OpenOptions& options) {
  if (options.random == nullptr || options.clock == nullptr) {
    return absl::InvalidArgumentError("a journal needs a clock and a source of randomness");
  }
  if (options.vfs != nullptr && options.files == nullptr) {
    return absl::InvalidArgumentError(
        absl::StrCat("a journal on VFS ", options.vfs, " needs that VFS's Files"));
  }
  return absl::OkStatus();
}

// A journal that has its first row.
struct Begun {
  std::unique_ptr<sqlite::Database> db;
  HeadRecord record;
};

// Opens the file, setting a damaged one aside; begins the journal where there is none.
absl::StatusOr<Begun> OpenOrReplace(const OpenOptions& options, OpenReport& report) {
  absl::StatusOr<OpenedFile> opened = OpenFile(options, options.path);
  std::string reason = "created";
  Salvage salvage;
  if (!opened.ok() && IsCorruption(opened.status())) {
    report.corruption = std::string(opened.status().message());
    salvage = SalvageFrom(options);
    HOLDFAST_ASSIGN_OR_RETURN(report.set_aside, SetAsideCorrupt(*options.files, options.path,
                                                                options.clock->Now().wall, salvage.epoch));
    report.previous_epoch = salvage.epoch;
    reason = absl::StrCat("set_aside: ", report.corruption);
    opened = OpenFile(options, options.path);
  }
  HOLDFAST_RETURN_IF_ERROR(opened.status());
  if (const std::optional<HeadRecord>& record = opened->record) {
    report.clean = record->clean;
    return Begun{std::move(opened->db), *record};
  }
  report.created = true;
  HOLDFAST_ASSIGN_OR_RETURN(const HeadRecord record,
                            BeginJournal(*opened->db, options, reason, salvage.epoch, salvage.meta));
  return Begun{std::move(opened->db), record};
}

absl::Status CheckEmpty(sqlite::Database& db) {
  HOLDFAST_ASSIGN_OR_RETURN(const int64_t rows, db.QueryInt("SELECT EXISTS(SELECT 1 FROM rows)"));
  if (rows == 0) return absl::OkStatus();
  return absl::DataLossError(absl::StrCat("the journal ", db.path(), " has rows and no head"));
}

}  // namespace

absl::StatusOr<OpenedFile> OpenFile(const OpenOptions& options, const std::string& path) {
  OpenedFile out;
  HOLDFAST_ASSIGN_OR_RETURN(out.db, sqlite::Database::Open({.path = path, .vfs = options.vfs}));
  out.db->KeepWalOnClose(true);
  HOLDFAST_RETURN_IF_ERROR(PrepareSchema(*out.db, /*read_only=*/false));
  HOLDFAST_ASSIGN_OR_RETURN(out.record, LoadHead(*out.db));
  HOLDFAST_RETURN_IF_ERROR(out.record ? VerifyTail(*out.db, out.record->head, kTailRows)
                                      : CheckEmpty(*out.db));
  out.db->KeepWalOnClose(false);
  return out;
}

absl::StatusOr<std::unique_ptr<Journal>> Journal::Open(const OpenOptions& options, OpenReport* report) {
  HOLDFAST_RETURN_IF_ERROR(CheckOptions(options));
  OpenOptions effective = options;
  if (effective.files == nullptr) effective.files = &sqlite::RealFiles();
  OpenReport local;
  OpenReport& out = report != nullptr ? *report : local;
  out = {};
  HOLDFAST_ASSIGN_OR_RETURN(std::unique_ptr<sqlite::FileLock> lock,
                            effective.files->Lock(absl::StrCat(options.path, ".lock")));
  HOLDFAST_RETURN_IF_ERROR(FinishMoves(*effective.files, options.path, options.clock->Now().wall));
  HOLDFAST_ASSIGN_OR_RETURN(Begun begun, OpenOrReplace(effective, out));
  auto writer = std::make_unique<Writer>(effective, std::move(lock), std::move(begun.db), begun.record);
  HOLDFAST_RETURN_IF_ERROR(writer->MarkOpen());
  return writer;
}

}  // namespace holdfast::journal
