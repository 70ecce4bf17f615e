// A lease of one prepared statement: parameters in, rows out. The destructor resets it, clears its parameters
// and gives it back to the Database's cache.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <type_traits>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"

struct sqlite3_stmt;

namespace holdfast::sqlite {

class Database;

// Bytes that are not text.
struct Blob {
  absl::string_view bytes;
};

class Statement {
 public:
  Statement(Statement&& other) noexcept;
  Statement& operator=(Statement&& other) noexcept;
  ~Statement();

  // Parameters count from 1. The value is copied. The first failure is kept and returned by Step. Unsigned
  // 64-bit numbers are stored as the signed number with the same bits (see U64).
  template <class Integer>
    requires std::is_integral_v<Integer>
  Statement& Bind(int index, Integer value) {
    return BindInt(index, static_cast<int64_t>(value));
  }
  Statement& Bind(int index, double value);
  Statement& Bind(int index, absl::string_view text);
  Statement& Bind(int index, const std::string& text) { return Bind(index, absl::string_view(text)); }
  Statement& Bind(int index, const char* text) { return Bind(index, absl::string_view(text)); }
  Statement& Bind(int index, Blob blob);
  Statement& Bind(int index, std::nullopt_t);
  template <class T>
  Statement& Bind(int index, const std::optional<T>& value) {
    return value ? Bind(index, *value) : Bind(index, std::nullopt);
  }
  // As Bind, without the copy: the bytes must live until the statement is reset.
  Statement& BindBorrowed(int index, absl::string_view text);
  Statement& BindBorrowed(int index, Blob blob);

  // Binds all parameters in order, from 1.
  template <class... Values>
  Statement& BindAll(const Values&... values) {
    int index = 0;
    (Bind(++index, values), ...);
    return *this;
  }

  // True when there is a row to read, false at the end.
  absl::StatusOr<bool> Step();
  // Steps to the end, ignoring rows, and resets: for INSERT, UPDATE, DELETE in a loop.
  absl::Status Run();
  // Makes it ready to run again; parameters stay bound.
  void Reset();

  // Columns of the current row, from 0. Views live until the next Step, Run or Reset. NULL reads as 0 or
  // empty.
  int64_t Int(int column) const;
  uint64_t U64(int column) const { return static_cast<uint64_t>(Int(column)); }
  double Real(int column) const;
  absl::string_view Text(int column) const;
  absl::string_view Bytes(int column) const;
  bool IsNull(int column) const;
  // Stored as an integer, so that Int converts nothing.
  bool IsInt(int column) const;

 private:
  friend class Database;
  Statement(Database* db, sqlite3_stmt* statement) : db_(db), statement_(statement) {}
  Statement& BindInt(int index, int64_t value);
  Statement& Keep(int code);

  Database* db_;
  sqlite3_stmt* statement_;
  int bind_error_ = 0;
};

}  // namespace holdfast::sqlite
