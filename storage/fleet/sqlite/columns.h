// Between columns and the types of records.h.
#pragma once

#include <algorithm>
#include <optional>
#include <string>

#include "base/ids.h"
#include "base/sha256.h"
#include "base/time.h"
#include "core/event/time_class.h"
#include "storage/sqlite/statement.h"

namespace holdfast::fleet {

inline sqlite::Blob AsBlob(const Uuid& id) {
  return {{reinterpret_cast<const char*>(id.bytes.data()), id.bytes.size()}};
}
inline sqlite::Blob AsBlob(const BootId& boot) {
  return {{reinterpret_cast<const char*>(boot.bytes.data()), boot.bytes.size()}};
}
inline sqlite::Blob AsBlob(const Sha256Digest& digest) {
  return {AsBytes(digest)};
}

// Bytes of another length read as zeros: the column was damaged, and nothing equals it.
template <class Array>
Array ArrayFrom(absl::string_view bytes) {
  Array out{};
  if (bytes.size() == out.size()) std::copy(bytes.begin(), bytes.end(), out.begin());
  return out;
}
inline Uuid UuidAt(const sqlite::Statement& s, int column) {
  return {ArrayFrom<decltype(Uuid::bytes)>(s.Bytes(column))};
}
inline BootId BootAt(const sqlite::Statement& s, int column) {
  return {ArrayFrom<decltype(BootId::bytes)>(s.Bytes(column))};
}
inline Sha256Digest DigestAt(const sqlite::Statement& s, int column) {
  return ArrayFrom<Sha256Digest>(s.Bytes(column));
}
// A number that no class has, in a damaged column, must not become one that is counted as anything good.
inline TimeClass TimeClassAt(const sqlite::Statement& s, int column) {
  const int64_t value = s.Int(column);
  return value >= 0 && value < kTimeClassCount ? static_cast<TimeClass>(value) : TimeClass::kUnknown;
}
inline std::string TextAt(const sqlite::Statement& s, int column) {
  return std::string(s.Text(column));
}
inline std::string BytesAt(const sqlite::Statement& s, int column) {
  return std::string(s.Bytes(column));
}
inline ServerTime TimeAt(const sqlite::Statement& s, int column) {
  return {s.Int(column)};
}

}  // namespace holdfast::fleet
