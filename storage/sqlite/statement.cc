#include "storage/sqlite/statement.h"

#include <sqlite3.h>

#include <utility>

#include "absl/strings/str_cat.h"
#include "base/error.h"
#include "storage/sqlite/database.h"

namespace holdfast::sqlite {
namespace {

// A null pointer would bind NULL: an empty value is empty.
const char* Data(absl::string_view bytes) {
  return bytes.data() == nullptr ? "" : bytes.data();
}

}  // namespace

Statement::Statement(Statement&& other) noexcept
    : db_(other.db_), statement_(std::exchange(other.statement_, nullptr)), bind_error_(other.bind_error_) {}

Statement& Statement::operator=(Statement&& other) noexcept {
  std::swap(db_, other.db_);
  std::swap(statement_, other.statement_);
  std::swap(bind_error_, other.bind_error_);
  return *this;
}

Statement::~Statement() {
  if (statement_ != nullptr) db_->GiveBack(statement_);
}

Statement& Statement::Keep(int code) {
  if (bind_error_ == SQLITE_OK) bind_error_ = code;
  return *this;
}

Statement& Statement::BindInt(int index, int64_t value) {
  return Keep(sqlite3_bind_int64(statement_, index, value));
}
Statement& Statement::Bind(int index, double value) {
  return Keep(sqlite3_bind_double(statement_, index, value));
}
Statement& Statement::Bind(int index, absl::string_view text) {
  return Keep(sqlite3_bind_text64(statement_, index, Data(text), text.size(), SQLITE_TRANSIENT, SQLITE_UTF8));
}
Statement& Statement::Bind(int index, Blob blob) {
  return Keep(sqlite3_bind_blob64(statement_, index, Data(blob.bytes), blob.bytes.size(), SQLITE_TRANSIENT));
}
Statement& Statement::Bind(int index, std::nullopt_t) {
  return Keep(sqlite3_bind_null(statement_, index));
}
Statement& Statement::BindBorrowed(int index, absl::string_view text) {
  return Keep(sqlite3_bind_text64(statement_, index, Data(text), text.size(), SQLITE_STATIC, SQLITE_UTF8));
}
Statement& Statement::BindBorrowed(int index, Blob blob) {
  return Keep(sqlite3_bind_blob64(statement_, index, Data(blob.bytes), blob.bytes.size(), SQLITE_STATIC));
}

absl::StatusOr<bool> Statement::Step() {
  const int code = bind_error_ != SQLITE_OK ? bind_error_ : sqlite3_step(statement_);
  if (code == SQLITE_ROW) return true;
  if (code == SQLITE_DONE) return false;
  return db_->Error(code,
                    absl::StrCat("run \"", absl::string_view(sqlite3_sql(statement_)).substr(0, 80), "\""));
}

absl::Status Statement::Run() {
  bool more = true;
  while (more) {
    absl::StatusOr<bool> row = Step();
    if (!row.ok()) {
      Reset();
      return row.status();
    }
    more = *row;
  }
  Reset();
  return absl::OkStatus();
}

void Statement::Reset() {
  sqlite3_reset(statement_);
  bind_error_ = SQLITE_OK;
}

int64_t Statement::Int(int column) const {
  return sqlite3_column_int64(statement_, column);
}
double Statement::Real(int column) const {
  return sqlite3_column_double(statement_, column);
}
absl::string_view Statement::Text(int column) const {
  const void* text = sqlite3_column_text(statement_, column);
  return {static_cast<const char*>(text), static_cast<size_t>(sqlite3_column_bytes(statement_, column))};
}
absl::string_view Statement::Bytes(int column) const {
  const void* bytes = sqlite3_column_blob(statement_, column);
  return {static_cast<const char*>(bytes), static_cast<size_t>(sqlite3_column_bytes(statement_, column))};
}
bool Statement::IsNull(int column) const {
  return sqlite3_column_type(statement_, column) == SQLITE_NULL;
}

bool Statement::IsInt(int column) const {
  return sqlite3_column_type(statement_, column) == SQLITE_INTEGER;
}

}  // namespace holdfast::sqlite
