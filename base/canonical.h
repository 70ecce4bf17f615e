// Canonical bytes: the one way to turn fields into what is hashed or signed. Big-endian integers,
// length-prefixed bytes, fields in a fixed order, no maps, no floats. Used for journal rows and policy
// bundles; a layout, once released, never changes.
#pragma once

#include <cstdint>
#include <string>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"

namespace holdfast {

class CanonicalWriter {
 public:
  CanonicalWriter& U8(uint8_t v);
  CanonicalWriter& U16(uint16_t v);
  CanonicalWriter& U32(uint32_t v);
  CanonicalWriter& U64(uint64_t v);
  CanonicalWriter& I64(int64_t v) { return U64(static_cast<uint64_t>(v)); }
  CanonicalWriter& Raw(absl::string_view bytes);    // no length: the layout fixes it
  CanonicalWriter& Bytes(absl::string_view bytes);  // u32 length, then the bytes
  // Room for this many bytes in all, for a writer who knows.
  void Reserve(size_t bytes) { out_.reserve(bytes); }
  const std::string& str() const { return out_; }
  std::string Take() { return std::move(out_); }
  // Begins anew and keeps the room.
  void Clear() { out_.clear(); }

 private:
  CanonicalWriter& Integer(uint64_t v, size_t size);
  std::string out_;
};

// Reads what CanonicalWriter wrote. After the first short read every call returns zero or empty and Done() is
// an error.
class CanonicalReader {
 public:
  explicit CanonicalReader(absl::string_view bytes) : rest_(bytes) {}
  uint8_t U8();
  uint16_t U16();
  uint32_t U32();
  uint64_t U64();
  int64_t I64() { return static_cast<int64_t>(U64()); }
  absl::string_view Raw(size_t size);
  absl::string_view Bytes() { return Raw(U32()); }
  // OK when everything was read and nothing was missing.
  absl::Status Done() const;

 private:
  uint64_t Integer(size_t size);
  absl::string_view rest_;
  bool short_ = false;
};

}  // namespace holdfast
